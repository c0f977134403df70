"""Files that changed since the run started, or since the apply, are merged where that is clean, and never else."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from crash_scenario import photograph, propose

from devagent.errors import UsageError
from devagent.proposal.apply import apply, undo
from devagent.proposal.store import State, find_run
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Content, Entry

MakeRepo = Callable[..., Path]
BASE = b"one\ntwo\nthree\nfour\nfive\n"
THEIRS, OURS, BOTH = BASE.replace(b"two", b"TWO"), BASE.replace(b"five", b"FIVE"), b"one\nTWO\nthree\nfour\nFIVE\n"


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"a": BASE, "b": BASE, "gone": BASE}))


def read(repo: Repository, path: str = "a") -> bytes:
    return (repo.root / path).read_bytes()


def crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def test_an_edit_elsewhere_in_the_file_is_kept_by_apply_and_by_undo(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS), "b": Entry(THEIRS), "new": Entry(b"x")})
    (repo.root / "a").write_bytes(OURS)
    done = apply(repo, proposal)
    assert (done.paths, done.merged) == (("a", "b", "new"), ("a",))
    assert (read(repo), read(repo, "b")) == (BOTH, THEIRS)
    (repo.root / "b").write_bytes(BOTH)
    done = undo(repo, find_run(repo))
    assert (done.paths, done.merged) == (("a", "b", "new"), ("b",))
    assert (read(repo), read(repo, "b")) == (OURS, OURS)
    assert not (repo.root / "new").exists()
    assert find_run(repo).state is State.UNDONE


@pytest.mark.parametrize(
    ("changes", "meddle"),
    [
        pytest.param({"a": Entry(THEIRS)}, lambda r: (r / "a").write_bytes(BASE.replace(b"two", b"2")), id="same line"),
        pytest.param({"a": Entry(THEIRS)}, lambda r: (r / "a").unlink(), id="deleted"),
        pytest.param({"a": None}, lambda r: (r / "a").write_bytes(OURS), id="edited, to be deleted"),
        pytest.param({"new": Entry(BASE)}, lambda r: (r / "new").write_bytes(OURS), id="made meanwhile"),
        pytest.param({"a": Entry(b"b", "120000")}, lambda r: (r / "a").write_bytes(OURS), id="to be a symlink"),
    ],
)
def test_what_is_not_clean_is_refused_by_name_and_nothing_is_written(
    repo: Repository, changes: dict[str, Content | None], meddle: Callable[[Path], object]
) -> None:
    proposal = propose(repo, {**changes, "b": Entry(THEIRS)})
    meddle(repo.root)
    before = photograph(repo.root)
    with pytest.raises(
        UsageError, match=rf"nothing was written: changed since the run started.*: {next(iter(changes))}"
    ):
        apply(repo, proposal)
    assert photograph(repo.root) == before


def test_what_is_there_already_is_left_and_stays_after_undo(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS), "gone": None, "new": Entry(b"x"), "b": Entry(THEIRS)})
    (repo.root / "a").write_bytes(THEIRS)
    (repo.root / "gone").unlink()
    (repo.root / "new").write_bytes(b"x")
    before = photograph(repo.root)
    done = apply(repo, proposal)
    assert (done.paths, done.merged, done.already) == (("b",), (), ("a", "gone", "new"))
    assert read(repo, "b") == THEIRS
    undo(repo, find_run(repo))
    assert photograph(repo.root) == before


def test_the_line_endings_and_the_mode_of_now_are_kept(repo: Repository) -> None:
    proposal = propose(repo, {"a": Entry(THEIRS), "b": Entry(THEIRS, "100755")})
    (repo.root / "a").write_bytes(b"\xef\xbb\xbf" + crlf(OURS))
    (repo.root / "a").chmod(0o750)
    (repo.root / "b").write_bytes(OURS)
    (repo.root / "b").chmod(0o640)
    apply(repo, proposal)
    assert read(repo) == b"\xef\xbb\xbf" + crlf(BOTH)
    assert [(repo.root / name).stat().st_mode & 0o777 for name in "ab"] == [0o750, 0o750]
    (repo.root / "a").write_bytes(BOTH)
    undo(repo, find_run(repo))
    assert (read(repo), read(repo, "b")) == (OURS, OURS)
    assert [(repo.root / name).stat().st_mode & 0o777 for name in "ab"] == [0o750, 0o640]


def test_the_encoding_that_git_converts_is_kept(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({".gitattributes": "a text working-tree-encoding=UTF-16LE-BOM eol=crlf\n"}))
    (repo.root / "a").write_bytes(crlf(BASE).decode().encode("utf-16"))
    proposal = propose(repo, {"a": Entry(THEIRS)})
    (repo.root / "a").write_bytes(crlf(OURS).decode().encode("utf-16"))
    apply(repo, proposal)
    assert read(repo).decode("utf-16").encode() == crlf(BOTH)
    (repo.root / "a").write_bytes(crlf(BOTH + b"six\n").decode().encode("utf-16"))
    undo(repo, find_run(repo))
    assert read(repo).decode("utf-16").encode() == crlf(OURS + b"six\n")


def test_a_file_of_the_apply_that_the_user_deleted_stays_deleted(repo: Repository) -> None:
    apply(repo, propose(repo, {"new": Entry(b"x"), "b": Entry(THEIRS)}))
    (repo.root / "new").unlink()
    assert undo(repo, find_run(repo)).already == ("new",)
    assert not (repo.root / "new").exists()
    assert read(repo, "b") == BASE


def test_undo_leaves_an_empty_folder_that_was_there_before(repo: Repository) -> None:
    (repo.root / "empty").mkdir()
    apply(repo, propose(repo, {"empty/new": Entry(b"x"), "made/new": Entry(b"x")}))
    undo(repo, find_run(repo))
    assert (repo.root / "empty").is_dir()
    assert not (repo.root / "made").exists()


def test_undo_refuses_a_folder_that_is_needed_for_a_file_and_has_more_in_it(repo: Repository) -> None:
    apply(repo, propose(repo, {"gone": None, "gone/inner": Entry(b"x")}))
    (repo.root / "gone/mine").write_bytes(b"mine")
    before = photograph(repo.root)
    with pytest.raises(UsageError, match="there is a folder of that name"):
        undo(repo, find_run(repo))
    assert photograph(repo.root) == before


def test_paths_outside_a_sparse_checkout_are_refused(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"in/a": BASE, "out/b": BASE}))
    subprocess.run(["git", "sparse-checkout", "set", "in"], cwd=repo.root, check=True)
    before = photograph(repo.root)
    for changes in ({"out/b": Entry(THEIRS)}, {"out/b": None}, {"out/new": Entry(b"x")}):
        with pytest.raises(UsageError, match=r"outside the sparse checkout: out/.*--branch"):
            apply(repo, propose(repo, {**changes, "in/a": Entry(THEIRS)}))
        assert photograph(repo.root) == before
    apply(repo, propose(repo, {"in/a": Entry(THEIRS), "in/new": Entry(b"x")}))
    assert read(repo, "in/a") == THEIRS


def test_a_folder_of_git_with_another_name_is_no_place_to_write(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    subprocess.run(["git", "init", "-q", "--separate-git-dir", str(root / "store"), str(root)], check=True)
    (root / "a").write_bytes(BASE)
    (root / "link").symlink_to("store")
    repo = find_root(root)
    (repo.git_dir / "info/exclude").write_text("store\nlink\n")
    subprocess.run(["git", "add", "a"], cwd=root, check=True)
    subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@x", "commit", "-qm", "x"], cwd=root, check=True)
    with pytest.raises(UsageError, match="git's own folder"):
        apply(repo, propose(repo, {"store/config": Entry(b"[core]\n")}))
    with pytest.raises(UsageError, match="link is not a folder"):
        apply(repo, propose(repo, {"link/hooks/post-checkout": Entry(b"x")}))
