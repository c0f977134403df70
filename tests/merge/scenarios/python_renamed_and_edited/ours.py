class Reader:
    def read_lines(self, path):
        lines = [line.strip() for line in open(path)]
        return [line for line in lines if line]
