"""What the history of both sides, and git's rerere, say about the conflicts at hand."""

from pathlib import Path

from conflicted import Work

from devagent.merge.precedent import ALIKE, SAME
from devagent.repo.git import find_root
from devagent.repo.operation import under_way
from devagent.workflows.conflicts import writing
from devagent.workflows.conflicts.before import Reach, before
from devagent.workflows.conflicts.own import committed_unseen, written
from devagent.workflows.conflicts.resolution import FileResolution, Outcome
from devagent.workflows.conflicts.resolve import propose
from devagent.workflows.conflicts.settling import ACCEPT


def text(version: str, body: int = 0) -> str:
    """A file with a version that is no number, so that none is the higher one."""
    return f'NAME = "x"\nVERSION = "{version}"\n\n\ndef f():\n    return {body}\n'


def released(root: Path, times: int, path: str = "v.py") -> Work:
    """A release branch merged into main, each time with a conflict of versions; the last merge is under way."""
    work = Work.new(root)
    work.commit("base", {path: text("r0")})
    work("checkout", "-q", "-b", "release")
    for number in range(1, times + 1):
        work("checkout", "-q", "release")
        work.commit(f"release {number}", {path: text(f"r{number}", number)})
        work("checkout", "-q", "main")
        work.commit(f"main {number}", {path: text(f"m{number}-dev", number - 1)})
        work("merge", "release", fails=True)
        if number < times:
            work.commit(f"merge {number}", {path: text(f"m{number}-dev", number)})
    return work


def the_file(work: Work) -> FileResolution:
    (file,) = propose(find_root(work.root)).files
    return file


def how(file: FileResolution) -> str:
    (hunk,) = file.hunks
    return hunk.decision.how if hunk.decision else ""


def test_what_was_done_in_every_merge_before_is_done_again(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    file = the_file(work)
    assert (file.outcome, how(file)) == (Outcome.RESOLVED, ALIKE)
    merge = work("log", "--merges", "--max-count=1", "--format=%h of %cs", "--abbrev=7").strip()
    assert file.hunks[0].decision and f"merge {merge} and 1 more" in file.hunks[0].decision.why
    assert file.merged and file.merged.content().decode() == text("m3-dev", 3)


def test_a_single_merge_before_is_shown_and_no_more(tmp_path: Path) -> None:
    file = the_file(released(tmp_path / "repo", 2))
    assert file.outcome is Outcome.LEFT


def test_without_history_nothing_is_said(tmp_path: Path) -> None:
    file = the_file(released(tmp_path / "repo", 1))
    assert how(file) not in (SAME, ALIKE)


def test_a_cherry_pick_takes_no_side_because_merges_did(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    work("merge", "--abort")
    work("cherry-pick", "release", fails=True)
    assert how(the_file(work)) != ALIKE


def test_only_the_history_of_the_two_sides_counts(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    work("merge", "--abort")
    work("checkout", "-q", "--orphan", "other")
    work.commit("base", {"v.py": text("r0")})
    work("checkout", "-q", "-b", "other-release")
    work.commit("release", {"v.py": text("1.0.7")})
    work("checkout", "-q", "other")
    work.commit("main", {"v.py": text("1.7.0")})
    work("merge", "other-release", fails=True)
    assert how(the_file(work)) != ALIKE


def test_how_far_back_is_looked_is_counted(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 4)
    repo = find_root(work.root)
    state = under_way(repo)
    (file,) = propose(repo).files
    assert file.merged
    conflict = file.merged.versions

    def found(reach: Reach) -> bool:
        searched = before(repo, state, ["v.py"], reach)
        decisions = searched.merged(conflict, accept=ACCEPT).decisions
        return any(decision.how == ALIKE for decision in decisions)

    assert found(Reach())
    assert not found(Reach(merges=1))
    assert not found(Reach(files=1))
    assert not found(Reach(commits=2))
    assert not found(Reach(seconds=-1.0))


def test_git_rerere_is_asked(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.sides({"a.txt": "one\ntwo\n"}, {"a.txt": "one\nours\n"}, {"a.txt": "one\ntheirs\n"})
    work("config", "rerere.enabled", "true")
    work("merge", "topic", fails=True)
    work.commit("merged", {"a.txt": "one\nours and theirs\n"})
    assert list((work.root / ".git" / "rr-cache").glob("*/postimage"))
    work("reset", "-q", "--hard", "HEAD^")
    work("config", "rerere.enabled", "false")
    work("merge", "topic", fails=True)
    file = the_file(work)
    assert (file.outcome, how(file)) == (Outcome.RESOLVED, SAME)
    assert file.hunks[0].decision and "git rerere's memory of 20" in file.hunks[0].decision.why


def test_a_file_that_rerere_has_settled_is_not_called_edited_by_hand(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.sides({"a.txt": "one\ntwo\n"}, {"a.txt": "one\nours\n"}, {"a.txt": "one\ntheirs\n"})
    work("config", "rerere.enabled", "true")
    work("merge", "topic", fails=True)
    work.commit("merged", {"a.txt": "one\nours and theirs\n"})
    work("reset", "-q", "--hard", "HEAD^")
    work("merge", "topic", fails=True)
    assert the_file(work).reason.startswith("git rerere has put its earlier answer there: look at it, and git add it")


def test_what_devagent_wrote_is_no_answer_of_rerere(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.sides({"a.py": "x = 1\n"}, {"a.py": "x = f(1, 2)\n"}, {"a.py": "x = f(1,  2)\n"})
    work("config", "rerere.enabled", "true")
    work("merge", "topic", fails=True)
    repo = find_root(work.root)
    writing.write(repo, propose(repo))
    work("commit", "-q", "--no-edit")
    (known,) = (work.root / ".git" / "rr-cache").glob("*/postimage")
    assert known.read_bytes() in written(repo)


def test_what_nobody_looked_at_is_no_precedent(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    repo = find_root(work.root)
    done = writing.go_on(repo, lambda: writing.write(repo, propose(repo)))
    assert done.finished
    blob = work("rev-parse", "HEAD:v.py").strip()
    assert committed_unseen(repo) == {blob}
    assert blob in before(repo, under_way(repo), ["v.py"]).look().unseen


def test_what_was_written_and_committed_by_a_person_is_one(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    repo = find_root(work.root)
    writing.write(repo, propose(repo))
    work("commit", "-q", "--no-edit")
    assert committed_unseen(repo) == frozenset()


def test_old_contents_that_are_not_there_are_no_hindrance(tmp_path: Path) -> None:
    work = released(tmp_path / "repo", 3)
    first = work("rev-list", "--merges", "--reverse", "HEAD").split()[0]
    blob = work("rev-parse", f"{first}:v.py").strip()
    (work.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert the_file(work).outcome is Outcome.LEFT
