"""The bank: a queue and some counters."""

from collections import deque

from .meters import LevelMeter, Tally


class Bank:
    """One queue in front of equal counters.

    ``room`` limits the queue; customers who find it full go away.
    """

    def __init__(self, calendar, counters=1, room=None):
        if counters < 1:
            raise ValueError("a bank needs a counter")
        self.calendar = calendar
        self.counters = counters
        self.room = room
        self.queue = deque()
        self.busy = 0
        self.turned_away = 0
        self.waits = Tally()
        self.queue_meter = LevelMeter(calendar.now)
        self.busy_meter = LevelMeter(calendar.now)

    def arrive(self, customer):
        """A customer comes in."""
        if self.busy < self.counters:
            self._start(customer)
        elif self.room is not None and len(self.queue) >= self.room:
            self.turned_away += 1
        else:
            self.queue.append(customer)
            self.queue_meter.set(self.calendar.now, len(self.queue))

    def _start(self, customer):
        """Begin to serve a customer at a free counter."""
        customer.started = self.calendar.now
        self.waits.add(customer.wait)
        self.busy += 1
        self.busy_meter.set(self.calendar.now, self.busy)
        self.calendar.after(customer.service, self._leave, customer)

    def _leave(self, customer):
        """A customer is done; the next one moves up."""
        customer.left = self.calendar.now
        self.busy -= 1
        self.busy_meter.set(self.calendar.now, self.busy)
        if self.queue:
            following = self.queue.popleft()
            self.queue_meter.set(self.calendar.now, len(self.queue))
            self._start(following)
