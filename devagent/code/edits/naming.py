"""Which file an answer means by a name: the one that has it, or the only one it can be."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from devagent.code.edits.edit import DeleteFile, Edit, Hunk, MoveFile, ReplaceText, WriteFile
from devagent.code.errors import EditError

_LIKE = 0.5
_MAX_NAME, _MAX_NEAR = 200, 500


@dataclass(frozen=True)
class Resolved:
    """A path in the repository, and what is to be said of how the name led there."""

    path: str
    note: str = ""


def resolved(edit: Edit, files: Mapping[str, bytes]) -> tuple[Edit, str]:
    """The edit with the path of the file that it means, and a note where that is not what it says.

    Raises `EditError` for a path that leads out of the repository, for a file that is not there and for a name that
    several files might be meant by.
    """
    path = clean(edit.path)
    if isinstance(edit, WriteFile) or (isinstance(edit, ReplaceText) and _makes(edit.hunks)):
        found = _written(path, edit, files)
    else:
        found = existing(path, files, by_name=not isinstance(edit, DeleteFile | MoveFile))
    if isinstance(edit, MoveFile):
        edit = replace(edit, to=safe(clean(edit.to)))
    return replace(edit, path=safe(found.path)), found.note


def existing(path: str, files: Mapping[str, bytes], *, by_name: bool = True) -> Resolved:
    """The file that is meant by a path. `by_name` accepts the only file of this name, wherever it is.

    Raises `EditError`.
    """
    if path in files:
        return Resolved(path)
    for candidates in _candidates(path, files, by_name=by_name):
        if len(candidates) == 1:
            return Resolved(candidates[0], f"`{path}` was taken to be `{candidates[0]}`")
        if candidates:
            shown = ", ".join(candidates[:5])
            raise EditError(f"there is no file {path}", why=f"it may be one of {shown}", hint="Write its whole path")
    safe(path)
    folder, _, name = path[:_MAX_NAME].rpartition("/")
    about = [file for file in files if file.rpartition("/")[0] == folder or f"/{file}".find(f"/{name[:3]}") >= 0]
    near = difflib.get_close_matches(path[:_MAX_NAME], about[:_MAX_NEAR], n=3, cutoff=0.6)
    raise EditError(f"there is no file {path}", hint=f"There is {', '.join(near)}" if near else "")


def clean(path: str) -> str:
    """A path as the repository writes it: with slashes, without `./` and doubled slashes."""
    path = path.strip()
    if "\\" in path and "/" not in path:
        path = path.replace("\\", "/")
    return str(PurePosixPath(path)) if path else path


def safe(path: str) -> str:
    """The path, if it is one inside the repository that an answer may name. Raises `EditError`."""
    if not path:
        raise EditError("the edit names no file", hint="Write the path of the file above it")
    pure = PurePosixPath(path)
    outside = path == "." or pure.is_absolute() or ".." in pure.parts
    if outside or any(char in path for char in "\0\n\r\\"):
        raise EditError(f"{path!r} is not a path inside the repository")
    if any(part.lower() == ".git" for part in pure.parts):
        raise EditError(f"{path} may not be changed", why="it belongs to git")
    return path


def _candidates(path: str, files: Mapping[str, bytes], *, by_name: bool) -> list[list[str]]:
    """The files that may be meant, those of the stronger reason first."""
    name = PurePosixPath(path).name
    if not name or ".." in PurePosixPath(path).parts:
        return []
    lower = [file for file in files if file.lower() == path.lower()]
    within = [file for file in files if file.endswith(f"/{path}")]
    around = sorted((file for file in files if path.endswith(f"/{file}")), key=len)
    named = [file for file in files if PurePosixPath(file).name == name] if by_name and path[0] != "/" else []
    return [lower, within, around[-1:] if by_name or path[0] == "/" else [], named]


def _makes(hunks: Sequence[Hunk]) -> bool:
    return bool(hunks) and not hunks[0].search.strip()


def _written(path: str, edit: Edit, files: Mapping[str, bytes]) -> Resolved:
    """Where a file is written: where it is said, unless one elsewhere has that name and most of that text."""
    if path in files or (isinstance(edit, WriteFile) and edit.new):
        return Resolved(path)
    text = edit.text if isinstance(edit, WriteFile) else ""
    alike = [file for named in _candidates(path, files, by_name=True) for file in named if _alike(files[file], text)]
    if len(set(alike)) == 1:
        return Resolved(alike[0], f"`{path}` was taken to be `{alike[0]}`")
    if alike:
        raise EditError(f"there is no file {path}", why=f"it may be one of {', '.join(sorted(set(alike))[:5])}")
    if path.startswith("/"):
        raise EditError(f"{path!r} is not a path inside the repository")
    return Resolved(path)


def _alike(content: bytes, text: str) -> bool:
    old = {line.strip() for line in content.decode(errors="replace").split("\n")} - {""}
    return bool(old) and len(old & {line.strip() for line in text.split("\n")}) >= _LIKE * len(old)
