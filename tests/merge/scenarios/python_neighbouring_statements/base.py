def close(self):
    self.flush()
    self.file.close()
    self.open = False
