"""Apply, undo and recover: exact bytes, all or nothing, also under kill -9."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from crash_scenario import CHANGES, Photograph, Scenario, build, photograph, propose, run_and_kill

from devagent.errors import CannotRun, NotResolved, UsageError
from devagent.proposal.apply import apply, recover, undo
from devagent.proposal.candidate import Proposal
from devagent.proposal.store import State, find_run
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Content, Entry

MakeRepo = Callable[..., Path]


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": "1\n", "b/c": "1\n"}))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return Scenario(tmp_path_factory.mktemp("crash"))


def apply_changes(repo: Repository, changes: dict[str, Content | None]) -> Proposal:
    proposal = propose(repo, changes)
    apply(repo, proposal)
    return proposal


def test_apply_writes_exactly_the_change_and_undo_takes_exactly_it_back(tmp_path: Path) -> None:
    repo = build(tmp_path / "repo")
    before, index = photograph(repo.root), (repo.git_dir / "index").read_bytes()
    done = apply(repo, find_run(repo).proposal())
    assert (set(done.paths), done.merged, done.staged, done.commit) == (set(CHANGES), (), (), "")
    after = photograph(repo.root)
    changed = {p for p in before.entries.keys() | after.entries.keys() if before.entries.get(p) != after.entries.get(p)}
    folders = {"only", "only/here", "new", "new/deep", "becomes_folder", "becomes_file"}
    assert changed == set(CHANGES) | folders
    assert (after.staged, after.branches) == (before.staged, before.branches)
    assert (repo.git_dir / "index").read_bytes() == index
    assert after.entries["script.sh"][0] == oct(0o100700)
    assert set(undo(repo, find_run(repo)).paths) == set(CHANGES)
    assert photograph(repo.root) == before
    assert find_run(repo).state is State.UNDONE
    apply(repo, find_run(repo).proposal())
    assert photograph(repo.root) == after


@pytest.mark.parametrize("action", ["apply", "undo"])
def test_kill_at_any_step_leaves_all_or_nothing(scenario: Scenario, action: str) -> None:
    steps = scenario.steps(action)
    sample = [1, *range(6, steps, steps // 5), steps]
    ended = [scenario.crash(action, step).ended for step in sample]
    assert set(ended) == {"before", "after"}
    assert ended == sorted(ended, reverse=True)


def test_recovery_that_is_killed_is_recovered(scenario: Scenario) -> None:
    steps = scenario.steps("apply")
    assert scenario.crash("apply", steps * 3 // 4, crash_recovery=True).ended == "after"


def interrupted(folder: Path) -> tuple[Repository, Photograph]:
    """A repository with an apply that was killed in the middle, and how it looked before."""
    repo = build(folder / "repo")
    before = photograph(repo.root)
    assert run_and_kill(repo.root, "apply", "files", 90) == -signal.SIGKILL
    assert photograph(repo.root) != before
    return repo, before


def test_recovery_refuses_a_file_that_is_neither_and_changes_nothing(tmp_path: Path) -> None:
    repo, _ = interrupted(tmp_path)
    (repo.root / "modified.py").write_bytes(b"mine\n")
    stopped = photograph(repo.root)
    with pytest.raises(UsageError, match=r"interrupted apply .* changed since: modified\.py"):
        recover(repo)
    assert photograph(repo.root) == stopped
    (repo.root / "modified.py").write_bytes(b"one\ntwo\nthree\n")
    recovery = recover(repo)
    assert recovery is not None
    assert (recovery.state, set(recovery.paths)) == (State.APPLIED, set(CHANGES))
    assert recover(repo) is None


def test_undo_after_a_crash_finishes_the_apply_first(tmp_path: Path) -> None:
    repo, before = interrupted(tmp_path)
    undo(repo, find_run(repo))
    assert photograph(repo.root) == before


def test_failure_half_way_is_rolled_back(tmp_path: Path) -> None:
    repo = build(tmp_path / "repo")
    before = photograph(repo.root)

    def break_folder(what: str) -> None:
        # What a full disk or a lost mount would do: the next effect fails.
        if what == "before: publish new/deep/added.py":
            raise OSError("no space left on device")

    with pytest.raises(CannotRun, match="could not apply, and nothing was changed: no space left"):
        apply(repo, find_run(repo).proposal(), step=break_folder)
    assert photograph(repo.root) == before
    assert find_run(repo).state is State.PROPOSED
    assert recover(repo) is None
    apply(repo, find_run(repo).proposal())
    after = photograph(repo.root)

    def break_undo(what: str) -> None:
        if what == "before: publish only/here/alone.txt":
            raise OSError("no space left on device")

    with pytest.raises(CannotRun, match="could not undo, and nothing was changed"):
        undo(repo, find_run(repo), step=break_undo)
    assert photograph(repo.root) == after
    assert find_run(repo).state is State.APPLIED


def test_file_saved_by_an_editor_meanwhile_is_kept_and_the_rest_rolled_back(tmp_path: Path) -> None:
    repo = build(tmp_path / "repo")
    before = photograph(repo.root)

    def editor(what: str) -> None:
        if what == "after: stage windows.txt":
            (repo.root / "windows.txt").write_bytes(b"saved just now")

    with pytest.raises(
        CannotRun, match=r"nothing was changed: windows\.txt was changed meanwhile\. windows\.txt stays as"
    ):
        apply(repo, find_run(repo).proposal(), step=editor)
    now = photograph(repo.root)
    assert now.entries.pop("windows.txt")[1] == b"saved just now"
    assert now.entries == {path: entry for path, entry in before.entries.items() if path != "windows.txt"}


def test_unverified_proposal_needs_the_word(repo: Repository) -> None:
    proposal = Proposal(**{**vars(propose(repo, {"a": Entry(b"2\n")})), "verified": False})
    with pytest.raises(NotResolved, match="--unverified"):
        apply(repo, proposal)
    assert apply(repo, proposal, unverified=True).paths == ("a",)


@pytest.mark.parametrize(
    ("changes", "meddle"),
    [
        pytest.param({"a": Entry(b"2\n")}, lambda r: (r / "a").write_bytes(b"mine\n"), id="edited"),
        pytest.param({"a": Entry(b"2\n")}, lambda r: (r / "a").unlink(), id="deleted"),
        pytest.param(
            {"a": Entry(b"2\n", "100755")}, lambda r: (r / "a").write_bytes(b"1\n2\n"), id="edited in the same line"
        ),
        pytest.param({"a": None}, lambda r: (r / "a").write_bytes(b"mine\n"), id="edited, to be deleted"),
        pytest.param({"new": Entry(b"2\n")}, lambda r: (r / "new").write_bytes(b"mine\n"), id="created"),
        pytest.param({"new": Entry(b"2\n")}, lambda r: (r / "new").mkdir(), id="a folder of that name"),
        pytest.param({"new": Entry(b"2\n")}, lambda r: (r / "New").write_bytes(b""), id="a name that differs by case"),
        pytest.param({"n/x": Entry(b"2\n")}, lambda r: (r / "n").write_bytes(b"mine\n"), id="a file for a folder"),
        pytest.param({"n/x": Entry(b"2\n")}, lambda r: (r / "n").symlink_to("b"), id="a symlink for a folder"),
        pytest.param({"b/n": Entry(b"2\n")}, lambda r: (r / "b/.git").mkdir(), id="a repository inside"),
        pytest.param(
            {"b/c": None, "b": Entry(b"2\n")}, lambda r: (r / "b/mine").write_bytes(b""), id="a folder with more in it"
        ),
    ],
)
def test_nothing_is_written_when_something_changed_or_is_in_the_way(
    repo: Repository, changes: dict[str, Content | None], meddle: Callable[[Path], object]
) -> None:
    proposal = propose(repo, {**changes, "z-last": Entry(b"x")})
    meddle(repo.root)
    before = photograph(repo.root)
    with pytest.raises(UsageError, match="nothing was written"):
        apply(repo, proposal)
    assert photograph(repo.root) == before


def test_ignored_file_is_not_overwritten(repo: Repository) -> None:
    (repo.root / ".gitignore").write_text("secret\n")
    (repo.root / "secret").write_text("mine")
    proposal = propose(repo, {"secret": Entry(b"theirs")})
    with pytest.raises(UsageError, match=r"changed since the run started.*: secret"):
        apply(repo, proposal)
    assert (repo.root / "secret").read_text() == "mine"


def test_edits_of_other_files_do_not_matter(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(b"2\n")})
    (repo.root / "b/c").write_bytes(b"mine\n")
    apply(repo, proposal)
    assert (repo.root / "b/c").read_bytes() == b"mine\n"


def test_undo_refuses_when_a_file_changed_since(repo: Repository) -> None:
    proposal = apply_changes(repo, {"a": Entry(b"2\n"), "new": Entry(b"x")})
    (repo.root / "new").write_bytes(b"edited")
    with pytest.raises(UsageError, match=r"changed since it was applied.*: new"):
        undo(repo, find_run(repo, proposal.run))
    assert (repo.root / "a").read_bytes() == b"2\n"


def test_undo_leaves_a_made_folder_that_the_user_put_something_in(repo: Repository) -> None:
    proposal = apply_changes(repo, {"made/x": Entry(b"2\n")})
    (repo.root / "made/mine").write_bytes(b"mine")
    undo(repo, find_run(repo, proposal.run))
    assert [p.name for p in (repo.root / "made").iterdir()] == ["mine"]


def test_apply_twice_and_undo_of_what_is_not_applied_are_refused(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(b"2\n")})
    with pytest.raises(UsageError, match=r"is not applied \(proposed\)"):
        undo(repo, find_run(repo))
    apply(repo, proposal)
    with pytest.raises(UsageError, match="is applied already"):
        apply(repo, proposal)


def test_undo_belongs_to_the_work_tree_of_the_apply(repo: Repository, tmp_path: Path) -> None:
    repo.git.run("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = find_root(tmp_path / "linked")
    proposal = apply_changes(linked, {"a": Entry(b"2\n")})
    with pytest.raises(UsageError, match="another work tree"):
        undo(repo, find_run(repo, proposal.run))
    undo(linked, find_run(linked, proposal.run))
    assert (linked.root / "a").read_bytes() == b"1\n"


def test_two_cannot_write_at_once_and_the_living_one_is_left_alone(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(b"2\n")})
    refused = []

    def second(what: str) -> None:
        if what == "before: publish a":
            assert recover(repo) is None
            with pytest.raises(UsageError, match="another devagent is writing"):
                apply(repo, proposal)
            refused.append(what)

    apply(repo, proposal, step=second)
    assert refused


def test_line_endings_of_the_checkout_survive(repo: Repository) -> None:
    repo.git.run("config", "core.autocrlf", "true")
    (repo.root / "crlf").write_bytes(b"a\r\nb\r\n")
    (repo.root / "lf").write_bytes(b"a\nb\n")
    proposal = apply_changes(repo, {"crlf": Entry(b"a\nX\n"), "lf": Entry(b"a\nX\n"), "new": Entry(b"n\n")})
    assert (repo.root / "crlf").read_bytes() == b"a\r\nX\r\n"
    assert (repo.root / "lf").read_bytes() == b"a\nX\n"
    assert (repo.root / "new").read_bytes() == b"n\r\n"
    undo(repo, find_run(repo, proposal.run))
    assert (repo.root / "crlf").read_bytes() == b"a\r\nb\r\n"


def test_executable_bit_that_git_ignores_is_kept(repo: Repository) -> None:
    repo.git.run("config", "core.fileMode", "false")
    (repo.root / "a").chmod(0o755)
    apply_changes(repo, {"a": Entry(b"2\n")})
    assert (repo.root / "a").stat().st_mode & 0o777 == 0o755


def test_names_that_are_no_utf8_are_written(repo: Repository) -> None:
    name = os.fsdecode(b"caf\xe9")
    proposal = apply_changes(repo, {name: Entry(b"2\n")})
    assert (repo.root / name).read_bytes() == b"2\n"
    assert find_run(repo).proposal() == proposal
    undo(repo, find_run(repo, proposal.run))
    assert not (repo.root / name).exists()


def test_candidate_that_smuggles_in_a_git_path_is_refused(repo: Repository) -> None:
    blob = repo.git.run("hash-object", "-w", "--stdin", stdin=b"[core]\n").line
    inner = repo.git.run("mktree", stdin=f"100644 blob {blob}\tconfig\n".encode()).line
    tree = subprocess.run(
        ["git", "mktree"],
        input=f"040000 tree {inner}\t.GIT\n",
        cwd=repo.root,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.strip()
    proposal = propose(repo, {"a": Entry(b"2\n")})
    evil = repo.git.run("-c", "user.name=T", "-c", "user.email=t@x", "commit-tree", tree, "-m", "x").line
    with pytest.raises(UsageError, match=r"lies in \.git"):
        apply(repo, proposal.with_commit(evil))
    assert (repo.root / "a").read_bytes() == b"1\n"
