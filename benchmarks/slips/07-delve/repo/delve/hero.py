"""The player's figure."""

from dataclasses import dataclass, field


@dataclass
class Hero:
    """A hero with level, experience within the level, health and conditions."""

    name: str
    level: int = 1
    xp: int = 0
    health: int = 20
    conditions: dict = field(default_factory=dict)

    @property
    def max_health(self):
        """Health a hero of this level can have."""
        return 15 + 5 * self.level

    @property
    def attack(self):
        """Damage of one blow."""
        return 3 + self.level

    @property
    def alive(self):
        """Tell whether health is left."""
        return self.health > 0

    def hurt(self, amount):
        """Take damage; health does not fall below 0."""
        self.health = max(0, self.health - amount)

    def heal(self, amount):
        """Regain health up to the maximum."""
        self.health = min(self.max_health, self.health + amount)
