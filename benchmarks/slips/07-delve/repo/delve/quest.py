"""A row of fights."""

from dataclasses import dataclass

from .combat import fight
from .levels import progress
from .monster import Monster

REST = 5


@dataclass
class QuestResult:
    """How far a quest went."""

    won: int
    finished: bool
    status: str


def status_line(hero):
    """Return "Ada: level 2 (35 %), health 25/25"."""
    return (f"{hero.name}: level {hero.level} ({progress(hero)} %), "
            f"health {hero.health}/{hero.max_health}")


def run_quest(hero, kinds):
    """Fight monsters of these kinds in order, resting after each; stop at a defeat."""
    won = 0
    for kind in kinds:
        if not fight(hero, Monster.make(kind)):
            return QuestResult(won, False, status_line(hero))
        won += 1
        hero.heal(REST)
    return QuestResult(won, True, status_line(hero))
