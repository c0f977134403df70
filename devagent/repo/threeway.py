"""Three versions of a file made one: what two sides changed since the base, where that does not overlap.

Lines are merged by `git merge-file`, on copies outside the checkout. The result is written down as ours is: with its
byte-order mark, its encoding and its line endings, even where those are no longer the base's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from devagent.config.resources import scratch_folder
from devagent.repo.conversion import with_endings_of
from devagent.repo.git import Git, Repository
from devagent.repo.objects import GITLINK, SYMLINK, Blob, Entry, FileMode, TreeChange

_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


class Conflict(Exception):
    """Both sides changed the same thing, or something that cannot be merged."""


@dataclass(frozen=True)
class Carried:
    """Changes as they are on top of other files than those that they were made for.

    `merged` are the paths that are otherwise there; `conflicts` those where both changed the same thing, left out of
    `changes`.
    """

    changes: tuple[TreeChange, ...]
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def carry(repo: Repository, changes: Iterable[TreeChange], have: Mapping[str, Blob]) -> Carried:
    """Make changes on top of the files in `have`, path by path; blobs that come of it are written to the repository."""
    done, merged, conflicts = [], [], []
    for change in changes:
        ours = have.get(change.path)
        if ours == change.before:
            done.append(change)
            continue
        try:
            done.append(TreeChange(change.path, ours, _carried(repo, ours, change)))
            merged.append(change.path)
        except Conflict:
            conflicts.append(change.path)
    return Carried(tuple(done), tuple(merged), tuple(conflicts))


def merge(git: Git, ours: Entry | None, base: Entry | None, theirs: Entry | None) -> Entry | None:
    """`ours` with what `theirs` changed since `base`; `None` stands for no file.

    Raises `Conflict` where that is not clean.
    """
    if ours == base:
        return theirs
    if theirs in (base, ours):
        return ours
    if ours is None or base is None or theirs is None or SYMLINK in (ours.mode, base.mode, theirs.mode):
        raise Conflict
    content = _content(git, ours.content, base.content, theirs.content)
    # Two modes are all there are, so that at most one side changed it.
    return Entry(content, ours.mode if theirs.mode == base.mode else theirs.mode)


def _carried(repo: Repository, ours: Blob | None, change: TreeChange) -> Blob | None:
    blobs = (ours, change.before, change.after)
    if any(blob and blob.mode == GITLINK for blob in blobs):
        raise Conflict
    contents = repo.git.blobs(blob.id for blob in blobs if blob)
    versions = [Entry(contents[blob.id], cast(FileMode, blob.mode)) if blob else None for blob in blobs]
    result = merge(repo.git, *versions)
    if result in versions:
        return blobs[versions.index(result)]
    assert result is not None
    return Blob(repo.git.run("hash-object", "-w", "--stdin", stdin=result.content).line, result.mode)


def _content(git: Git, ours: bytes, base: bytes, theirs: bytes) -> bytes:
    if ours == base:
        return theirs
    if theirs in (base, ours):
        return ours
    form = _Form.of(ours)
    if _Form.of(base) != _Form.of(theirs):
        # Theirs changed how the text is written down: only the bytes as they are tell whether that touches ours.
        return _lines_merged(git, ours, base, theirs)
    texts = [_Form.of(content).bare(content) for content in (ours, base, theirs)]
    if _brings_another_encoding(*texts):
        raise Conflict
    if form.crlf == _Form.of(base).crlf:
        return form.worn(_lines_merged(git, *texts))
    even = [text.replace(b"\r\n", b"\n") for text in texts]
    merged = with_endings_of(texts[0], even[0], _lines_merged(git, *even))
    if merged is None:
        raise Conflict
    return form.worn(merged)


@dataclass(frozen=True)
class _Form:
    """How a text is written down. `crlf` says what most lines end with."""

    mark: bytes
    crlf: bool

    @classmethod
    def of(cls, content: bytes) -> "_Form":
        mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
        text = cls(mark, False).bare(content)
        return cls(mark, text.count(b"\r\n") * 2 > text.count(b"\n"))

    @property
    def _encoding(self) -> str:
        return _MARKS.get(self.mark, "utf-8")

    def bare(self, content: bytes) -> bytes:
        """The content without its mark, with one byte for each ASCII character."""
        text = content.removeprefix(self.mark)
        if self._encoding == "utf-8":
            return text
        try:
            return text.decode(self._encoding).encode()
        except UnicodeError:
            raise Conflict from None

    def worn(self, text: bytes) -> bytes:
        """What `bare` made this of."""
        return self.mark + (text if self._encoding == "utf-8" else text.decode().encode(self._encoding))


def _brings_another_encoding(ours: bytes, base: bytes, theirs: bytes) -> bool:
    """Whether lines of theirs would stand in ours as characters of another encoding."""
    if _is_utf8(ours) == _is_utf8(theirs):
        return False
    return any(not line.isascii() for line in set(theirs.splitlines()) - set(base.splitlines()))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines_merged(git: Git, *versions: bytes) -> bytes:
    if any(b"\0" in version for version in versions):
        raise Conflict
    with scratch_folder("merge") as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, version in zip(files, versions, strict=True):
            file.write_bytes(version)
        output = git.run("merge-file", "-p", "-q", "--", *map(str, files), check=False)
    if output.returncode != 0:
        raise Conflict
    return output.stdout
