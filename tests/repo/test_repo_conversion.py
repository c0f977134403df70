"""Bytes for the checkout: a change keeps the line endings and encodings that a file has."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.repo.conversion import checked_out, replacement
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Blob
from devagent.repo.snapshot import worktree_blobs

MakeRepo = Callable[..., Path]


def store(repo: Repository, content: bytes) -> Blob:
    return Blob(repo.git.run("hash-object", "-w", "--no-filters", "--stdin", stdin=content).line, "100644")


@pytest.mark.parametrize(
    ("autocrlf", "attributes", "current", "new", "expected"),
    [
        pytest.param("false", "", b"a\r\nb\r\n", b"a\r\nX\r\n", b"a\r\nX\r\n", id="git keeps CRLF"),
        pytest.param("true", "", b"a\r\nb\r\n", b"a\nX\n", b"a\r\nX\r\n", id="git makes CRLF"),
        pytest.param("true", "", b"a\nb\n", b"a\nX\n", b"a\nX\n", id="LF although git would make CRLF"),
        pytest.param("input", "", b"a\r\nb\r\n", b"a\nX\n", b"a\r\nX\r\n", id="CRLF that git stores as LF"),
        pytest.param("false", "f text=auto", b"a\r\nb\nc\r\n", b"a\nb\nX\n", b"a\r\nb\nX\r\n", id="mixed"),
        pytest.param("false", "f text eol=crlf", b"a\r\nb", b"a\nX", b"a\r\nX", id="no newline at the end"),
        pytest.param("true", "", b"\xef\xbb\xbfa\r\n", b"\xef\xbb\xbfX\n", b"\xef\xbb\xbfX\r\n", id="byte-order mark"),
        pytest.param("true", "f -text", b"a\r\nb\n", b"a\r\nX\n", b"a\r\nX\n", id="not text"),
        pytest.param("true", "", b"\0\n\r\n", b"\0\n\r\n\n", b"\0\n\r\n\n", id="binary"),
        pytest.param("false", "f ident", b"$Id$\nb\n", b"$Id$\nX\n", b"$Id$\nX\n", id="ident not expanded here"),
        pytest.param(
            *("false", "f text working-tree-encoding=UTF-16LE eol=lf", "a\nb\n".encode("utf-16-le")),
            *(b"a\nX\n", "a\nX\n".encode("utf-16-le")),
            id="UTF-16",
        ),
    ],
)
def test_replacement_keeps_what_the_file_has(
    make_repo: MakeRepo, autocrlf: str, attributes: str, current: bytes, new: bytes, expected: bytes
) -> None:
    root = make_repo({".gitattributes": attributes + "\n"})
    subprocess.run(["git", "config", "core.autocrlf", autocrlf], cwd=root, check=True)
    (root / "f").write_bytes(current)
    repo = find_root(root)
    old = worktree_blobs(repo, ["f"])["f"]
    assert replacement(repo, "f", current, old, store(repo, new)) == expected
    assert replacement(repo, "f", current, old, old) == current


def test_new_file_is_what_git_would_check_out(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({".gitattributes": "*.bat text eol=crlf\n"}))
    blob = store(repo, b"a\nb\n")
    assert checked_out(repo, "x.bat", blob) == b"a\r\nb\r\n"
    assert replacement(repo, "x.bat", None, None, blob) == b"a\r\nb\r\n"
    assert replacement(repo, "x.sh", None, None, blob) == b"a\nb\n"
    assert replacement(repo, "l", None, None, Blob(blob.id, "120000")) == b"a\nb\n"


def test_file_that_git_does_not_see_in_full_is_not_replaced(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"a": "x"}))
    assert replacement(repo, "f", b"hidden\n", store(repo, b"seen\n"), store(repo, b"new\n")) is None
