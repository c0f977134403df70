from tagcache.entry import Entry
from tagcache.shelf import Shelf


def entry(weight=1, tags=(), expires=None):
    return Entry("v", weight, expires, frozenset(tags))


def test_weight_is_the_sum_after_replacing():
    shelf = Shelf(10)
    for weight in (4, 7, 2, 9):
        assert shelf.insert("k", entry(weight), 0) == []
        assert shelf.weight == weight


def test_replaced_entry_is_not_reported_as_gone():
    shelf = Shelf(3)
    shelf.insert("a", entry(1), 0)
    shelf.insert("k", entry(1), 0)
    assert shelf.insert("k", entry(3), 0) == ["a"]
    assert shelf.weight == 3


def test_index_follows():
    shelf = Shelf(3)
    shelf.insert("k", entry(tags=["p", "q"]), 0)
    shelf.insert("k", entry(tags=["q", "r"]), 0)
    assert shelf.index.tags() == ["q", "r"]
    shelf.remove("k")
    assert shelf.index.tags() == []


def test_replacing_counts_as_a_use():
    shelf = Shelf(2)
    shelf.insert("a", entry(), 0)
    shelf.insert("b", entry(), 0)
    shelf.insert("a", entry(), 0)
    assert shelf.insert("c", entry(), 0) == ["b"]
