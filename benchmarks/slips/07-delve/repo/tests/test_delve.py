import pytest

from delve import Hero, Monster, run_quest
from delve.combat import fight, fight_round
from delve.conditions import afflict, cure, end_round
from delve.levels import progress, xp_needed


def test_unknown_monster():
    with pytest.raises(ValueError):
        Monster.make("bat")


def test_cost_of_levels():
    assert [xp_needed(n) for n in (1, 2, 5)] == [100, 200, 500]


def test_strike_and_return():
    hero, ogre = Hero("Ada"), Monster.make("ogre")
    fight_round(hero, ogre)
    assert (ogre.health, hero.health) == (16, 16)


def test_dead_monster_does_not_strike():
    hero = Hero("Ada")
    assert fight(hero, Monster.make("rat"))
    assert (hero.health, hero.xp, hero.level) == (20, 10, 1)


def test_spider_poisons():
    hero = Hero("Ada")
    fight_round(hero, Monster.make("spider"))
    assert hero.conditions == {"poison": 2} and hero.health == 17


def test_conditions_end():
    hero = Hero("Ada")
    afflict(hero, "poison", 1)
    end_round(hero)
    assert hero.conditions == {} and not cure(hero, "poison")


def test_defeat_gives_nothing():
    hero = Hero("Ada", health=5)
    assert not fight(hero, Monster.make("ogre"))
    assert hero.xp == 0


def test_heal_stops_at_maximum():
    hero = Hero("Ada", health=18)
    hero.heal(9)
    assert hero.health == 20


def test_progress():
    assert progress(Hero("Ada", level=2, xp=50)) == 25
    assert progress(Hero("Ada", level=20)) == 100


def test_ogre_raises_one_level():
    hero = Hero("Ada")
    fight(hero, Monster.make("ogre"))
    assert (hero.level, hero.xp, hero.health) == (2, 50, 25)


def test_dragon_raises_several_levels():
    hero = Hero("Ada", health=500)
    fight(hero, Monster.make("dragon"))
    assert (hero.level, hero.xp) == (4, 100)


def test_quest_without_rise():
    result = run_quest(Hero("Ada"), ["rat", "rat"])
    assert result.won == 2 and result.status == "Ada: level 1 (20 %), health 20/20"


def test_quest_with_rise():
    result = run_quest(Hero("Ada"), ["rat", "ogre"])
    assert result.finished and result.status == "Ada: level 2 (30 %), health 25/25"


def test_lost_quest():
    result = run_quest(Hero("Ada"), ["rat", "dragon", "rat"])
    assert (result.won, result.finished) == (1, False)
