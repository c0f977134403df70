def close(self):
    self.flush(hard=True)
    self.file.close()
    self.open = False
