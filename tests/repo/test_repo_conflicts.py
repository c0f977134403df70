"""What the index holds of a conflict, which operation it belongs to, and what git wrote into the files."""

from pathlib import Path

import pytest
from conflicted import EASY_BASE, EASY_OURS, STATES, Work
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.repo.attributes import Attributes, attributes
from devagent.repo.conflicts import Renames, Status, renames, unmerged
from devagent.repo.git import find_root
from devagent.repo.operation import Commit, Operation, fingerprint, histories, merge_bases, under_way
from devagent.repo.remerge import line_merged, remerged, without_labels
from devagent.repo.treemerge import _by_index, commit_named, merge_commits

BUILD = {state.name: state.build for state in STATES}

STATUSES = {
    "merge, blanks only": {"a.py": Status.BOTH_MODIFIED},
    "both added": {"a.py": Status.BOTH_ADDED, "b.py": Status.BOTH_ADDED},
    "changed and deleted by them": {"a.py": Status.DELETED_BY_THEM},
    "changed and deleted by us": {"a.py": Status.DELETED_BY_US},
    "renamed to two names": {
        "a.py": Status.ADDED_BY_US,
        "b.py": Status.ADDED_BY_THEM,
        "old.py": Status.BOTH_DELETED,
    },
    "file and folder": {"name~HEAD": Status.ADDED_BY_US},
}


@pytest.mark.parametrize("state", STATUSES)
def test_the_stages_say_what_happened(state: str, tmp_path: Path) -> None:
    repo = find_root(BUILD[state](tmp_path / "repo"))
    assert {entry.path: entry.status for entry in unmerged(repo)} == STATUSES[state]


def test_names_of_one_file_belong_together(tmp_path: Path) -> None:
    repo = find_root(BUILD["renamed to two names"](tmp_path / "repo"))
    assert renames(unmerged(repo)) == (Renames("old.py", "a.py", "b.py"),)


def test_the_mode_is_that_of_the_side_that_changed_it(tmp_path: Path) -> None:
    (entry,) = unmerged(find_root(BUILD["mode of one side, text of both"](tmp_path / "one")))
    assert entry.mode == "100755"
    (entry,) = unmerged(find_root(BUILD["added with two modes"](tmp_path / "two")))
    assert entry.mode is None


SIDES = {
    "merge, blanks only": ("main", "topic", False),
    "detached HEAD": ("main", "topic", False),
    "linked work tree": ("linked", "topic", False),
    "merge --squash": ("main", "topic", False),
    "stash pop": ("main", "the stash", False),
    "git am -3": ("main", "the patch", False),
}


@pytest.mark.parametrize("state", SIDES)
def test_sides_have_the_names_that_people_know(state: str, tmp_path: Path) -> None:
    found = under_way(find_root(BUILD[state](tmp_path / "repo")))
    assert (found.ours.name, found.theirs.name, found.swapped) == SIDES[state]


def test_a_rebase_swaps_the_sides_and_says_so(tmp_path: Path) -> None:
    root = BUILD["rebase of ten commits, three conflicts"](tmp_path / "repo")
    found = under_way(find_root(root))
    commit = Work(root)("rev-parse", "topic~7").strip()
    assert (found.operation, found.swapped, found.ours.name) == (Operation.REBASE, True, "main")
    assert found.theirs.name == f"{commit[:10]} (topic 3) of topic"
    assert found.step and (found.step.number, found.step.of) == (3, 10)


def test_a_revert_merges_in_what_was_before(tmp_path: Path) -> None:
    root = BUILD["revert"](tmp_path / "repo")
    found = under_way(find_root(root))
    assert found.theirs.commit == Work(root)("rev-parse", "HEAD~2").strip()
    assert found.base == Work(root)("rev-parse", "HEAD~1").strip()


def test_every_stop_has_another_fingerprint(tmp_path: Path) -> None:
    root = BUILD["rebase of ten commits, three conflicts"](tmp_path / "repo")
    repo, work = find_root(root), Work(root)
    first = fingerprint(repo)
    assert fingerprint(repo) == first
    work("checkout", "-q", "--theirs", "a.py")
    work("add", "a.py")
    work("rebase", "--continue", fails=True)
    assert fingerprint(repo) != first


def test_history_is_what_each_side_did_to_a_path(tmp_path: Path) -> None:
    repo = find_root(BUILD["merge, three files"](tmp_path / "repo"))
    found = histories(repo, under_way(repo), ["easy.py", "nowhere.py"])
    assert [commit.subject for commit in found["easy.py"].ours] == ["our change"]
    assert [commit.subject for commit in found["easy.py"].theirs] == ["their change"]
    assert found["nowhere.py"].ours == ()


def test_history_of_a_picked_commit_is_that_commit(tmp_path: Path) -> None:
    root = BUILD["cherry-pick of one"](tmp_path / "repo")
    repo = find_root(root)
    found = histories(repo, under_way(repo), ["a.py"])["a.py"]
    assert found.theirs == (Commit(Work(root)("rev-parse", "topic~6")[:10], "topic 4"),)
    assert [commit.subject for commit in found.ours] == ["main"]


def test_a_criss_cross_has_two_bases(tmp_path: Path) -> None:
    repo = find_root(BUILD["criss-cross"](tmp_path / "repo"))
    assert len(merge_bases(repo, under_way(repo))) == 2


@pytest.mark.parametrize(
    "state", ["merge, three files", "both added", "CRLF", "diff3", "zdiff3", "sha256", "criss-cross"]
)
def test_git_merges_again_what_it_wrote(state: str, tmp_path: Path) -> None:
    repo = find_root(BUILD[state](tmp_path / "repo"))
    entries = unmerged(repo)
    again = remerged(repo, entries)
    for entry in entries:
        written = without_labels((repo.root / entry.path).read_bytes())
        assert written in {without_labels(text) for text in again[entry.path]}
        assert state == "criss-cross" or written in {without_labels(text) for text in line_merged(repo, entry)}


@given(st.text("<>|= ab\n\r", max_size=80).map(str.encode))
def test_only_marker_lines_change(text: bytes) -> None:
    bare = without_labels(text)
    assert without_labels(bare) == bare
    assert bare == text or b"<<<<<<<" in text


@pytest.mark.parametrize("size", [7, 12])
def test_markers_of_any_size_and_label_are_the_same(size: int) -> None:
    lines = [b"<" * size + b" HEAD", b"a", b"|" * size + b" 1234", b"=======?", b"=" * size, b"b", b">" * size + b" x"]
    expected = [b"<<<<<<<", b"a", b"|||||||", b"=======?", b"=======", b"b", b">>>>>>>"]
    assert without_labels(b"\n".join(lines) + b"\n") == b"\n".join(expected) + b"\n"


def test_attributes_are_read(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work("config", "filter.large.clean", "cat")
    work.commit(
        "x",
        {
            ".gitattributes": "*.bin -merge\n*.txt merge=union conflict-marker-size=9\n"
            "*.lfs filter=large\n*.no filter=other\n"
        },
    )
    assert attributes(find_root(work.root), ["a.bin", "b.txt", "c.lfs", "d.no", "e"]) == {
        "a.bin": Attributes(merge="binary"),
        "b.txt": Attributes(merge="union", marker_size=9),
        "c.lfs": Attributes(filter="large"),
        "d.no": Attributes(),
        "e": Attributes(),
    }


def test_two_commits_merge_beside_the_checkout_by_either_way(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides(
        {"a.py": EASY_BASE, "b.py": "x = 1\n\n\n\ny = 1\n", "c.py": "c\n", "d.py": "d\n"},
        {"a.py": EASY_OURS, "b.py": "x = 2\n\n\n\ny = 1\n", "c.py": None},
        {"a.py": "other\n", "b.py": "x = 1\n\n\n\ny = 2\n", "d.py": "D\n"},
    )
    repo = find_root(work.root)
    ours, theirs = (commit_named(repo, name) for name in ("main", "topic"))
    found = merge_commits(repo, ours, theirs)
    by_index = _by_index(repo, ours, theirs, found.bases)
    for merged in (found, by_index):
        assert [(entry.path, entry.status) for entry in merged.unmerged] == [("a.py", Status.BOTH_MODIFIED)]
        assert work("ls-tree", "--name-only", merged.tree).split() == ["a.py", "b.py", "d.py"]
        assert work("show", f"{merged.tree}:b.py") == "x = 2\n\n\n\ny = 2\n"
    assert found.messages == ("CONFLICT (content): Merge conflict in a.py",)


def test_no_merge_driver_is_run_for_it(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides(
        {"a.py": EASY_BASE, ".gitattributes": "*.py merge=mine\n*.txt merge=union\n", "b.txt": "1\n"},
        {"a.py": EASY_OURS, "b.txt": "1\n2\n"},
        {"a.py": "other\n", "b.txt": "1\n3\n"},
    )
    work("config", "merge.mine.driver", f"touch {tmp_path / 'ran'}; true")
    repo = find_root(work.root)
    found = merge_commits(repo, commit_named(repo, "main"), commit_named(repo, "topic"))
    assert [entry.path for entry in found.unmerged] == ["a.py"], "union is built in"
    assert not (tmp_path / "ran").exists()


def test_commits_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.commit("x", {"x": "x"})
    with pytest.raises(UsageError, match="there is no branch or commit --all"):
        commit_named(find_root(work.root), "--all")
