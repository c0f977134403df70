"""Conditions that last for rounds."""

POISON_DAMAGE = 1


def afflict(hero, name, rounds):
    """Give a condition; a longer one that is already there stays."""
    hero.conditions[name] = max(rounds, hero.conditions.get(name, 0))


def end_round(hero):
    """Let the conditions act once and shorten them; those at 0 rounds end."""
    if "poison" in hero.conditions:
        hero.hurt(POISON_DAMAGE)
    for name in list(hero.conditions):
        hero.conditions[name] -= 1
        if hero.conditions[name] <= 0:
            del hero.conditions[name]


def cure(hero, name):
    """End a condition; tell whether the hero had it."""
    return hero.conditions.pop(name, None) is not None


def describe(hero):
    """Return "poison 2, sleep 1" in order of names, "well" without conditions."""
    if not hero.conditions:
        return "well"
    return ", ".join(f"{name} {rounds}" for name, rounds in sorted(hero.conditions.items()))
