import pytest

from tagcache import TooHeavy, cached


def test_put_and_get(cache):
    cache.put("a", 1)
    assert cache.get("a") == 1
    assert cache.get("b", "none") == "none"
    assert cache.stats.as_dict() == {"hits": 1, "misses": 1, "evicted": 0}


def test_least_recently_used_goes_first(cache):
    for key in "abc":
        cache.put(key, key)
    cache.get("a")
    cache.put("d", "d")
    assert cache.keys() == ["c", "a", "d"]


def test_values_expire(cache, clock):
    cache.put("a", 1, ttl=10)
    clock.advance(9.9)
    assert cache.get("a") == 1
    clock.advance(0.1)
    assert cache.get("a") is None
    assert len(cache) == 0


def test_expired_values_make_room_first(cache, clock):
    cache.put("old", 1)
    cache.put("short", 2, ttl=5)
    cache.put("new", 3)
    clock.advance(6)
    cache.put("more", 4)
    assert cache.keys() == ["old", "new", "more"]


def test_heavy_values(cache):
    cache.put("a", 1)
    cache.put("b", 2)
    cache.put("big", 3, weight=3)
    assert cache.keys() == ["big"]
    with pytest.raises(TooHeavy):
        cache.put("huge", 4, weight=4)


def test_writing_a_key_again_replaces_it(cache):
    cache.put("a", 1)
    cache.put("a", 2)
    assert cache.get("a") == 2
    assert len(cache) == 1


def test_writing_a_key_again_costs_no_room(cache):
    cache.put("a", 1)
    cache.put("b", 1)
    for value in range(5):
        cache.put("b", value)
    assert cache.keys() == ["a", "b"]
    assert cache.weight == 2
    assert cache.stats.evicted == 0


def test_a_lighter_value_gives_room_back(cache):
    cache.put("a", 1, weight=3)
    cache.put("a", 1, weight=1)
    cache.put("b", 1, weight=2)
    assert cache.get("a") == 1
    assert cache.weight == 3


def test_delete(cache):
    cache.put("a", 1, tags=["t"])
    assert cache.delete("a") is True
    assert cache.delete("a") is False
    assert cache.tags() == []


def test_decorator(cache):
    calls = []

    @cached(cache, tags=["sq"])
    def square(x):
        calls.append(x)
        return x * x

    assert [square(3), square(3), square(4)] == [9, 9, 16]
    assert calls == [3, 4]
    assert cache.invalidate_tag("sq") == 2
    square(3)
    assert calls == [3, 4, 3]
