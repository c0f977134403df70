class Query:
    @abstractmethod
    def match(self, item, deep=False):
        raise NotImplementedError
