from waypoint.forks import Tree
from waypoint.pattern import parse_pattern, split_path


def tree(*patterns):
    tree = Tree()
    for pattern in patterns:
        tree.add(parse_pattern(pattern), pattern)
    return lambda path: tree.find(split_path(path))


def test_two_levels_back():
    find = tree("/a/b/c", "/a/<x>/d", "/<y>/b/e")
    assert find("/a/b/c") == ("/a/b/c", {})
    assert find("/a/b/d") == ("/a/<x>/d", {"x": "b"})
    assert find("/a/b/e") == ("/<y>/b/e", {"y": "a"})


def test_path_as_the_last_resort():
    find = tree("/a/b/c", "/a/<x>/d", "/<path:all>")
    assert find("/a/b/z") == ("/<path:all>", {"all": "a/b/z"})
    assert find("/a") == ("/<path:all>", {"all": "a"})


def test_nothing_fits():
    find = tree("/a/b/c", "/a/<x>/d")
    assert find("/a/b") is None
    assert find("/a/b/c/d") is None
