"""People and their appointments."""

from dataclasses import dataclass, field

from .intervals import Interval
from .timeutil import parse_clock


@dataclass(frozen=True)
class Appointment:
    """A titled span; a tentative one does not block."""

    title: str
    span: Interval
    tentative: bool = False


@dataclass
class Person:
    """A member of the team with working hours and appointments."""

    name: str
    works_from: str = "09:00"
    works_to: str = "17:00"
    appointments: list = field(default_factory=list)

    def book(self, title, start, end, tentative=False):
        """Add an appointment given by clock texts."""
        span = Interval(parse_clock(start), parse_clock(end))
        if span.length <= 0:
            raise ValueError("an appointment must end after its start")
        self.appointments.append(Appointment(title, span, tentative))

    def hours(self):
        """Return the working hours as an interval."""
        return Interval(parse_clock(self.works_from), parse_clock(self.works_to))

    def busy(self):
        """Return the spans of all blocking appointments in the order of booking."""
        return [a.span for a in self.appointments if not a.tentative]

    def conflicts(self):
        """Return pairs of titles of blocking appointments that overlap."""
        firm = [a for a in self.appointments if not a.tentative]
        pairs = []
        for index, one in enumerate(firm):
            for two in firm[index + 1:]:
                if one.span.overlaps(two.span):
                    pairs.append((one.title, two.title))
        return pairs
