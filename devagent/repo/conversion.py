"""Work-tree bytes: what a blob looks like in a checkout, after line-ending conversion and filters.

git stores text normalised, and a snapshot therefore does too. A changed file must go back as the checkout had it:
with its own line endings, encoding and byte-order mark.
"""

import difflib
import re

from devagent.repo.git import Repository
from devagent.repo.objects import GITLINK, SYMLINK, Blob

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def checked_out(repo: Repository, path: str, blob: Blob) -> bytes:
    """The bytes that `git checkout` would write for a blob at this path (of a symlink: its target)."""
    if blob.mode in (SYMLINK, GITLINK):
        return repo.git.run("cat-file", "blob", blob.id).stdout
    return repo.git.run("cat-file", "--filters", f"--path={path}", blob.id).stdout


def replacement(repo: Repository, path: str, current: bytes | None, old: Blob | None, new: Blob) -> bytes | None:
    """The bytes of blob `new` for a checkout that holds `current`, which git normalises to blob `old`.

    A file whose line endings are not those that git would write keeps them on every line that stays. `None` when
    `current` is not what `old` stands for, so that writing would lose something.
    """
    if current is None or old is None or SYMLINK in (old.mode, new.mode):
        return checked_out(repo, path, new)
    if old.id == new.id:
        return current
    was, becomes = checked_out(repo, path, old), checked_out(repo, path, new)
    if current == was:
        return becomes
    blobs = repo.git.blobs([old.id, new.id])
    if current == blobs[old.id]:
        return blobs[new.id]
    return with_endings_of(current, was, becomes)


def with_endings_of(current: bytes, old: bytes, new: bytes) -> bytes | None:
    """`new` with the line endings of `current` on every line that `old` has too, and the usual one on the others.

    `None` when `current` differs from `old` in more than line endings.
    """
    have, was, becomes = _LINE.findall(current), _LINE.findall(old), _LINE.findall(new)
    if _bare(have) != _bare(was):
        return None
    usual = b"\r\n" if current.count(b"\r\n") * 2 > current.count(b"\n") else b"\n"
    lines: list[bytes] = []
    matcher = difflib.SequenceMatcher(None, _bare(was), _bare(becomes), autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            lines += have[start:end]
        else:
            lines += (_ended(line, usual) for line in becomes[new_start:new_end])
    return b"".join(lines)


def _bare(lines: list[bytes]) -> list[bytes]:
    return [line.rstrip(b"\r\n") for line in lines]


def _ended(line: bytes, ending: bytes) -> bytes:
    return line.rstrip(b"\r\n") + ending if line.endswith(b"\n") else line
