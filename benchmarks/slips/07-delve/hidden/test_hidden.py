from delve import Hero, run_quest
from delve.levels import MAX_LEVEL, level_up


def test_exact_cost():
    hero = Hero("Bo", level=3, xp=300)
    assert level_up(hero) == 1
    assert (hero.level, hero.xp) == (4, 0)


def test_many_levels():
    hero = Hero("Bo", xp=1000)
    assert level_up(hero) == 4
    assert (hero.level, hero.xp, hero.health) == (5, 0, 40)


def test_top_level_keeps_points():
    hero = Hero("Bo", level=MAX_LEVEL - 1, xp=5000)
    assert level_up(hero) == 1
    assert (hero.level, hero.xp) == (20, 3100)


def test_not_enough():
    hero = Hero("Bo", level=2, xp=199, health=3)
    assert level_up(hero) == 0 and (hero.level, hero.xp, hero.health) == (2, 199, 3)


def test_quest_status():
    result = run_quest(Hero("Bo", level=5, xp=490, health=40), ["rat"])
    assert result.status == "Bo: level 6 (0 %), health 45/45"
