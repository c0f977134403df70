"""A clock on which waiting takes no time."""


class SimulatedClock:
    def __init__(self):
        self.now = 0.0

    def wait_until(self, moment):
        self.now = max(self.now, moment)
