"""The front door: people, bookings and suggestions in plain text."""

from .agenda import Agenda
from .clock import format_span, parse_span
from .errors import CalendarError
from .group import busiest, common_free
from .slots import slots


class Planner:
    """One working day of a group of people."""

    def __init__(self, hours="00:00-24:00", padding=0):
        self._window = parse_span(hours)
        self._padding = padding
        self._agendas = {}

    def book(self, person, span, title, tentative=False):
        agenda = self._agendas.setdefault(person, Agenda(person))
        agenda.book(parse_span(span), title, tentative)

    def cancel(self, person, title):
        return self._agenda(person).cancel(title)

    def free(self, people, with_tentative=True):
        """When all of ``people`` are free, as a list of ``"HH:MM-HH:MM"``."""
        agendas = [self._agenda(person) for person in people]
        spans = common_free(self._window, agendas, self._padding, with_tentative)
        return [format_span(span) for span in spans]

    def suggest(self, people, length, step=15):
        """The first slot of ``length`` minutes for everybody, or None."""
        agendas = [self._agenda(person) for person in people]
        found = slots(common_free(self._window, agendas, self._padding), length, step)
        return format_span(found[0]) if found else None

    def busiest(self):
        if not self._agendas:
            raise CalendarError("nobody has booked anything")
        return busiest(self._window, list(self._agendas.values()))

    def _agenda(self, person):
        return self._agendas.get(person) or Agenda(person)
