"""Monsters."""

from dataclasses import dataclass

KINDS = {
    "rat": (4, 1, 10, None),
    "spider": (8, 2, 40, "poison"),
    "ogre": (20, 4, 150, None),
    "dragon": (60, 6, 700, None),
}


@dataclass
class Monster:
    """A monster with health, damage per blow, worth in experience and sting."""

    kind: str
    health: int
    damage: int
    worth: int
    sting: str | None = None

    @classmethod
    def make(cls, kind):
        """Make a fresh monster of a known kind."""
        try:
            return cls(kind, *KINDS[kind])
        except KeyError:
            raise ValueError(f"no such monster: {kind}") from None

    @property
    def alive(self):
        """Tell whether health is left."""
        return self.health > 0

    def hurt(self, amount):
        """Take damage; health does not fall below 0."""
        self.health = max(0, self.health - amount)
