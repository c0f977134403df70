def close(self):
    self.flush(hard=True)
    self.release()
    self.file.close()
    self.open = False
