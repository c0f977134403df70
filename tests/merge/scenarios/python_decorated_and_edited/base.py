class Query:
    def match(self, item):
        raise NotImplementedError
