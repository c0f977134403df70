class Reader:
    def read(self, path, encoding="utf-8"):
        lines = [line.strip() for line in open(path, encoding=encoding)]
        return [line for line in lines if line]
