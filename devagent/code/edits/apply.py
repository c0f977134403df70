"""Edits to files, applied all or none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from devagent.code.edits.edit import (
    DeleteFile,
    Edit,
    Hunk,
    Mode,
    MoveFile,
    ReplaceLines,
    ReplaceSymbol,
    ReplaceText,
    SetMode,
    WriteFile,
)
from devagent.code.edits.elision import refuse_lazy
from devagent.code.edits.lines import bodies, joined, split
from devagent.code.edits.naming import resolved
from devagent.code.edits.splicing import rewritten
from devagent.code.edits.text import replace_text
from devagent.code.edits.whole_symbol import replace_symbol
from devagent.code.errors import AlreadyDone, CannotParse, EditError, NotThere
from devagent.code.symbol import symbols
from devagent.code.textfile import MAX_FILE, MAX_LINES, TextFormat, is_too_large, lines_of, read_text
from devagent.code.wellformed import newly_malformed

MAX_EDITS = 200
MAX_SOUGHT = 5
"""So many hunks that fit nowhere in their file are sought in the others."""

_MAX_PROBLEMS = 3


@dataclass(frozen=True)
class Applied:
    """What edits make of files.

    `changes` are the files that are different, with their new content, `None` for one that is gone. `moved` tells
    where a file came from, `modes` which ones were made executable or not. `notes` say what was understood otherwise
    than it was written.
    """

    changes: Mapping[str, bytes | None]
    moved: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, Mode] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def apply_edits(files: Mapping[str, bytes], edits: Sequence[Edit]) -> Applied:
    """What the edits make of the files; `files` itself is left alone.

    Edits are applied in order, later ones to what earlier ones made. If one does not fit, or a file would parse worse
    than before, none counts: the `EditError` says which did not fit and why, which did, and which are done already.
    """
    total = sum(len(edit.hunks) if isinstance(edit, ReplaceText) else 1 for edit in edits)
    if total > MAX_EDITS:
        raise EditError(f"there are {total} edits", why=f"{MAX_EDITS} is the limit", hint="Make fewer")
    desk = _Desk(files)
    steps = [
        step for number, edit in enumerate(edits, 1) for step in desk.steps(edit, _numbered("edit", number, len(edits)))
    ]
    if any(step.error for step in steps):
        raise _refusal(steps)
    desk.refuse_clashes()
    desk.refuse_new_syntax_errors()
    return desk.result()


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


def write_file(old: bytes | None, text: str, *, final_newline: bool = True) -> bytes:
    """The content of a file with this text, in the format of the file it replaces. Equal lines keep their ends.

    Arguments:
        final_newline: whether a file that was not there or was empty ends with a newline.
    """
    was, layout = read_text(old or b"")
    new = TextFormat().written(text.removeprefix("\ufeff"))
    if not was:
        return layout.encode(new + "\n" * (final_newline and not new.endswith("\n") and bool(new)))
    lines = rewritten(split(was), bodies(new), layout.newline)
    return layout.encode(joined(lines, layout.newline, final_newline=was.endswith("\n")))


@dataclass(frozen=True)
class _Step:
    """What came of one edit, or of one hunk of it; `part` is which one of several it is."""

    path: str
    part: str = ""
    error: EditError | None = None

    @property
    def name(self) -> str:
        """The file, and which edit of it."""
        return ", ".join(filter(None, (self.part, self.path)))

    def about(self, said: str) -> str:
        """What is said of this step, with its name where that does not stand in it."""
        name = self.part if self.path in said else self.name
        return f"{name}: {said}" if name else said


class _Desk:
    """The files while edits are made to them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._now: dict[str, bytes | None] = {}
        self._moved: dict[str, str] = {}
        self._modes: dict[str, Mode] = {}
        self._notes: list[str] = []
        self._sought = 0

    def steps(self, edit: Edit, part: str) -> Iterator[_Step]:
        """Make one edit, and tell what came of each part of it."""
        try:
            edit, note = resolved(edit, self._present())
            self._notes.append(note)
            if isinstance(edit, ReplaceText):
                yield from self._text(edit, part)
            else:
                self._make(edit)
                yield _Step(edit.path, part)
        except EditError as error:
            yield _Step(edit.path, part, error)

    def refuse_clashes(self) -> None:
        """Raise `EditError` where a path would be both a file and a folder."""
        present = self._present()
        for path in self._now:
            above = [path[:at] for at, char in enumerate(path) if char == "/"]
            if path in present and (clash := next((folder for folder in above if folder in present), "")):
                raise EditError(f"{path} cannot be made", why=f"{clash} is a file, not a folder")

    def refuse_new_syntax_errors(self) -> None:
        """Raise `EditError` where a file has syntax errors that it did not have. Unknown formats pass."""
        for path, content in self._now.items():
            if content is None:
                continue
            try:
                found = newly_malformed(path, self._files.get(self._moved.get(path, path)), content)
            except CannotParse:
                continue
            if found:
                raise EditError(
                    f"{path} would have a syntax error",
                    why="; ".join(map(str, found[:_MAX_PROBLEMS])),
                    hint="Nothing was changed",
                )

    def result(self) -> Applied:
        """What is different in the end."""
        changes = {path: new for path, new in self._now.items() if self._files.get(path) != new}
        modes = {path: mode for path, mode in self._modes.items() if self._content(path) is not None}
        moved = {path: old for path, old in self._moved.items() if changes.get(path) is not None}
        return Applied(changes, moved, modes, tuple(dict.fromkeys(filter(None, self._notes))))

    def _present(self) -> dict[str, bytes]:
        return {path: content for path, content in {**self._files, **self._now}.items() if content is not None}

    def _content(self, path: str) -> bytes | None:
        return self._now[path] if path in self._now else self._files.get(path)

    def _needed(self, path: str) -> bytes:
        content = self._content(path)
        if content is None:
            raise EditError(f"there is no file {path}")
        return content

    def _text(self, edit: ReplaceText, part: str) -> Iterator[_Step]:
        old = _as_text(self._content(edit.path) or b"")
        self._now[edit.path], outcomes = replace_text(old, edit.hunks)
        for number, (hunk, outcome) in enumerate(zip(edit.hunks, outcomes, strict=True), 1):
            self._notes.append(outcome.note and f"{edit.path}: {outcome.note}")
            block = _numbered("block", number, len(outcomes))
            error = outcome.error and self._elsewhere(outcome.error, edit.path, hunk)
            yield _Step(edit.path, ", ".join(filter(None, (part, block))), error)

    def _elsewhere(self, error: EditError, path: str, hunk: Hunk) -> EditError:
        """The error with the other files in which the lines to replace do stand."""
        quoted = hunk.search.strip("\n").encode("utf-8", "replace")
        self._sought += isinstance(error, NotThere)
        if not isinstance(error, NotThere) or self._sought > MAX_SOUGHT:
            return error
        forms = (quoted, quoted.replace(b"\n", b"\r\n"))
        others = [o for o, content in self._present().items() if o != path and any(f in content for f in forms)]
        return NotThere(f"{error.hint}\nThey stand in {', '.join(sorted(others)[:3])}") if others else error

    def _make(self, edit: Edit) -> None:
        makers: dict[type, Callable[..., None]] = {
            WriteFile: self._write,
            ReplaceSymbol: self._symbol,
            ReplaceLines: self._lines,
            DeleteFile: self._delete,
            MoveFile: self._move,
            SetMode: self._mode,
        }
        makers[type(edit)](edit)

    def _write(self, edit: WriteFile) -> None:
        old = self._content(edit.path)
        was = read_text(_as_text(old or b""))[0]
        new = write_file(old, edit.text, final_newline=edit.final_newline)
        if edit.new and old is not None:
            if new == old:
                raise AlreadyDone("the file is there, with this content")
            raise EditError(f"there is a file {edit.path} already", hint="Change it instead of making it")
        refuse_lazy(bodies(edit.text), bodies(was))
        self._now[edit.path] = new

    def _symbol(self, edit: ReplaceSymbol) -> None:
        old = _as_text(self._needed(edit.path))
        refuse_lazy(bodies(edit.source), bodies(read_text(old)[0]))
        try:
            new = replace_symbol(old, edit.path, edit.name, edit.source, line=edit.line, also=edit.also)
        except CannotParse as error:
            raise EditError(f"`{edit.name}` cannot be replaced", why=str(error), hint="Send a diff") from error
        names = {symbol.short for symbol in symbols(edit.path, new)}
        if left := [name for name in edit.brings if name not in names]:
            raise EditError(f"nothing in the answer uses `{left[0]}`", hint="Send the whole file, or a diff")
        self._now[edit.path] = new

    def _lines(self, edit: ReplaceLines) -> None:
        self._now[edit.path] = replace_lines(_as_text(self._needed(edit.path)), edit.start, edit.end, edit.text)

    def _delete(self, edit: DeleteFile) -> None:
        self._needed(edit.path)
        self._now[edit.path] = None

    def _move(self, edit: MoveFile) -> None:
        content = self._needed(edit.path)
        if self._content(edit.to) is not None:
            raise EditError(f"{edit.path} cannot be moved", why=f"there is a file {edit.to} already")
        self._now[edit.path], self._now[edit.to] = None, content
        self._moved[edit.to] = self._moved.pop(edit.path, edit.path)

    def _mode(self, edit: SetMode) -> None:
        self._needed(edit.path)
        self._modes[edit.path] = edit.mode


def _as_text(content: bytes) -> bytes:
    """The content of a file that is text. Raises `EditError` for a binary one, and for one that is too large."""
    if is_too_large(content):
        raise EditError("it is too large to be edited", why=f"{MAX_FILE:,} bytes in {MAX_LINES:,} lines are the limit")
    if "\0" in read_text(content)[0]:
        raise EditError("it is a binary file", hint="Only text can be changed")
    return content


def _numbered(kind: str, number: int, total: int) -> str:
    return f"{kind} {number} of {total}" if total > 1 else ""


def _refusal(steps: Sequence[_Step]) -> EditError:
    """One error for all that did not fit, with what did."""
    failed = [step for step in steps if step.error]
    done = all(isinstance(step.error, AlreadyDone) for step in steps)
    if len(steps) == 1 and (only := steps[0].error):
        what = steps[0].about(only.what)
        return AlreadyDone(only.why, what=what) if done else EditError(what, why=only.why, hint=only.hint)
    if done:
        return AlreadyDone("\n".join(f"- {step.about(str(step.error))}" for step in steps), what="all is done already")
    failed.sort(key=lambda step: isinstance(step.error, AlreadyDone))
    lines = [f"- {step.about(str(step.error))}" for step in failed]
    fitting = list(dict.fromkeys(step.name for step in steps if not step.error))
    lines += [f"These fit as they are: {'; '.join(fitting)}"] if fitting else []
    return EditError(
        f"{len(failed)} of {len(steps)} edits cannot be made, so nothing was changed:\n" + "\n".join(lines)
    )
