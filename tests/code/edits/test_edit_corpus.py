"""Every answer of the corpus comes to what it has to, or is refused and leaves every byte."""

from itertools import groupby

import pytest
from edit_corpus import cases, verdict, with_two_slips

GROUPS = {group: list(members) for group, members in groupby(sorted(cases(), key=lambda c: c.group), lambda c: c.group)}


def test_there_are_at_least_three_hundred_answers() -> None:
    assert len({(case.answer, *case.files.items()) for case in cases()}) >= 300


@pytest.mark.parametrize("group", GROUPS)
def test_answers_come_to_what_they_have_to(group: str) -> None:
    wrong = {case.name: found for case in GROUPS[group] if (found := verdict(case)) not in ("right", "refused")}
    assert not wrong, "\n\n".join(f"{name}\n{found}" for name, found in wrong.items())


def test_answers_with_two_slips_come_out_right_or_are_refused() -> None:
    wrong = {
        case.name: found for case in with_two_slips() if (found := verdict(case)) != "right" and "refused" not in found
    }
    assert not wrong
