"""Edits to files, applied all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from devagent.code.answer import Replacement
from devagent.code.errors import EditError
from devagent.code.replace import replace_symbol
from devagent.code.search_replace import search_replace
from devagent.code.textfile import lines_of, read_text

MAX_EDITS = 200


@dataclass(frozen=True)
class ReplaceSymbol:
    """Put the complete new source of a function, method or class in the place of the old."""

    path: str
    name: str
    source: str
    line: int | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplaceLines:
    """Put `text` in place of the lines `start` to `end` (1-based, inclusive); `end = start - 1` inserts before."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class SearchReplace:
    """Replace texts that each stand in the file exactly once."""

    path: str
    blocks: tuple[Replacement, ...]


@dataclass(frozen=True)
class WriteFile:
    """Give a file this content, or make it. An existing file keeps its encoding, line ends and final newline."""

    path: str
    text: str


Edit = ReplaceSymbol | ReplaceLines | SearchReplace | WriteFile


def apply_edits(files: Mapping[str, bytes], edits: Sequence[Edit]) -> dict[str, bytes]:
    """The files that the edits change, with their new content; `files` itself is left alone.

    Edits are applied in order, later ones to what earlier ones made. If one does not fit, none counts: the `EditError`
    says which one, why, and which had fitted.
    """
    if len(edits) > MAX_EDITS:
        raise EditError(f"there are {len(edits)} edits", why=f"{MAX_EDITS} is the limit", hint="Make fewer")
    changed: dict[str, bytes] = {}
    for number, edit in enumerate(edits, start=1):
        try:
            changed[edit.path] = _applied(edit, changed.get(edit.path, files.get(edit.path)))
        except EditError as error:
            raise _placed(error, edit, number, edits) from error
    return {path: content for path, content in changed.items() if files.get(path) != content}


def replace_lines(content: bytes, start: int, end: int, new_text: str) -> bytes:
    """The file with lines `start` to `end` replaced. Raises `EditError` when the file has no such lines."""
    text, layout = read_text(content)
    lines = lines_of(text)
    if not (1 <= start <= len(lines) + 1 and start - 1 <= end <= len(lines)):
        raise EditError(f"lines {start} to {end} are not in the file", why=f"it has {len(lines)} lines")
    new = layout.written(new_text)
    if new and not new.endswith("\n"):
        new += layout.newline
    before, after = "".join(lines[: start - 1]), "".join(lines[end:])
    if before and not before.endswith("\n") and new:
        before += layout.newline
    if not after and text and not text.endswith("\n"):
        new = new.removesuffix(layout.newline)
    return layout.encode(before + new + after)


def write_file(old: bytes | None, text: str) -> bytes:
    """The content of a file with this text, in the format of the file it replaces."""
    was, layout = read_text(old or b"")
    new = layout.written(text.removeprefix("\ufeff"))
    if was and new:
        new = new.rstrip("\r\n") + (layout.newline if was.endswith("\n") else "")
    elif new and not new.endswith("\n"):
        new += "\n"
    return layout.encode(new)


def _applied(edit: Edit, content: bytes | None) -> bytes:
    if not _safe(edit.path):
        raise EditError(f"{edit.path!r} is not a path inside the repository")
    if isinstance(edit, WriteFile):
        return write_file(content, edit.text)
    if content is None:
        creates = isinstance(edit, SearchReplace) and len(edit.blocks) == 1 and not edit.blocks[0].search.strip()
        if not creates:
            raise EditError(f"there is no file {edit.path}")
        content = b""
    match edit:
        case ReplaceSymbol():
            return replace_symbol(content, edit.path, edit.name, edit.source, line=edit.line, also=edit.also)
        case ReplaceLines():
            return replace_lines(content, edit.start, edit.end, edit.text)
        case SearchReplace():
            return search_replace(content, edit.blocks)


def _placed(error: EditError, edit: Edit, number: int, edits: Sequence[Edit]) -> EditError:
    if len(edits) == 1:
        return EditError(f"{edit.path}: {error.what}", why=error.why, hint=error.hint)
    fitted = ", ".join(dict.fromkeys(e.path for e in edits[: number - 1]))
    note = f"(the edits before it, to {fitted}, fit; nothing was changed)" if fitted else "(nothing was changed)"
    return EditError(
        f"edit {number} of {len(edits)}, {edit.path}: {error.what}", why=error.why, hint=f"{error.hint} {note}".strip()
    )


def _safe(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(path) and not pure.is_absolute() and ".." not in pure.parts and "\0" not in path and "\\" not in path
