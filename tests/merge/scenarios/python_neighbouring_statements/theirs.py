def close(self):
    self.flush()
    self.release()
    self.file.close()
    self.open = False
