"""The merge by structure, on folders with three versions of a file and what comes of them."""

from pathlib import Path

import pytest

from devagent.merge import line_merge, structure
from devagent.merge.limits import Limits
from devagent.merge.markers import Style, render
from devagent.merge.regions import Clean, conflicts
from devagent.merge.structure.element import WORD
from devagent.merge.versions import Versions

SCENARIOS = sorted((Path(__file__).parent / "scenarios").iterdir())


def versions(folder: Path) -> Versions:
    suffix = next(folder.glob("base.*")).suffix
    texts = ((folder / f"{name}{suffix}").read_bytes() for name in ("base", "ours", "theirs"))
    return Versions(f"{folder.name}{suffix}", *texts)


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_result_is_the_expected_one_byte_for_byte(folder: Path) -> None:
    given = versions(folder)
    lines = line_merge.merge(given)
    assert any(conflicts(lines)), "the lines alone must not settle a scenario"
    merged = structure.merge(given, lines, Limits())
    expected = next(folder.glob("expected.*")).read_bytes()
    assert render(merged, given.labels, style=Style.DIFF3).decode() == expected.decode()


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_a_decision_says_what_was_done_and_where_each_line_comes_from(folder: Path) -> None:
    given = versions(folder)
    lines = line_merge.merge(given)
    numbers = {conflict.number for conflict in conflicts(lines)}
    for after in structure.merge(given, lines, Limits()):
        if isinstance(after, Clean) and after.decision is not None:
            assert after.was is not None
            assert after.was.number in numbers
            assert after.decision.how
            assert after.decision.why
            assert len(after.decision.origins) == len(after.lines) == len(after.decision.lines)


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_the_sides_exchanged_settle_the_same_conflicts_with_the_same_words(folder: Path) -> None:
    given = versions(folder)
    merged = structure.merge(given, line_merge.merge(given), Limits())
    swapped = structure.merge(given.swapped, line_merge.merge(given.swapped), Limits())
    assert [type(region) for region in merged] == [type(region) for region in swapped]
    for one, other in zip(merged, swapped, strict=True):
        if isinstance(one, Clean) and isinstance(other, Clean):
            assert sorted(WORD.findall(b"".join(one.lines))) == sorted(WORD.findall(b"".join(other.lines)))
