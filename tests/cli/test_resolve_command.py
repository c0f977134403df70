"""`devagent resolve`, as a person and as a script meet it."""

from pathlib import Path

import pytest
from commandline import CommandLine
from conflicted import STATES, Work, photograph

BUILD = {state.name: state.build for state in STATES}


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """One file that can be resolved, one in part, one not at all."""
    return BUILD["merge, three files"](tmp_path / "repo")


@pytest.fixture
def easy(tmp_path: Path) -> Path:
    return BUILD["merge, blanks only"](tmp_path / "repo")


def test_it_tells_what_was_decided_and_what_to_do_next(devagent: CommandLine, several: Path) -> None:
    before = photograph(several)
    ended = devagent("resolve", at=several)
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[0] == "Merge of topic into main: 3 files in conflict"
    assert "✓ easy.py  both modified" in lines
    assert "✗ hard.py  both modified" in lines
    assert "    ours   │ LIMIT = 20" in lines
    assert "    theirs │ LIMIT = 30" in lines
    assert lines[-2] == "1 of 3 can be resolved, 1 in part; nothing was changed."
    assert lines[-1].startswith("Next: devagent resolve --apply")
    assert photograph(several) == before


def test_the_result_as_json_has_everything(devagent: CommandLine, several: Path) -> None:
    found = devagent("resolve", "--json", at=several).json
    assert {key: found[key] for key in ("devagent", "kind", "exit_code", "run")} == {
        "devagent": 1,
        "kind": "resolve",
        "exit_code": 1,
        "run": "",
    }
    assert found["operation"]["operation"] == "merge" and found["operation"]["theirs"]["name"] == "topic"
    files = {file["path"]: file for file in found["files"]}
    assert [files[name]["outcome"] for name in ("both.py", "easy.py", "hard.py")] == [
        "partly resolved",
        "resolved",
        "left",
    ]
    (hunk,) = files["easy.py"]["hunks"]
    assert set(hunk) == {"number", "line", "settled", "base", "ours", "theirs", "decision"}
    assert set(hunk["decision"]) == {
        *("lines", "how", "why", "confidence", "probability", "alternatives", "origins", "left_out"),
    }
    assert files["hard.py"]["hunks"][0]["ours"] == ["LIMIT = 20", "if fast:", "    LIMIT += 1"]
    assert files["easy.py"]["history"]["theirs"][0]["subject"] == "their change"


def test_apply_stages_what_is_whole_and_restore_takes_it_back(devagent: CommandLine, several: Path) -> None:
    before = photograph(several)
    ended = devagent("resolve", "--apply", at=several)
    assert ended.code == 1
    assert "resolved and staged: easy.py" in ended.out
    assert "resolved in part, with markers for the rest: both.py" in ended.out
    status = Work(several)("status", "--porcelain").splitlines()
    assert status == ["UU both.py", "M  easy.py", "UU hard.py"]
    back = devagent("resolve", "--restore", at=several)
    assert back.code == 0
    assert "restored easy.py" in back.out
    assert photograph(several) == before


def test_only_the_named_paths_are_meant(devagent: CommandLine, several: Path) -> None:
    assert devagent("resolve", "easy.py", at=several).code == 0
    (several / "folder").mkdir()
    assert devagent("resolve", "../easy.py", at=several / "folder").code == 0
    assert devagent("resolve", "-C", str(several), "easy.py").code == 0


def test_what_makes_no_sense_is_refused_in_a_line(devagent: CommandLine, several: Path) -> None:
    for arguments, told in (
        (("nowhere.py",), "nowhere.py has no conflict. See git status"),
        (("/",), "/ lies outside the repository"),
        (("--restore", "--apply"), "--restore stands alone: it brings back all that was resolved last"),
        (("--interactive", "--json"), "--interactive asks a person. Leave out --json"),
        (("--restore",), "no conflict was resolved by devagent here. To start one again: git checkout -m -- PATH"),
    ):
        ended = devagent("resolve", *arguments, at=several)
        assert (ended.code, ended.told) == (2, told)


def test_without_a_conflict_there_is_nothing_to_do(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["nothing in conflict"](tmp_path / "repo")
    for arguments in ((), ("--apply",), ("--continue",), ("--interactive",)):
        ended = devagent("resolve", *arguments, at=root)
        assert (ended.code, ended.out.splitlines()[-1]) == (0, "Nothing is in conflict.")


def test_continue_goes_through_a_rebase(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["rebase of ten commits, three conflicts"](tmp_path / "repo")
    ended = devagent("resolve", "--continue", at=root)
    assert ended.code == 0
    assert ended.out.count("1 file in conflict") == 3
    assert "theirs is your own commit" in ended.out
    assert ended.out.splitlines()[-1] == "resolved everything and finished the rebase"
    git = Work(root)
    assert len(git("log", "--format=%s", "main..topic").splitlines()) == 10
    assert git("status", "--porcelain") == ""


def test_continue_stops_where_something_is_left(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["cherry-pick of one"](tmp_path / "repo")
    assert devagent("resolve", "--continue", at=root).code == 1
    assert Work(root)("status", "--porcelain") == "UU a.py\n"


def test_a_hook_that_refuses_is_told(devagent: CommandLine, easy: Path) -> None:
    hook = easy / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no merges on Sundays'\nexit 1\n")
    hook.chmod(0o755)
    ended = devagent("resolve", "--continue", at=easy)
    assert ended.code == 1
    assert ended.told == (
        "everything is resolved, but git merge --continue did not go on: no merges on Sundays. "
        "With --verbose you see all that it said"
    )


def test_a_commit_of_which_nothing_is_left_is_told(devagent: CommandLine, tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    work.sides({"a.py": "x = 1\n"}, {"a.py": "x = f(1, 2)\n"}, {"a.py": "x = f(1,  2)\n"})
    work("cherry-pick", "topic", fails=True)
    ended = devagent("resolve", "--continue", at=work.root)
    assert ended.code == 1
    assert "nothing is left of this commit" in ended.told
    assert ended.told.endswith("git cherry-pick --skip")


def test_an_edited_file_is_left_and_told(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["edited by hand"](tmp_path / "repo")
    mine = (root / "edited.py").read_bytes()
    ended = devagent("resolve", "--apply", at=root)
    assert ended.code == 1
    assert "✗ edited.py  edited since; left as it is" in ended.out
    assert (root / "edited.py").read_bytes() == mine


def test_interactive_takes_the_answers(devagent: CommandLine, several: Path) -> None:
    # both.py has one conflict for a person, and hard.py has one; blanks are certain or offered first.
    ended = devagent("resolve", "--interactive", at=several, stdin="?\n1\n" * 4)
    assert ended.code == 0, ended.out
    assert "NUMBER  take that alternative" in ended.out
    assert (several / "hard.py").read_text().count("LIMIT =") == 1
    assert "UU" not in Work(several)("status", "--porcelain")


def test_interactive_can_go_back_and_quit(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["both added"](tmp_path / "repo")
    before = photograph(root)
    assert devagent("resolve", "-i", "b.py", at=root, stdin="u\n1\nq\n").code == 0
    assert "There is nothing to take back." not in photograph(root).index
    devagent("resolve", "--restore", at=root)
    assert photograph(root) == before
    assert devagent("resolve", "-i", "b.py", at=root, stdin="q\n").code == 1
    assert devagent("resolve", "-i", "b.py", at=root, stdin="").code == 1
    assert photograph(root) == before


def test_interactive_opens_the_editor(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["merge, two numbers"](tmp_path / "repo")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" "$0.seen"\nprintf "LIMIT = 50" >"$1"\n')
    editor.chmod(0o755)
    ended = devagent("resolve", "-i", at=root, stdin="e\n", GIT_EDITOR=str(editor))
    assert ended.code == 0, ended.err
    assert "LIMIT = 50\n" in (root / "a.py").read_text()
    assert (tmp_path / "editor.seen").read_text().splitlines() == [
        *("<<<<<<< main", "LIMIT = 20", "if fast:", "    LIMIT += 1", "||||||| common ancestor", "LIMIT = 10"),
        *("=======", "LIMIT = 30", "while slow:", "    LIMIT -= 2", ">>>>>>> topic"),
    ]


def test_interactive_chooses_a_whole_file(devagent: CommandLine, tmp_path: Path) -> None:
    root = BUILD["changed and deleted by them"](tmp_path / "repo")
    ended = devagent("resolve", "-i", at=root, stdin="2\n")
    assert ended.code == 0
    assert not (root / "a.py").exists()
    assert Work(root)("status", "--porcelain") == "D  a.py\n"
    devagent("resolve", "--restore", at=root)
    assert Work(root)("status", "--porcelain") == "UD a.py\n"


def test_a_resolution_is_listed_and_shown_as_a_run(devagent: CommandLine, easy: Path) -> None:
    devagent("resolve", "--apply", at=easy)
    assert "applied  resolve conflicts in a.py" in devagent("list", at=easy).out
    shown = devagent("show", at=easy).out
    assert "-<<<<<<< HEAD" in shown and "no conflict is left" in shown
    assert devagent("resume", at=easy).told.startswith("this run resolved conflicts: the team has no part in it")
    assert devagent("undo", at=easy).code == 0


def test_what_was_written_for_an_aborted_merge_is_not_called_applied(devagent: CommandLine, easy: Path) -> None:
    devagent("resolve", "--apply", at=easy)
    Work(easy)("merge", "--abort")
    assert "aborted since  resolve conflicts in a.py" in devagent("list", at=easy).out
    Work(easy).commit("something else", {"else.txt": "x"})
    assert "aborted since" in devagent("list", at=easy).out


def test_what_was_committed_stays_applied(devagent: CommandLine, easy: Path) -> None:
    assert devagent("resolve", "--continue", at=easy).code == 0
    Work(easy).commit("something else", {"else.txt": "x"})
    assert "  applied  resolve conflicts in a.py" in devagent("list", at=easy).out


def test_after_some_files_the_others_come_next(devagent: CommandLine, several: Path) -> None:
    lines = devagent("resolve", "--apply", "easy.py", at=several).out.splitlines()
    assert lines[-1] == "2 more files in conflict. Next: devagent resolve"


def test_what_was_resolved_in_part_goes_on_with_questions(devagent: CommandLine, several: Path) -> None:
    told = devagent("resolve", "--apply", at=several).out
    assert "2 files left. Next: devagent resolve --interactive; or edit what has markers, and git add it" in told
    again = devagent("resolve", at=several)
    assert again.out.splitlines()[-2:] == [
        "0 of 2 can be resolved, 1 in part, as it is there already; nothing was changed.",
        "Next: devagent resolve --interactive",
    ]
    ended = devagent("resolve", "--interactive", "both.py", at=several, stdin="1\n1\n")
    assert "resolved and staged: both.py" in ended.out
    for _ in range(2):
        assert devagent("resolve", "--restore", at=several).code == 0
    assert Work(several)("status", "--porcelain").splitlines() == ["UU both.py", "UU easy.py", "UU hard.py"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("stash pop", "ours is main as it is now; theirs is what you had stashed"),
        ("revert", "ours is main as it is; theirs is the code before "),
    ],
)
def test_which_side_is_which_is_told_where_people_may_wonder(
    devagent: CommandLine, tmp_path: Path, state: str, told: str
) -> None:
    found = next(name for name in BUILD if name.startswith(state))
    assert told in devagent("resolve", at=BUILD[found](tmp_path / "repo")).out


def test_markers_without_a_base_are_for_a_person_to_choose(devagent: CommandLine, tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    marked = "<<<<<<< a\none\n=======\ntwo\n>>>>>>> b\n"
    work.commit("base", {"a.txt": "x\n"})
    work.write({"a.txt": f"x\n{marked}y\r\n{marked}z"})
    ended = devagent("resolve", "--apply", at=work.root)
    assert ended.code == 1
    assert "its markers do not show the base" in ended.out
    assert ended.out.splitlines()[-1] == "Next: devagent resolve --interactive"
    assert devagent("resolve", "-i", at=work.root, stdin="1\ns\n").code == 1
    assert (work.root / "a.txt").read_bytes() == f"x\none\ny\r\n{marked}z".encode()
    assert devagent("resolve", "-i", at=work.root, stdin="5\n").code == 0
    assert (work.root / "a.txt").read_bytes() == b"x\none\ny\r\nz"
