"""What a merge by structure says about itself, and what it refuses to believe."""

from dataclasses import replace

from devagent.merge import line_merge, structure
from devagent.merge.decision import Confidence, Decision
from devagent.merge.limits import Limits
from devagent.merge.regions import Clean, Conflict, Source, Spans, conflicts, decisions
from devagent.merge.structure.checks import comes_back, keeps_all_words, keeps_insertions
from devagent.merge.structure.pieces import Piece
from devagent.merge.versions import Versions


def decided(path: str, base: str, ours: str, theirs: str) -> list[Decision]:
    versions = Versions(path, base.encode(), ours.encode(), theirs.encode())
    return list(decisions(structure.merge(versions, line_merge.merge(versions), Limits())))


def test_it_names_what_each_side_added() -> None:
    [decision] = decided("a.py", "import a\n", "import a\nimport b\n", "import a\nimport c\n")
    assert decision.how == "import union"
    assert decision.why == "each side added imports (`import b`; `import c`), which may stand in any order"
    assert decision.confidence is Confidence.LIKELY
    assert 0 < decision.probability < 1


def test_many_names_are_counted() -> None:
    added = "".join(f"import b{number}\n" for number in range(5))
    [decision] = decided("a.py", "import a\n", f"import a\n{added}", "import a\nimport c\n")
    assert "`import b0`, `import b1`, `import b2` and 2 more; `import c`" in decision.why


def test_the_other_order_is_an_alternative_where_order_says_nothing() -> None:
    base = "def f():\n    return 1\n"
    ours, theirs = base + "\n\ndef g(a):\n    return a\n", base + "\n\nclass Other:\n    x = []\n"
    [decision] = decided("a.py", base, ours, theirs)
    text = b"".join(decision.lines)
    [other] = decision.alternatives
    assert text.index(b"def g") < text.index(b"class Other")
    assert b"".join(other.lines).index(b"class Other") < b"".join(other.lines).index(b"def g")
    assert other.how == "independent members, theirs first"


def test_a_sorted_list_has_one_order_only() -> None:
    base = '{\n  "a": 1,\n  "b": 2,\n  "e": 5\n}\n'
    ours, theirs = base.replace('  "e"', '  "d": 4,\n  "e"'), base.replace('  "e"', '  "c": 3,\n  "e"')
    [decision] = decided("a.json", base, ours, theirs)
    assert b"".join(decision.lines) == b'  "c": 3,\n  "d": 4,\n'
    assert decision.alternatives == ()


def test_words_that_one_side_put_in_must_be_there() -> None:
    assert keeps_all_words([Piece(b"a", b"a b", b"a c", b"a b c")])
    assert not keeps_all_words([Piece(b"a", b"a b", b"a c", b"a b")])


def test_words_that_one_side_took_out_must_not_be_there_unless_they_were_kept_on_purpose() -> None:
    assert not keeps_all_words([Piece(b"a b", b"a", b"a b", b"a b")])
    assert keeps_all_words([Piece(b"a b", b"a", b"a b", b"a b")], b"b")


def test_words_that_no_version_has_must_not_be_there() -> None:
    assert not keeps_all_words([Piece(b"a", b"a", b"a", b"a d")])


def test_a_change_of_both_counts_once_or_twice() -> None:
    assert keeps_all_words([Piece(b"a", b"a b", b"a b", b"a b")])
    assert keeps_all_words([Piece(b"a", b"a b", b"a b", b"a b b")])
    assert not keeps_all_words([Piece(b"a", b"a b", b"a b", b"a b b b")])


def test_a_word_that_the_other_side_took_out_makes_it_unsure() -> None:
    base = "def f(x):\n    start(x)\n    go(x)\n"
    ours = "def f(x):\n    begin(x)\n    go(x)\n"
    theirs = "def f(x):\n    start(x)\n    go(x, start)\n"
    [decision] = decided("a.py", base, ours, theirs)
    assert decision.confidence is Confidence.UNSURE
    assert decision.why.endswith("; but one side now uses `start`, and the other took it out")


def test_one_side_with_the_change_of_the_other_in_it_is_certain() -> None:
    base = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n'
    theirs = base.replace('"b": 2', '"b": 4')
    ours = theirs.replace('"c": 3', '"c": 5')
    [decision] = decided("a.json", base, ours, theirs.replace('  "c": 3', '  "c":  3'))
    assert decision.confidence is Confidence.CERTAIN
    assert b"".join(decision.lines) in ours.encode()


def test_what_one_side_put_in_and_the_other_made_of_something_else_is_not_there_twice() -> None:
    base = b'package a\npackage a\n\t"fmt"\n'
    ours = b'package a\npackage a\n\t"os"\nfunc q_2\n\treturn q\n\t"new"\n'
    theirs = b'package a\npackage a\n\t"os"\n\t"fmt"\n'
    versions = Versions("a.go", base, ours, theirs)
    regions = structure.merge(versions, line_merge.merge(versions), Limits())
    assert sum(region.lines.count(b'\t"os"\n') for region in regions if isinstance(region, Clean)) == 1


def test_a_line_that_one_side_moved_does_not_come_back_where_it_was() -> None:
    spans = Spans(range(1), range(0), range(2))
    conflict = Conflict((b"use std::io;\n",), (), (b"use std::io;\n", b"use std::fmt;\n"), spans)
    moved = Clean((b"use std::io;\n",), Source.OURS, spans)
    assert comes_back(conflict.theirs, conflict, (conflict, moved))
    assert not comes_back((b"use std::fmt;\n",), conflict, (conflict, moved))
    assert not comes_back(conflict.theirs, conflict, (conflict, replace(moved, source=Source.THEIRS)))


def test_each_of_two_conflicts_gets_what_its_own_sides_put_in() -> None:
    head, tail = "package p;\n\nimport a.A;\n", "import java.io.IOException;\n\nclass B {\n}\n"
    base = f"{head}\nimport x.N;\nimport x.P;\nimport x.Q;\n{tail}"
    ours = f"{head}import j.P;\nimport j.Q;\n\nimport x.N;\n{tail}"
    theirs = f"{head}import c.N;\n\nimport x.P;\nimport x.Q;\n{tail}"
    versions = Versions("B.java", base.encode(), ours.encode(), theirs.encode())
    lines = line_merge.merge(versions)
    assert len(list(conflicts(lines))) == 2
    for region in structure.merge(versions, lines, Limits()):
        if isinstance(region, Clean) and region.was is not None:
            assert keeps_insertions(region.lines, region.was)
