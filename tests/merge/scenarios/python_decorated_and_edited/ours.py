class Query:
    @abstractmethod
    def match(self, item):
        raise NotImplementedError
