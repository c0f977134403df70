"""The symbol graph has an edge where a definition uses another, and keeps its nodes while they are there."""

from collections.abc import Callable, Mapping
from pathlib import Path

from devagent.code.index.facts import NODE_BITS
from devagent.code.index.index import Index
from devagent.workflows.indexing import open_index

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
FILES = {
    "a.py": "class A:\n    def f(self):\n        return self.g() + self.g()\n    def g(self):\n        return 1\n",
    "b.py": "from a import A\n\ndef make():\n    return A().f()\n\nmake()\n",
}


def edges(index: Index) -> dict[tuple[str, str], int]:
    """All edges by names; a file by its path."""
    graph = index.graph()
    paths = graph.files()
    names = {number << NODE_BITS: path for number, path in paths.items()}
    for number, path in paths.items():
        facts = index.facts(path)
        assert facts is not None
        for node, definition in zip(graph.nodes(number), facts.definitions, strict=True):
            names[node] = definition.qualified
    return {
        (names[source], names[target]): count
        for _, found in graph.all_edges()
        for source, target, count in zip(found.sources, found.targets, found.counts, strict=True)
    }


def opened(repo: Path) -> Index:
    index = open_index(repo)
    index.refresh()
    return index


def test_an_edge_goes_from_the_user_to_what_is_used(make_repo: MakeRepo) -> None:
    index = opened(make_repo(FILES))
    assert edges(index) == {("A.f", "A.g"): 2, ("make", "A"): 1, ("make", "A.f"): 1, ("b.py", "make"): 1}
    assert dict(index.graph().names()) == {1: b"A\nf\ng", 2: b"make"}
    index.close()


def test_definitions_keep_their_nodes_when_others_come_before_them(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    index = opened(repo)
    number = index.number("a.py")
    before, generation = index.graph().nodes(number), index.graph().generation
    (repo / "a.py").write_text("def first(): pass\n\n" + FILES["a.py"] + "\ndef last(): A().g()\n")
    index.refresh()
    after = index.graph().nodes(number)
    assert list(after[1:4]) == list(before)
    assert len(set(after)) == 5
    assert index.graph().generation > generation
    assert edges(index)[("last", "A.g")] == 1
    assert edges(index)[("make", "A.f")] == 1
    index.close()


def test_a_definition_that_moves_is_found_by_its_users(make_repo: MakeRepo) -> None:
    repo = make_repo({**FILES, "c.py": "def late(x):\n    return x.only()\n"})
    index = opened(repo)
    (repo / "a.py").write_text(FILES["a.py"].replace("def f(", "def other("))
    (repo / "d.py").write_text("class D:\n    def only(self): ...\n")
    index.refresh()
    assert ("make", "A.f") not in edges(index)
    assert edges(index)[("late", "D.only")] == 1
    index.close()


def test_nothing_changed_leaves_the_generation(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    index = opened(repo)
    generation = index.graph().generation
    (repo / "notes.txt").write_text("nothing\n")
    index.refresh()
    assert index.graph().generation == generation
    assert list(index.changed()) == []
    index.close()


def test_a_file_that_is_gone_takes_its_edges_along(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    index = opened(repo)
    number = index.number("b.py")
    (repo / "b.py").unlink()
    index.refresh()
    assert not index.graph().edges(number).sources
    assert not index.graph().nodes(number)
    assert edges(index) == {("A.f", "A.g"): 2}
    index.close()


def test_users_of_many_new_names_are_linked_again(make_repo: MakeRepo) -> None:
    users = {f"use{n}.py": f"from new import f{n}\n\ndef u{n}():\n    return f{n}()\n" for n in range(50)}
    repo = make_repo({**FILES, **users})
    index = opened(repo)
    (repo / "new.py").write_text("".join(f"def f{n}(): pass\n" for n in range(50)))
    index.refresh()
    found = edges(index)
    assert all(found[f"u{n}", f"f{n}"] == 1 for n in range(50))
    index.close()


def test_a_name_that_many_mention_does_not_have_them_all_linked_again(make_repo: MakeRepo) -> None:
    users = {f"use{n}.py": f"def u{n}(x):\n    return x.often()\n" for n in range(450)}
    repo = make_repo({**FILES, **users, "seldom.py": "def s(x):\n    return x.seldom()\n"})
    index = opened(repo)
    (repo / "new.py").write_text("class N:\n    def often(self): ...\n    def seldom(self): ...\n")
    index.refresh()
    found = edges(index)
    assert found["s", "N.seldom"] == 1
    assert ("u0", "N.often") not in found
    index.close()


def test_what_is_kept_stays_with_its_tree(make_repo: MakeRepo) -> None:
    index = opened(make_repo(FILES))
    assert index.kept("ranks") is None
    index.keep("ranks", b"\0\1")
    index.keep("ranks", b"\0\2")
    assert index.kept("ranks") == b"\0\2"
    index.close()


def test_many_files_are_linked_as_few_are(make_repo: MakeRepo) -> None:
    many = {f"m{n}.py": f"from a import A\n\ndef f{n}():\n    return A().f()\n" for n in range(60)}
    index = opened(make_repo({**FILES, **many}))
    found = edges(index)
    assert all(found[f"f{n}", "A.f"] == 1 for n in range(60))
    index.close()
