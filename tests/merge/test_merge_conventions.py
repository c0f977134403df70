"""What people do alike in every project."""

import pytest

from devagent.merge.conventions import HIGHER
from devagent.merge.decision import Confidence, Decision
from devagent.merge.engine import merge_text
from devagent.merge.keeping import keeping_both
from devagent.merge.merged import Merged
from devagent.merge.versions import Versions


def merged(base: str, ours: str, theirs: str, path: str = "package.json") -> Merged:
    return merge_text(Versions(path, base.encode(), ours.encode(), theirs.encode()), accept=Confidence.LIKELY)


def decided(base: str, ours: str, theirs: str) -> Decision | None:
    found = [decision for decision in merged(base, ours, theirs).decisions if decision.how == HIGHER]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "higher"),
    [
        ("1.2.3", "1.3.0", "1.2.4", "1.3.0"),
        ("1.9.0", "1.9.1", "1.10.0", "1.10.0"),
        ("2.0.0-rc.1", "2.0.0", "2.0.0-rc.2", "2.0.0"),
        ("1.4.0", "1.5.0-dev", "1.4.4", "1.5.0-dev"),
        ("3.1.2-SNAPSHOT", "3.1.3-SNAPSHOT", "3.2.0-SNAPSHOT", "3.2.0-SNAPSHOT"),
    ],
)
def test_of_a_version_that_both_sides_raised_the_higher_one_stands(
    base: str, ours: str, theirs: str, higher: str
) -> None:
    line = '  "version": "{}",\n'.format
    for sides in ((ours, theirs), (theirs, ours)):
        decision = decided(line(base), *map(line, sides))
        assert decision is not None
        assert b"".join(decision.lines).decode() == line(higher)
        assert decision.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("v = 1.2.3\n", "v = 1.2.2\n", "v = 1.2.4\n"),
        ("v = 1.2.3\n", "w = 1.2.4\n", "v = 1.2.5\n"),
        ("wait = 0.5\n", "wait = 0.7\n", "wait = 0.9\n"),
        ("v = 1.2.3\n", "v = v1.2.4\n", "v = 1.2.4\n"),
        ("at = 10.0.0.1.5\n", "at = 10.0.0.1.6\n", "at = 10.0.0.1.7\n"),
        ("v = 1.2.3-linux\n", "v = 1.2.4-linux\n", "v = 1.2.5-linux\n"),
        ("", "v = 1.2.4\n", "v = 1.2.5\n"),
    ],
)
def test_what_is_not_raised_by_both_or_is_no_version_is_nothing_to_it(base: str, ours: str, theirs: str) -> None:
    assert decided(base, ours, theirs) is None


def test_each_version_is_taken_from_the_side_that_raised_it_and_both_are_named() -> None:
    found = merged("a==1.0.0\nb==1.0.0\n", "a==1.0.1\nb==1.2.0\n", "a==1.0.2\nb==1.0.0\n", "requirements.txt")
    assert found.content() == b"a==1.0.2\nb==1.2.0\n"
    assert [decision.why for decision in found.decisions] == [
        "both sides raised a version (ours to 1.0.1, 1.2.0, theirs to 1.0.2); the higher one stands"
    ]


def test_what_else_was_weighed_is_still_shown_and_the_lower_version_is_no_loss() -> None:
    kept = keeping_both(merged("v = 1.2.3\n", "v = 1.2.5\n", "v = 1.2.4\n", "setup.cfg"))
    [decision] = kept.decisions
    assert decision.how == HIGHER
    assert (b"v = 1.2.4\n",) in [other.lines for other in decision.alternatives]
