"""The unified diff, as git writes it and as models do: with wrong line numbers, wrong counts or none."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from devagent.code.edits.edit import DeleteFile, Edit, Hunk, Mode, MoveFile, ReplaceText, SetMode, WriteFile
from devagent.code.edits.lines import bodies
from devagent.code.errors import EditError

NOWHERE = "/dev/null"
_GIT = re.compile(r'diff --git ("(?:[^"\\]|\\.)*"|\S.*?) ("(?:[^"\\]|\\.)*"|\S+)\s*')
_HUNK = re.compile(
    r"@@(?:\s*-(?P<line>\d{1,9})(?:,(?P<old>\d{1,9}))?\s+\+\d+(?:,(?P<new>\d{1,9}))?\s*@@|\s*\.\.\.\s*@@|\s*@@)?(?P<said>.*)"
)
_EXTENDED = re.compile(
    r"(index|old mode|new mode|new file mode|deleted file mode|similarity index|dissimilarity index|rename from|"
    r"rename to|copy from|copy to|Binary files|GIT binary patch)\b ?(.*)"
)
_PREFIX = re.compile(r"[abciow]/")
_OCTAL = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", '"': '"', "\\": "\\"}
_SIGNS = ("", " ", "+", "-", "\\")
_NO_NEWLINE = "\\ No newline"


def starts(lines: Sequence[str], row: int) -> bool:
    """Whether a diff begins at a row: with a line that names its files."""
    if lines[row].startswith("diff --git "):
        return True
    return lines[row].startswith("--- ") and row + 1 < len(lines) and lines[row + 1].startswith("+++ ")


def looks_like(lines: Sequence[str]) -> bool:
    """Whether the text of a block is a diff, be it one that names no file."""
    first = next((row for row, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return False
    return starts(lines, first) or bool(re.match(r"@@(?: -\d|\s*$| ?\.\.\.| @@)|Index: |index [0-9a-f]", lines[first]))


def read(
    lines: Sequence[str], row: int, *, path: str = "", fenced: bool, closed: bool = False
) -> tuple[list[Edit], int]:
    """The edits of a diff, and the row after it.

    Arguments:
        path: the file of a diff that names none.
        fenced: whether all lines up to the last belong to the diff, as in a code block; otherwise it ends with the
            first line that a diff cannot have.
        closed: whether the last line is known to be whole; it is in a code block.

    Raises `EditError` for what cannot be read as a change of text.
    """
    reader = _Reader(lines, row, fenced=fenced, closed=closed or fenced)
    edits = [edit for part in reader.parts() for edit in _edits(part, path)]
    return edits, reader.row


def rendered(edits: Sequence[Edit]) -> str:
    """Edits of text, whole files that are new, deletions, moves and modes as a diff."""
    return "".join(_rendered(edit) for edit in edits)


@dataclass
class _Part:
    """What a diff says of one file."""

    old: str = ""
    new: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    hunks: list[Hunk] = field(default_factory=list)


class _Reader:
    def __init__(self, lines: Sequence[str], row: int, *, fenced: bool, closed: bool) -> None:
        self._lines, self.row, self._fenced, self._closed = lines, row, fenced, closed

    def parts(self) -> Iterator[_Part]:
        """The files of the diff, one after the other."""
        part: _Part | None = None
        while self.row < len(self._lines):
            line = self._lines[self.row]
            if starts(self._lines, self.row):
                opened = self._opened(line, part)
                if part is not None and opened is not part:
                    yield part
                part = opened
            elif extended := _EXTENDED.fullmatch(line):
                part = part or _Part()
                part.facts[extended[1]] = extended[2].strip()
                self.row += 1
            elif line.startswith("@@") or self._goes_on(line, part):
                part = part or _Part()
                part.hunks.append(self._hunk())
            elif self._fenced or not line.strip() or line.startswith(("Index: ", "====")):
                self.row += 1
            else:
                break
        if part is not None:
            yield part

    def _opened(self, line: str, part: _Part | None) -> _Part:
        """The part that a naming line begins, or goes on with."""
        self.row += 1
        if line.startswith("diff --git "):
            named = _GIT.fullmatch(line)
            return _Part(*_named(named[1], named[2])) if named else _Part()
        old, new = _named(line[4:], self._lines[self.row][4:])
        self.row += 1
        if part is None or part.hunks or "--- " in part.facts:
            part = _Part()
        part.old, part.new = old, new
        part.facts["--- "] = old
        return part

    def _goes_on(self, line: str, part: _Part | None) -> bool:
        """Whether a hunk begins here without a line that says so."""
        if not line.strip() or (part is None and not self._fenced):
            return False
        return line[0] in " +-" or (self._fenced and part is not None and "--- " in part.facts)

    def _hunk(self) -> Hunk:
        line = self._lines[self.row]
        head = _HUNK.fullmatch(line) if line.startswith("@@") else None
        self.row += head is not None
        body = self._body()
        search = [text[1:] for text in body if text[:1] in " -" or not text]
        replace = [text[1:] for text in body if text[:1] in " +" or not text]
        final_newline = _final_newline(body)
        if head is None:
            return Hunk(_text(search), _text(replace), final_newline=final_newline)
        if not self._closed and (blank := self._blank_above()) is not None:
            _refuse_short(head, len(search) + blank, len(replace) + blank)
        heading = head["said"].removesuffix("@@").strip()
        scope = (heading,) if heading else ()
        return Hunk(_text(search), _text(replace), int(head["line"] or 0), scope, final_newline=final_newline)

    def _blank_above(self) -> int | None:
        """The blank lines before the end of a hunk, where only the end of the answer or of its signs ends it."""
        rest = self._lines[self.row :]
        blank = next((n for n, text in enumerate(reversed(self._lines[: self.row])) if text.strip()), 0)
        goes_on = bool(rest) and (blank or rest[0].startswith("@@") or starts(self._lines, self.row))
        return None if goes_on else blank

    def _body(self) -> list[str]:
        """The lines of a hunk, each with its sign."""
        body: list[str] = []
        while self.row < len(self._lines):
            line = self._lines[self.row]
            if line.startswith("@@") or starts(self._lines, self.row) or _EXTENDED.fullmatch(line):
                break
            if line[:1] not in (*_SIGNS, "\t") and not self._fenced:
                break
            body.append(line)
            self.row += 1
        while body and not body[-1]:
            body.pop()
        return with_signs(body)


def with_signs(body: Sequence[str]) -> list[str]:
    """The lines of a hunk, each with its sign. Where one has none, all context is taken to have lost its own."""
    if all(line[:1] in _SIGNS for line in body):
        return list(body)
    return [f" {line}" if line[:1] == " " or line[:1] not in _SIGNS else line for line in body]


def _refuse_short(head: re.Match[str], old: int, new: int) -> None:
    """Raise `EditError` where the last hunk of an answer has fewer lines than it says: nothing else tells its end."""
    if head["line"] and (old < int(head["old"] or 1) or new < int(head["new"] or 1)):
        raise EditError(
            "the answer is cut off",
            why=f"`{head[0].strip()}` says that there are more lines",
            hint="Send the diff again, in a code block",
        )


def _final_newline(body: Sequence[str]) -> bool | None:
    """Whether the file ends with a newline afterwards, where the diff says that it does not do so now or then."""
    marks = [body[row - 1][:1] for row, text in enumerate(body) if row and text.startswith(_NO_NEWLINE)]
    if not marks:
        return None
    return "-" in marks and "+" not in marks and " " not in marks


def _edits(part: _Part, path: str) -> list[Edit]:
    """What a part asks for. Raises `EditError`."""
    facts = part.facts
    if any(fact in facts for fact in ("Binary files", "GIT binary patch", "copy from")):
        raise EditError("the diff copies a file, or changes a binary one", hint="Make a copy as a new file")
    old, new = facts.get("rename from", part.old), facts.get("rename to", part.new)
    if old == NOWHERE or "new file mode" in facts:
        return _made(new or path, part)
    if new == NOWHERE or "deleted file mode" in facts:
        return [*_changed(old or path, part), DeleteFile(old or path)]
    if old != new and old.removesuffix(".orig").removesuffix(".old") == new:
        old = new
    moves: list[Edit] = [MoveFile(old, new)] if old != new else []
    if moves and "rename to" not in facts and "--- " in facts:
        raise EditError(f"the diff names two files, {old} and {new}", hint="Say `rename from` and `rename to`")
    return [*moves, *_moded(new or path, facts.get("new mode", "")), *_changed(new or path, part)]


def _made(path: str, part: _Part) -> list[Edit]:
    if any(hunk.search for hunk in part.hunks):
        raise EditError(f"{path} is to be made", why="but the diff quotes lines of it", hint="Begin its lines with +")
    text = "".join(hunk.replace for hunk in part.hunks)
    ends = all(hunk.final_newline is not False for hunk in part.hunks)
    write = WriteFile(path, text if ends else text.removesuffix("\n"), new=True, final_newline=ends)
    return [write, *_moded(path, part.facts.get("new file mode", ""))]


def _moded(path: str, mode: str) -> list[Edit]:
    modes: dict[str, Mode] = {"100644": "100644", "100755": "100755"}
    if mode and mode not in modes:
        raise EditError(f"{path} would get the mode {mode}", why="only 100644 and 100755 are those of files")
    return [SetMode(path, modes[mode])] if mode in modes else []


def _changed(path: str, part: _Part) -> list[Edit]:
    return [ReplaceText(path, tuple(part.hunks))] if part.hunks else []


def _named(old: str, new: str) -> tuple[str, str]:
    """The two paths of a diff without what git puts before them."""
    old, new = (_unquoted(name.split("\t")[0].strip()) for name in (old, new))
    signs = [name[:2] for name in (old, new) if name != NOWHERE]
    if signs and all(map(_PREFIX.match, signs)) and (len(set(signs)) == len(signs) or NOWHERE in (old, new)):
        old, new = (name if name == NOWHERE else name[2:] for name in (old, new))
    return old, new


def _unquoted(name: str) -> str:
    if len(name) < 2 or not name.startswith('"') or not name.endswith('"'):
        return name
    raw = _OCTAL.sub(lambda m: chr(int(m[1], 8) & 255) if len(m[1]) == 3 else _ESCAPES.get(m[1], m[1]), name[1:-1])
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _rendered(edit: Edit) -> str:
    match edit:
        case ReplaceText():
            return f"--- a/{edit.path}\n+++ b/{edit.path}\n" + "".join(map(_rendered_hunk, edit.hunks))
        case WriteFile():
            lines = "".join(f"+{line}\n" for line in bodies(edit.text))
            mark = "" if edit.final_newline else f"{_NO_NEWLINE} at end of file\n"
            return f"--- {NOWHERE}\n+++ b/{edit.path}\n@@ @@\n{lines}{mark}"
        case DeleteFile():
            return f"diff --git a/{edit.path} b/{edit.path}\ndeleted file mode 100644\n"
        case MoveFile():
            return f"diff --git a/{edit.path} b/{edit.to}\nrename from {edit.path}\nrename to {edit.to}\n"
        case SetMode():
            return f"diff --git a/{edit.path} b/{edit.path}\nnew mode {edit.mode}\n"
        case _:
            raise EditError(f"{type(edit).__name__} cannot be written as a diff")


def _rendered_hunk(hunk: Hunk) -> str:
    old, new = bodies(hunk.search), bodies(hunk.replace)
    head = f"@@ -{hunk.line},{len(old)} +{hunk.line},{len(new)} @@" if hunk.line else "@@ @@"
    lines = [f"{head}{''.join(f' {scope}' for scope in hunk.scope)}"]
    last = -1 if hunk.final_newline is not None else None
    lines += signed(old[:last], new[:last])
    if last is not None:
        mark = f"{_NO_NEWLINE} at end of file"
        lines += [f"-{line}" for line in old[last:]] + [mark] * (hunk.final_newline is True)
        lines += [f"+{line}" for line in new[last:]] + [mark] * (hunk.final_newline is False)
    return "".join(f"{line}\n" for line in lines)


def signed(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Old and new lines as a diff has them, each with its sign."""
    lines: list[str] = []
    for kind, start, end, a, b in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [f" {line}" for line in old[start:end]]
        else:
            lines += [*(f"-{line}" for line in old[start:end]), *(f"+{line}" for line in new[a:b])]
    return lines
