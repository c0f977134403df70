"""Fights."""

from .conditions import afflict, end_round
from .levels import level_up

STING_ROUNDS = 3


def fight_round(hero, monster):
    """The hero strikes first; a monster that still lives strikes back."""
    monster.hurt(hero.attack)
    if monster.alive:
        hero.hurt(monster.damage)
        if monster.sting:
            afflict(hero, monster.sting, STING_ROUNDS)
    end_round(hero)


def fight(hero, monster):
    """Fight to the end; return whether the hero won. The winner gets the monster's worth."""
    while hero.alive and monster.alive:
        fight_round(hero, monster)
    if not hero.alive:
        return False
    hero.xp += monster.worth
    level_up(hero)
    return True


def blows_needed(hero, monster):
    """Return how many blows of the hero the monster survives at most, plus the last one."""
    return -(-monster.health // hero.attack)
