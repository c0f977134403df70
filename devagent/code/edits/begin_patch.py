"""The patch format with `*** Begin Patch`: files by name, places by the lines around them, no line numbers.

*** Begin Patch
*** Update File: path/of/file.py
*** Move to: path/of/other.py
@@ class Name
 a line that stays
-a line that goes
+a line that comes
*** Add File: path/of/new.py
+its lines
*** Delete File: path/of/old.py
*** End Patch
"""

import re
from collections.abc import Sequence

from devagent.code.edits.edit import DeleteFile, Edit, Hunk, MoveFile, ReplaceText, WriteFile
from devagent.code.edits.lines import bodies
from devagent.code.edits.unified_diff import signed, with_signs
from devagent.code.errors import EditError

_BEGIN = re.compile(r"\s*\*\*\* Begin Patch\s*")
_END = re.compile(r"\s*\*\*\* End Patch\s*")
_FILE = re.compile(r"\s*\*\*\* (Update|Add|Delete) File:\s*(.*?)\s*")
_MOVE = re.compile(r"\s*\*\*\* Move to:\s*(.*?)\s*")
_LAST = re.compile(r"\s*\*\*\* End of File\s*")


def starts(lines: Sequence[str], row: int) -> bool:
    """Whether a patch begins at a row, be it without its first line."""
    return bool(_BEGIN.fullmatch(lines[row]) or _FILE.fullmatch(lines[row]))


def begins(line: str) -> bool:
    """Whether a line is the first of a patch."""
    return bool(_BEGIN.fullmatch(line))


def end_of(lines: Sequence[str], row: int) -> int:
    """The row at which a patch that begins at `row` ends. Raises `EditError` where it does not."""
    for at in range(row + 1, len(lines)):
        if _END.fullmatch(lines[at]):
            return at
    raise EditError(
        "the answer is cut off",
        why=f"the patch at its line {row + 1} has no `*** End Patch`",
        hint="Send it again, or less at once",
    )


def read(lines: Sequence[str], row: int) -> tuple[list[Edit], int]:
    """The edits of a patch, and the row after it. Raises `EditError`."""
    end = end_of(lines, row)
    edits: list[Edit] = []
    at = row + bool(_BEGIN.fullmatch(lines[row]))
    while at < end:
        head = _FILE.fullmatch(lines[at])
        at += 1
        if head is not None:
            stop = next((n for n in range(at, end) if _FILE.fullmatch(lines[n])), end)
            edits += _edits(head[1], head[2], lines[at:stop])
            at = stop
        elif said := lines[at - 1].strip()[:80]:
            raise EditError("the patch names no file", why=f"at `{said}`", hint="Write `*** Update File: path`")
    return edits, end + 1


def rendered(edits: Sequence[Edit]) -> str:
    """Edits of text, files that are new, deletions and moves as a patch."""
    text = "*** Begin Patch\n"
    pending = ""
    for edit, after in zip(edits, [*edits[1:], None], strict=True):
        match edit:
            case MoveFile():
                text += f"*** Update File: {edit.path}\n*** Move to: {edit.to}\n"
                pending = edit.to if isinstance(after, ReplaceText) and after.path == edit.to else ""
            case ReplaceText():
                text += "" if pending == edit.path else f"*** Update File: {edit.path}\n"
                text, pending = text + "".join(map(_rendered_hunk, edit.hunks)), ""
            case WriteFile():
                text += f"*** Add File: {edit.path}\n" + "".join(f"+{line}\n" for line in bodies(edit.text))
            case DeleteFile():
                text += f"*** Delete File: {edit.path}\n"
            case _:
                raise EditError(f"{type(edit).__name__} cannot be written as a patch")
    return f"{text}*** End Patch\n"


def _edits(kind: str, path: str, lines: Sequence[str]) -> list[Edit]:
    if kind == "Delete":
        return [DeleteFile(path)]
    if kind == "Add":
        return [_added(path, lines)]
    moved = _MOVE.fullmatch(lines[0]) if lines else None
    hunks = _hunks(lines[1:] if moved else lines)
    if not moved and not hunks:
        raise EditError(f"the patch changes nothing in {path}")
    to = moved[1] if moved else path
    edits: list[Edit] = [MoveFile(path, to)] if moved else []
    return [*edits, ReplaceText(to, tuple(hunks))] if hunks else edits


def _added(path: str, lines: Sequence[str]) -> WriteFile:
    kept = [line for line in lines if line.strip()]
    if any(not line.startswith("+") for line in kept):
        raise EditError(f"a line of the new file {path} does not begin with +", hint="Begin every line of it with +")
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return WriteFile(path, "".join(f"{line[1:]}\n" for line in lines), new=True)


def _hunks(lines: Sequence[str]) -> list[Hunk]:
    hunks: list[Hunk] = []
    scope: list[str] = []
    body: list[str] = []
    for line in [*lines, "@@"]:
        last = bool(_LAST.fullmatch(line))
        if not last and not line.startswith("@@"):
            body.append(line)
            continue
        if any(map(str.strip, body)):
            hunks.append(_hunk(body, scope, at_end=last))
            scope = []
        body = []
        if line.startswith("@@") and (named := line.strip("@ \t")):
            scope.append(named)
    return hunks


def _hunk(body: list[str], scope: Sequence[str], *, at_end: bool) -> Hunk:
    while not body[-1]:
        body = body[:-1]
    signs = with_signs(body)
    return Hunk(
        "".join(f"{line[1:]}\n" for line in signs if line[:1] != "+"),
        "".join(f"{line[1:]}\n" for line in signs if line[:1] != "-"),
        scope=tuple(scope),
        at_end=at_end,
    )


def _rendered_hunk(hunk: Hunk) -> str:
    heads = [f"@@ {scope}" for scope in hunk.scope] or ["@@"]
    ends = ["*** End of File"] if hunk.at_end else []
    return "".join(f"{line}\n" for line in [*heads, *signed(bodies(hunk.search), bodies(hunk.replace)), *ends])
