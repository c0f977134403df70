"""Text views of a day."""

from .finder import free_slots
from .intervals import merge
from .timeutil import format_clock, format_length


def span_text(span):
    """Return "09:00-10:30 (1h30)"."""
    return f"{format_clock(span.start)}-{format_clock(span.end)} ({format_length(span.length)})"


def busy_minutes(person):
    """Return how many minutes a person is blocked, doubly booked minutes counted once."""
    return sum(span.length for span in merge(person.busy()))


def day_report(people, minimum=30):
    """Return the free slots, one per row, then each person's blocked time."""
    rows = ["free:"]
    rows += ["  " + span_text(span) for span in free_slots(people, minimum)] or ["  nothing"]
    for person in people:
        rows.append(f"{person.name}: {format_length(busy_minutes(person))} blocked")
    return "\n".join(rows)


def busiest(people):
    """Return the name of the person with most blocked time, the first of equals, None without people."""
    person = max(people, key=busy_minutes, default=None)
    return person.name if person else None
