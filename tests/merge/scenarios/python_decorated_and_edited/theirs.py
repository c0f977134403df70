class Query:
    def match(self, item, deep=False):
        raise NotImplementedError
