"""Semantic conflicts in real merges of small repositories: clean text, broken meaning; and near misses."""

from pathlib import Path

import pytest
from conflicted import Work
from semantic_cases import CASES, NEAR_MISSES, Case

from devagent.merge.semantic import search
from devagent.merge.semantic.finding import Finding
from devagent.proposal.candidate import Verdict
from devagent.repo.git import Repository, find_root
from devagent.repo.operation import Side
from devagent.repo.treemerge import merge_commits
from devagent.workflows.conflicts.semantics import Merging, evidence, files_in, sought


class Merge:
    """A merge of `topic` into `main`, which git makes without a conflict."""

    def __init__(self, root: Path, case: Case) -> None:
        work = Work.new(root).sides(*(case.version(number) for number in range(3)))
        self.repo: Repository = find_root(work.root)
        self.base, ours, theirs = (work("rev-parse", name).strip() for name in ("topic~1", "main", "topic"))
        self.sides = (Side("main", ours), Side("topic", theirs))
        merged = merge_commits(self.repo, ours, theirs)
        assert not merged.unmerged, f"the text of this case conflicts: {merged.messages}"
        self.files = files_in(self.repo, merged.tree)

    def sought(self, *, swapped: bool = False) -> search.Sought:
        """What is found; `swapped`: with `topic` as our side."""
        ours, theirs = reversed(self.sides) if swapped else self.sides
        return sought(self.repo, Merging(ours, theirs, self.base, self.files))

    def findings(self, *, swapped: bool = False) -> tuple[Finding, ...]:
        """The findings alone."""
        return self.sought(swapped=swapped).findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_semantic_conflict_is_found_and_explained_whichever_side_is_ours(case: Case, tmp_path: Path) -> None:
    merge = Merge(tmp_path / "repo", case)
    found = merge.findings()
    assert [str(each.at) for each in found] == [case.at], found
    told = str(found[0])
    assert all(word in told for word in case.told), told
    assert found[0].commit, "the commit that did it is named"
    assert [each.kind for each in merge.findings(swapped=True)] == [found[0].kind]


@pytest.mark.parametrize("case", NEAR_MISSES, ids=lambda case: case.name)
def test_what_fits_together_is_not_told(case: Case, tmp_path: Path) -> None:
    merge = Merge(tmp_path / "repo", case)
    assert merge.findings() == merge.findings(swapped=True) == ()


def test_a_merge_of_too_many_files_is_not_looked_at(tmp_path: Path) -> None:
    many = {f"f{number}.py": f"X = {number}\n" for number in range(search.MOST_FILES + 1)}
    case = Case(
        "many", {"a.py": "A = 1\n"}, (("a.py", "A", "B"),), tuple((path, "", text) for path, text in many.items())
    )
    found = Merge(tmp_path / "repo", case).sought()
    assert found.findings == () and found.note == "3,002 files changed, more than 3,000"
    said = evidence(found)
    assert said.verdict is Verdict.NO_VERDICT and said.summary.endswith("more than 3,000")
