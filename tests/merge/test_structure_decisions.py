"""What a merge by structure says about itself, and what it refuses to believe."""

from devagent.merge import line_merge, structure
from devagent.merge.decision import Confidence, Decision
from devagent.merge.limits import Limits
from devagent.merge.regions import decisions
from devagent.merge.structure.checks import keeps_all_words
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
    assert keeps_all_words(b"a b c", b"a", b"a b", b"a c")
    assert not keeps_all_words(b"a b", b"a", b"a b", b"a c")


def test_words_that_one_side_took_out_must_not_be_there_unless_they_were_kept_on_purpose() -> None:
    assert not keeps_all_words(b"a b", b"a b", b"a", b"a b")
    assert keeps_all_words(b"a b", b"a b", b"a", b"a b", b"b")


def test_words_that_no_version_has_must_not_be_there() -> None:
    assert not keeps_all_words(b"a d", b"a", b"a", b"a")


def test_a_change_of_both_counts_once_or_twice() -> None:
    assert keeps_all_words(b"a b", b"a", b"a b", b"a b")
    assert keeps_all_words(b"a b b", b"a", b"a b", b"a b")
    assert not keeps_all_words(b"a b b b", b"a", b"a b", b"a b")
