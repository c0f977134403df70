def test_invalidate_by_tag(cache):
    cache.put("a", 1, tags=["x"])
    cache.put("b", 2, tags=["x", "y"])
    cache.put("c", 3)
    assert cache.invalidate_tag("x") == 2
    assert cache.keys() == ["c"]
    assert cache.tags() == []


def test_evicted_keys_lose_their_tags(cache):
    cache.put("a", 1, tags=["x"])
    cache.put("big", 2, weight=3)
    assert cache.tags() == []
    assert cache.invalidate_tag("x") == 0


def test_unknown_tag(cache):
    assert cache.invalidate_tag("nope") == 0


def test_new_tags_replace_the_old_ones(cache):
    cache.put("page", "draft", tags=["draft", "site"])
    cache.put("page", "final", tags=["site"])
    assert cache.tags() == ["site"]
    assert cache.invalidate_tag("draft") == 0
    assert cache.get("page") == "final"


def test_old_tags_of_a_deleted_key(cache):
    cache.put("page", "draft", tags=["draft"])
    cache.put("page", "final", tags=["done"])
    cache.delete("page")
    assert cache.invalidate_tag("draft") == 0
