"""What a model's answer asks for: every format is read, wherever it stands between prose and fences."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from devagent.code.edits import begin_patch, search_replace, unified_diff
from devagent.code.edits.apply import Applied, apply_edits
from devagent.code.edits.edit import Edit, Hunk, MoveFile, ReplaceText
from devagent.code.edits.fences import FENCE, closing_row, is_code
from devagent.code.edits.names import NOBODY, Named, named_in, named_in_comment, named_in_info
from devagent.code.edits.pieces import Meaning
from devagent.code.edits.whole import Piece
from devagent.code.errors import AlreadyDone, EditError

MAX_CHARACTERS = 4_000_000
_THOUGHT = re.compile(r"\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
_DIFFS = ("diff", "patch", "udiff", "git-diff")
_NESTS = ("md", "markdown", "mdx")
_EXAMPLE = search_replace.rendered(
    [ReplaceText("path/of/file.py", (Hunk("lines as they stand in the file\n", "lines to put there\n"),))]
)


@dataclass(frozen=True)
class Reading:
    """The edits of an answer, and what is to be said of how it was read."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()


def apply_answer(answer: str, files: Mapping[str, bytes], *, path: str = "", closed: bool = False) -> Applied:
    """What an answer makes of the files, all of it or nothing; `files` itself is left alone.

    Arguments:
        path: the file that code without a name is meant for; empty where there is none.
        closed: whether the answer is known to be whole, as the text of a tool call is.

    Raises `EditError` with a text fit for the model.
    """
    reading = read_answer(answer, files, path=path, closed=closed)
    applied = apply_edits(files, reading.edits)
    if not applied.changes and not applied.modes:
        raise AlreadyDone("all it says stands there already", what="the answer changes nothing")
    return replace(applied, notes=(*reading.notes, *applied.notes))


def read_answer(answer: str, files: Mapping[str, bytes], *, path: str = "", closed: bool = False) -> Reading:
    """The edits of an answer, in its order. Raises `EditError` for one that is cut off, or holds none."""
    text = _normal(answer)
    found = list(_Reader(text.split("\n"), files, path, closed=closed).items())
    meaning = Meaning(files, path)
    edits = _merged([edit for item in found for edit in meaning.edits(item, alone=len(found) == 1)])
    if not edits:
        why = meaning.notes[-1] if meaning.notes else ""
        raise EditError("the answer holds no edit", why=why, hint=f"Write one like this:\n{_EXAMPLE}")
    return Reading(tuple(edits), tuple(meaning.notes))


def has_marks(answer: str) -> bool:
    """Whether an answer is written in a format with marks of its own: search/replace, a diff, a patch."""
    try:
        lines = _normal(answer).split("\n")
    except EditError:
        return False
    return any(
        search_replace.starts(lines, row) or begin_patch.starts(lines, row) or unified_diff.starts(lines, row)
        for row in range(len(lines))
    ) or bool(re.search(r"^(?:```|~~~)(?:diff|patch|udiff)\s*\n", "\n".join(lines), re.MULTILINE))


def _merged(edits: Sequence[Edit]) -> list[Edit]:
    """The edits, with those of text in one file that follow each other made one: all quote the file as it was."""
    result: list[Edit] = []
    for edit in edits:
        same = next((n for n in reversed(range(len(result))) if edit.path in _touched(result[n])), None)
        if same is not None and isinstance(edit, ReplaceText) and isinstance(first := result[same], ReplaceText):
            result[same] = ReplaceText(edit.path, (*first.hunks, *edit.hunks))
        else:
            result.append(edit)
    return result


def _touched(edit: Edit) -> tuple[str, ...]:
    return (edit.path, edit.to) if isinstance(edit, MoveFile) else (edit.path,)


def _normal(answer: str) -> str:
    """An answer with plain line ends, without thoughts at its beginning and what cannot be encoded."""
    if len(answer) > MAX_CHARACTERS:
        raise EditError("the answer is too long", why=f"{MAX_CHARACTERS:,} characters is the limit")
    text = re.sub(r"(?<!\r)\r+\n", "\n", answer).encode("utf-8", "replace").decode().removesuffix("\r")
    text = _THOUGHT.sub("", text, count=1) if _THOUGHT.match(text) else text
    if re.match(r"\s*<think(?:ing)?>", text):
        raise EditError("the answer is cut off", why="it ends within its thoughts", hint="Answer in fewer words")
    return text


class _Reader:
    """Goes through an answer from the top, and hands over edits and pieces of code as they come."""

    def __init__(self, lines: Sequence[str], known: Mapping[str, bytes], path: str, *, closed: bool) -> None:
        self._lines, self._known, self._default, self._closed = lines, known, path, closed
        self._row = 0
        self._said: list[Named] = []
        self._heading = NOBODY
        self._carried = NOBODY
        self._last = path
        self._found = 0

    def items(self) -> Iterator[Edit | Piece]:
        """What the answer holds, in its order. Raises `EditError`."""
        while self._row < len(self._lines):
            yield from self._next()
        if not self._found and self._default and is_code(self._lines):
            yield Piece("\n".join(self._lines).strip("\n") + "\n")

    def _next(self) -> Iterator[Edit | Piece]:
        line = self._lines[self._row]
        if self._marked(self._lines, self._row) or unified_diff.starts(self._lines, self._row):
            items, self._row = self._read(self._lines, self._row, self._named() or self._carried)
            yield from self._counted(items)
        elif (fence := FENCE.match(line)) is not None:
            yield from self._counted(self._fenced(fence))
        else:
            self._listen(line)
            self._row += 1

    def _counted(self, items: Sequence[Edit | Piece]) -> Sequence[Edit | Piece]:
        self._found += len(items)
        self._said = []
        return items

    def _listen(self, line: str) -> None:
        """Note what a line of prose names."""
        if not line.strip():
            return
        named = named_in(line, self._known)
        if line.startswith("#") or re.fullmatch(r"\s*\*\*.*\*\*:?\s*", line):
            self._heading, self._carried = named, named or self._carried
        self._said.append(named)

    def _named(self) -> Named:
        """The file that the prose above names."""
        if self._said and self._said[-1]:
            return self._said[-1]
        different = {named for named in self._said if named}
        return different.pop() if len(different) == 1 else NOBODY

    @staticmethod
    def _marked(lines: Sequence[str], row: int) -> bool:
        return search_replace.starts(lines, row) or begin_patch.starts(lines, row)

    def _read(self, lines: Sequence[str], row: int, named: Named) -> tuple[list[Edit | Piece], int]:
        """The edits that begin at a row in a format with marks, and the row after them."""
        if search_replace.starts(lines, row):
            own, hunk, after = search_replace.read(lines, row)
            self._last = own or named.path or self._last
            self._carried = Named(self._last)
            return [ReplaceText(self._last, (hunk,))], after
        if begin_patch.starts(lines, row):
            edits, after = begin_patch.read(lines, row)
        else:
            path = named.path or self._default
            edits, after = unified_diff.read(lines, row, path=path, fenced=False, closed=self._closed)
        return list(edits), after

    def _fenced(self, fence: re.Match[str]) -> list[Edit | Piece]:
        """What a fenced block holds."""
        opening = self._row
        named = named_in_info(fence[2], self._known) or self._named()
        nests = fence[2].strip().lower() in _NESTS or named.path.endswith(tuple(f".{end}" for end in _NESTS))
        closing = closing_row(self._lines, opening, nests=nests)
        if closing is None:
            return self._stray(fence)
        self._row = closing + 1
        margin = len(self._lines[opening]) - len(self._lines[opening].lstrip())
        body = [line[min(margin, len(line) - len(line.lstrip())) :] for line in self._lines[opening + 1 : closing]]
        language = re.split(r"[\s:{]", fence[2].strip().lower(), maxsplit=1)[0]
        if any(self._marked(body, row) for row in range(len(body))):
            return self._blocks(body, named or self._carried)
        named = named or self._heading
        if language in _DIFFS or unified_diff.looks_like(body):
            return self._read_diff(body, named)
        first = next((line for line in body if line.strip()), "")
        named = named or named_in_comment(first, self._known)
        return [Piece("".join(f"{line}\n" for line in body), language, named)]

    def _blocks(self, body: Sequence[str], named: Named) -> list[Edit | Piece]:
        """The search/replace blocks or patches of a fenced block, each perhaps with its file on the line above."""
        items: list[Edit | Piece] = []
        row, above = 0, NOBODY
        while row < len(body):
            if self._marked(body, row):
                found, row = self._read(body, row, above or named)
                items += found
                above, named = NOBODY, NOBODY
            else:
                above = named_in(body[row], self._known) or (above if not body[row].strip() else NOBODY)
                row += 1
        return items

    def _read_diff(self, body: Sequence[str], named: Named) -> list[Edit | Piece]:
        first = next((row for row, line in enumerate(body) if line.strip()), 0)
        if body and not unified_diff.looks_like(body) and (above := named_in(body[first], self._known)):
            named, first = above, first + 1
        edits, _ = unified_diff.read(body, first, path=named.path or self._default, fenced=True)
        return list(edits)

    def _stray(self, fence: re.Match[str]) -> list[Edit | Piece]:
        """A fence that is never closed: the end of a block that the prompt began, or of an answer that was cut off."""
        before, after = self._lines[: self._row], self._lines[self._row + 1 :]
        if fence[2].strip() or any(map(str.strip, after)):
            raise EditError(
                "the answer is cut off",
                why=f"the code block at its line {self._row + 1} has no end",
                hint="Send it again, or less at once",
            )
        self._row = len(self._lines)
        if self._found or not self._default or not is_code(before):
            return []
        return [Piece("\n".join(before).strip("\n") + "\n")]
