"""Reading and writing single files of a work tree without following symlinks."""

import os
from pathlib import Path

import pytest

from devagent.errors import UsageError
from devagent.repo.checkout import Checkout, OnDisk


def write(checkout: Checkout, path: str, file: OnDisk) -> None:
    checkout.stage(path, file, ".part")
    checkout.publish(path, ".part")


def test_file_is_read_with_mode_permissions_and_owner(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    (tmp_path / "f").chmod(0o740)
    (tmp_path / "l").symlink_to("f")
    checkout = Checkout(tmp_path)
    assert checkout.read("f") == OnDisk(b"x", "100755", 0o740, (os.getuid(), os.getgid()))
    assert checkout.read("l") == OnDisk(b"f", "120000")
    assert checkout.read("nothing") is None


def test_write_replaces_a_file_and_keeps_hard_links_of_the_old_one_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    os.link(tmp_path / "f", tmp_path / "other")
    write(Checkout(tmp_path), "f", OnDisk(b"new", "100644", 0o604))
    assert (tmp_path / "f").read_bytes() == b"new"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o604
    assert (tmp_path / "other").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f", "other"]


def test_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(Checkout(tmp_path), "plain", OnDisk(b"", "100644"))
        write(Checkout(tmp_path), "tool", OnDisk(b"", "100755"))
    finally:
        os.umask(before)
    assert (tmp_path / "plain").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "tool").stat().st_mode & 0o777 == 0o750


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_owner_is_kept(tmp_path: Path) -> None:
    write(Checkout(tmp_path), "f", OnDisk(b"", "100644", 0o644, (12345, 12346)))
    found = (tmp_path / "f").stat()
    assert (found.st_uid, found.st_gid) == (12345, 12346)


def test_no_symlink_is_followed_on_the_way(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "f").write_bytes(b"theirs")
    (root / "door").symlink_to(outside)
    checkout = Checkout(root)
    assert checkout.read("door/f") is None
    assert checkout.names("door") == []
    assert checkout.obstacle("door/f", ()) == "door is not a folder"
    for act in (lambda: write(checkout, "door/f", OnDisk(b"x", "100644")), lambda: checkout.remove("door/f")):
        with pytest.raises(NotADirectoryError):
            act()
    with pytest.raises(NotADirectoryError):
        checkout.make_folder("door/new")
    assert [p.name for p in outside.iterdir()] == ["f"]
    assert (outside / "f").read_bytes() == b"theirs"


@pytest.mark.parametrize(
    "name",
    [
        *(".git", ".GIT", ".git.", ".git ", ".g\u200cit", "\ufeff.git", "git~1", "GIT~2", ".git::$INDEX_ALLOCATION"),
        *("sub/.git", "..", "a/../.git"),
    ],
)
def test_nothing_is_written_to_what_is_git_s_own_in_any_spelling(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / ".git/config").write_bytes(b"theirs")
    checkout, file = Checkout(root), OnDisk(b"mine", "100644")
    for path in (name, f"{name}/config", f"{name}/hooks/post-checkout"):
        for act in (
            lambda path=path: checkout.stage(path, file, ".part"),
            lambda path=path: checkout.publish(path, ".part"),
            lambda path=path: checkout.remove(path),
            lambda path=path: checkout.make_folder(path, 0o777),
        ):
            with pytest.raises(UsageError, match="unsafe path"):
                act()
    assert [p.relative_to(root).as_posix() for p in sorted(root.rglob("*"))] == [".git", ".git/config"]
    assert (root / ".git/config").read_bytes() == b"theirs"


def test_symlink_at_the_path_itself_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "l").symlink_to("target")
    write(Checkout(tmp_path), "l", OnDisk(b"new", "100644"))
    assert (tmp_path / "target").read_bytes() == b"old"
    assert not (tmp_path / "l").is_symlink()


def test_obstacles_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "inner/.git").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe")
    checkout = Checkout(tmp_path)
    assert checkout.obstacle("new/deep/file", ()) == ""
    assert checkout.obstacle("file", ()) == ""
    assert checkout.obstacle("file/x", ()) == "file is not a folder"
    assert checkout.obstacle("file/x", {"file"}) == ""
    assert checkout.obstacle("folder", ()) == "there is a folder of that name"
    assert checkout.obstacle("folder", {"folder"}) == ""
    assert checkout.obstacle("inner/x", ()) == "inner is a repository of its own"
    assert checkout.obstacle("pipe", ()) == "it is no file"
    assert checkout.read("pipe") is None


def test_only_an_empty_folder_is_removed(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    checkout.make_folder("a", 0o700)
    checkout.make_folder("a")
    checkout.make_folder("a/b")
    checkout.remove_folder("a")
    assert checkout.names("a") == ["b"]
    assert checkout.folder_permissions("a") == 0o700
    checkout.remove_folder("a/b")
    checkout.remove_folder("a")
    assert [p.name for p in tmp_path.iterdir()] == []
