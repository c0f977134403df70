"""`devagent merge BRANCH`, `merge --check` and `mergetool`."""

import sys
from pathlib import Path

import pytest
from commandline import CommandLine
from conflicted import ALIKE, EASY_BASE, EASY_OURS, EASY_THEIRS, HARD_BASE, HARD_OURS, HARD_THEIRS, Work, photograph

START = f"env PYTHONPATH={Path(__file__).parents[2]} {sys.executable} -m devagent"


def diverged(root: Path, *, hard: bool = False) -> Work:
    """Two branches that conflict, with nothing under way."""
    base, ours, theirs = (HARD_BASE, HARD_OURS, HARD_THEIRS) if hard else (EASY_BASE, EASY_OURS, EASY_THEIRS)
    return Work.new(root).sides({"a.py": base}, {"a.py": ours, "ours.txt": "o\n"}, {"a.py": theirs, "t.txt": "t\n"})


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return diverged(tmp_path / "repo")


def test_check_tells_what_would_conflict(devagent: CommandLine, work: Work) -> None:
    before = photograph(work.root)
    ended = devagent("merge", "--check", "main", "topic", at=work.root)
    assert (ended.code, ended.out.splitlines()) == (
        1,
        ["a.py: both modified (can be resolved)", "1 file would conflict; 1 of them can be resolved"],
    )
    assert devagent("merge", "--check", "topic", at=work.root).out == ended.out
    found = devagent("merge", "--check", "main", "topic", "--json", at=work.root).json
    assert (found["outcome"], found["exit_code"]) == ("conflicts", 1)
    assert found["conflicts"] == ["CONFLICT (content): Merge conflict in a.py"]
    assert photograph(work.root) == before


def test_check_knows_when_there_is_nothing_to_merge(devagent: CommandLine, work: Work) -> None:
    work("branch", "side", "topic~1")
    work("checkout", "-q", "side")
    work.commit("side", {"other.txt": "x\n"})
    for branches, told in (
        (("main", "main"), "main has all of main already"),
        (("topic~1", "topic"), "topic has all of topic~1: it merges without a commit"),
        (("main", "side"), "side merges into main without a conflict"),
    ):
        ended = devagent("merge", "--check", *branches, at=work.root)
        assert (ended.code, ended.out.strip()) == (0, told)


def test_a_merge_is_proposed_and_applied_as_a_merge_commit(devagent: CommandLine, work: Work) -> None:
    before = photograph(work.root)
    ended = devagent("merge", "topic", "--no-tests", at=work.root)
    assert ended.code == 1, "nothing observed it"
    assert "✓ a.py  both modified" in ended.out and "✓ syntax: 1 merged file(s) parse" in ended.out
    assert photograph(work.root) == before
    assert devagent("apply", "--unverified", at=work.root).told == (
        "nothing was written: the proposal is a merge, which the files alone do not record. "
        "To make the merge commit: --commit; to make a branch with it: --branch NAME"
    )
    assert devagent("apply", "--unverified", "--commit", at=work.root).code == 0
    assert work("rev-parse", "HEAD^1", "HEAD^2").split() == [before.head.strip(), work("rev-parse", "topic").strip()]
    assert work("log", "-1", "--format=%s").strip() == "Merge branch 'topic' into main"
    assert work("status", "--porcelain") == ""
    assert not (work.root / ".git" / "MERGE_HEAD").exists()
    assert devagent("undo", at=work.root).code == 0
    assert photograph(work.root) == before


def test_a_merge_becomes_a_branch(devagent: CommandLine, work: Work) -> None:
    devagent("merge", "topic", "--no-tests", at=work.root)
    assert devagent("apply", "--unverified", "--branch", "both", at=work.root).code == 0
    assert len(work("rev-list", "--parents", "-1", "both").split()) == 3
    assert work("ls-tree", "--name-only", "both").split() == ["a.py", "ours.txt", "t.txt"]


def test_a_hook_that_refuses_the_merge_leaves_no_merge(devagent: CommandLine, work: Work) -> None:
    devagent("merge", "topic", "--no-tests", at=work.root)
    hook = work.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    before = photograph(work.root)
    assert devagent("apply", "--unverified", "--commit", at=work.root).code == 3
    assert photograph(work.root) == before
    assert not (work.root / ".git" / "MERGE_HEAD").exists()


def test_what_cannot_be_resolved_is_not_proposed(devagent: CommandLine, tmp_path: Path) -> None:
    work = diverged(tmp_path / "repo", hard=True)
    ended = devagent("merge", "topic", at=work.root)
    assert ended.code == 1
    assert ended.out.splitlines()[-2:] == [
        "1 file of 1 cannot be resolved; nothing is proposed.",
        "Next: git merge topic, then devagent resolve --interactive",
    ]
    assert devagent("list", at=work.root).out.startswith("No runs yet")


def test_what_makes_no_sense_is_refused(devagent: CommandLine, work: Work) -> None:
    work("checkout", "-q", "--orphan", "other")
    work.commit("alone", {"b": "b"})
    work("checkout", "-q", "main")
    for arguments, told in (
        (("nowhere",), "there is no branch or commit nowhere. See git branch --all"),
        (("other",), "the two have no common ancestor: their histories are unrelated"),
        (("topic", "other"), "2 branches are too many. Merge them one after the other"),
    ):
        ended = devagent("merge", *arguments, at=work.root)
        assert (ended.code, ended.told) == (2, told)
    assert devagent("merge", "main", at=work.root).out == "Nothing to merge: main has all of main already.\n"


def test_the_commands_of_the_driver_stay_commands(devagent: CommandLine, work: Work) -> None:
    work("branch", "status", "topic")
    assert "devagent merge install" in devagent("merge", "status", at=work.root).out
    assert "would conflict" in devagent("merge", "--check", "main", "status", at=work.root).out


def test_a_merge_is_not_resumed(devagent: CommandLine, work: Work) -> None:
    devagent("merge", "topic", "--no-tests", at=work.root)
    assert devagent("resume", at=work.root).told.startswith("this run merged a branch: the team has no part in it")


def test_mergetool_resolves_a_file_and_opens_the_editor_for_the_rest(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides(
        {"a.py": EASY_BASE + HARD_BASE}, {"a.py": EASY_OURS + HARD_OURS}, {"a.py": ALIKE + HARD_THEIRS}
    )
    work("merge", "topic", fails=True)
    command = f'{START} mergetool "$BASE" "$LOCAL" "$REMOTE" "$MERGED"'
    work("config", "mergetool.devagent.cmd", command)
    work("config", "mergetool.devagent.trustExitCode", "true")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" "$0.seen"\ngrep -v "^[<|=>]" "$1" >"$0.new"; cat "$0.new" >"$1"\n')
    editor.chmod(0o755)
    work("mergetool", "--no-prompt", "--tool=devagent", env={"GIT_EDITOR": str(editor)})
    seen = (tmp_path / "editor.seen").read_text()
    assert seen.count("<<<<<<<") == 1 and "||||||| " in seen and "max(a" in seen.split("<<<<<<<")[0]
    assert work("status", "--porcelain").splitlines()[0] == "M  a.py"


def test_mergetool_leaves_an_edited_file_to_the_editor(devagent: CommandLine, work: Work) -> None:
    work("merge", "topic", fails=True)
    for name, text in (("base", EASY_BASE), ("ours", EASY_OURS), ("theirs", EASY_THEIRS)):
        (work.root / name).write_text(text)
    mine = (work.root / "a.py").read_text().replace("'one'", "'mine'")
    (work.root / "a.py").write_text(mine)
    ended = devagent("mergetool", "base", "ours", "theirs", "a.py", at=work.root, GIT_EDITOR="true")
    assert (ended.code, ended.out) == (1, "a.py has been edited since: nothing was put into it\n")
    assert (work.root / "a.py").read_text() == mine


def test_mergetool_tells_how_to_set_it_up(devagent: CommandLine, tmp_path: Path) -> None:
    ended = devagent("mergetool", at=tmp_path)
    assert ended.code == 0 and "git config --global merge.tool devagent" in ended.out
    assert devagent("mergetool", "a", "b", at=tmp_path).told == "2 files. Name four: BASE OURS THEIRS MERGED"
