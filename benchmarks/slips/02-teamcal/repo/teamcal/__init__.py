"""Meeting times for a team."""

from .finder import first_slot, free_slots
from .person import Person

__all__ = ["Person", "first_slot", "free_slots"]
