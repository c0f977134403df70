"""The bookings of one person."""

from dataclasses import dataclass

from .errors import Clash
from .span import Span


@dataclass(frozen=True)
class Booking:
    span: Span
    title: str
    tentative: bool = False


class Agenda:
    """Bookings in the order in which they were made.

    A firm booking must not overlap another firm one; tentative bookings may
    overlap anything.
    """

    def __init__(self, owner):
        self.owner = owner
        self._bookings = []

    def book(self, span, title, tentative=False):
        if not tentative:
            for other in self._bookings:
                if not other.tentative and other.span.overlaps(span):
                    raise Clash(f"{self.owner}: {title} overlaps {other.title}")
        booking = Booking(span, title, tentative)
        self._bookings.append(booking)
        return booking

    def cancel(self, title):
        before = len(self._bookings)
        self._bookings = [item for item in self._bookings if item.title != title]
        return before - len(self._bookings)

    def blocks(self, with_tentative=True):
        """The spans this person is not free in."""
        return [item.span for item in self._bookings if with_tentative or not item.tentative]

    def during(self, span):
        return [item.title for item in self._bookings if item.span.overlaps(span)]
