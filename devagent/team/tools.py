"""The five tools of a role: search, read, edit, test, submit.

An agent calls a tool with a fenced block named after it; the text of the block is the argument. That needs no
tool-calling interface, so it works the same with every model.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devagent.code.errors import EditError
from devagent.errors import UsageError
from devagent.sandbox.results import TestResult
from devagent.sandbox.sandbox import File, Tree
from devagent.team.roles import ToolName

if TYPE_CHECKING:
    from devagent.team.workbench import Workbench

MAX_OBSERVATION = 6000

USAGE: Mapping[ToolName, str] = {
    "search": "```search\ntext or regular expression\n```\nfinds lines in the repository.",
    "read": "```read\npath/of/file.py:10-80\n```\nshows a file, or these lines of it.",
    "edit": (
        "```edit\npath/of/file.py\n<<<<<<< SEARCH\nlines as they stand in the file\n=======\nlines to put there\n"
        ">>>>>>> REPLACE\n```\nchanges a file of your working copy; an empty SEARCH makes a new file. A unified "
        "diff will do as well."
    ),
    "test": "```test\n```\nruns the tests that have to pass on your working copy, or those you name, one a line.",
    "submit": "```submit\none sentence on what you changed and why it is right\n```\nhands in your working copy.",
}

_OPENING = re.compile(r"(`{3,})[ \t]*(search|read|edit|test|submit)[ \t]*")


@dataclass(frozen=True)
class Action:
    """One tool call. `closed` is whether its block has an end, so that the argument is known to be whole."""

    tool: str
    argument: str
    closed: bool = True


def find_action(answer: str, allowed: tuple[ToolName, ...]) -> Action | None:
    """The first call of an allowed tool in an answer. Edits that stand in no block of this name are a call too."""
    from devagent.code.edits.answer import has_marks
    from devagent.code.edits.fences import closing_row

    lines = answer.replace("\r\n", "\n").split("\n")
    try:
        for row, line in enumerate(lines):
            opening = _OPENING.fullmatch(line)
            if opening is None or opening[2] not in allowed:
                continue
            plain = (n for n in range(row + 1, len(lines)) if lines[n].rstrip() == opening[1])
            end = closing_row(lines, row, nests=True) if opening[2] == "edit" else next(plain, None)
            if end is not None:
                return Action(opening[2], "\n".join(lines[row + 1 : end]).strip("\n"))
    except EditError:
        pass  # It is cut off: the edit tool says so.
    return Action("edit", answer, closed=False) if "edit" in allowed and has_marks(answer) else None


def usage(allowed: tuple[ToolName, ...]) -> str:
    """What a model is told about its tools."""
    lines = "\n\n".join(USAGE[tool] for tool in allowed)
    return f"You work with tools. Answer with a short thought and exactly one block:\n\n{lines}"


@dataclass
class Toolbox:
    """The tools over one working copy: `changes` are the edits made so far, over the files of the workbench."""

    bench: "Workbench"
    place: str
    changes: dict[str, File | None] = field(default_factory=dict)
    runs: int = 0

    async def perform(self, action: Action) -> str:
        """What the tool showed; a tool that could not do its work says so in words the model can use."""
        try:
            return _capped(await self._perform(action))
        except (EditError, UsageError) as error:
            return f"That could not be done: {error}"

    async def _perform(self, action: Action) -> str:
        match action.tool:
            case "search":
                return self._search(action.argument.strip())
            case "read":
                return self._read(action.argument.strip())
            case "edit":
                return self._edit(action)
            case _:
                return await self._test(tuple(action.argument.split("\n")) if action.argument.strip() else ())

    def has_done(self, action: Action) -> bool:
        """Whether all that an edit would do is done, so that the answer only tells of it."""
        from devagent.code.edits.answer import apply_answer
        from devagent.code.errors import AlreadyDone

        try:
            apply_answer(action.argument, self._texts())
        except AlreadyDone:
            return True
        except EditError:
            return False
        return False

    def content(self, path: str) -> bytes | None:
        """A file of the working copy."""
        file = self.changes[path] if path in self.changes else self.bench.files.get(path)
        return None if file is None else file.content

    def _search(self, query: str) -> str:
        from devagent.code.search import find_text

        found = find_text(self._files(), query)
        if not found.matches and re.search(r"[\\\[(*+?|^$]", query):
            found = find_text(self._files(), query, regex=True)
        return str(found)

    def _read(self, argument: str) -> str:
        from devagent.code.search import read_range

        match = re.fullmatch(r"(.+?)(?::(\d+)(?:-(\d+))?)?", argument)
        path = match[1].strip() if match else argument
        start = int(match[2]) if match and match[2] else 1
        end = int(match[3]) if match and match[3] else start + 199
        return read_range(self._files(), path, start, end)

    def _edit(self, action: Action) -> str:
        from devagent.code.edits.answer import apply_answer

        copy, texts = self._copy(), self._texts()
        applied = apply_answer(action.argument, texts, closed=action.closed)
        touched = sorted({*applied.changes, *applied.modes})
        for path in touched:
            why = self.bench.kept_out(path) or ("it is a symlink" if path in copy and path not in texts else "")
            if why:
                raise EditError(f"{path} may not be changed", why=why)
        for path in touched:
            content = applied.changes.get(path, texts.get(path))
            kept = copy.get(applied.moved.get(path, path))
            mode = applied.modes.get(path, kept.mode if kept else "100644")
            self._put(path, None if content is None else File(content, mode))
        said = [f"{path} was {self._what(path, copy)}." for path in touched]
        return "\n".join([*said, *(f"({note})" for note in applied.notes)])

    def _copy(self) -> dict[str, File]:
        return {path: file for path, file in {**self.bench.files, **self.changes}.items() if file is not None}

    def _texts(self) -> dict[str, bytes]:
        return {path: file.content for path, file in self._copy().items() if file.mode != "120000"}

    def _what(self, path: str, before: Tree) -> str:
        return "made" if path not in before else "changed" if self.content(path) is not None else "deleted"

    def _put(self, path: str, file: File | None) -> None:
        """Note a file, or that there is none; what is as it was at the beginning is no change."""
        if self.bench.files.get(path) == file:
            self.changes.pop(path, None)
        else:
            self.changes[path] = file

    async def _test(self, tests: tuple[str, ...]) -> str:
        self.runs += 1
        run = await self.bench.run_tests(
            f"{self.place}/test/{self.runs}", self.changes, tests or self.bench.targets or None
        )
        return describe_run(run.trouble, run.results)

    def _files(self) -> dict[str, bytes]:
        return {
            path: file.content for path, file in self.bench.workspace(self.changes).items() if file.mode != "120000"
        }


def describe_run(trouble: str, results: Sequence[TestResult]) -> str:
    """A test run in words for a model."""
    if trouble:
        return f"The tests could not be run: {trouble}"
    bad = [r for r in results if r.bad]
    if not bad:
        return f"All {len(results)} test(s) pass."
    texts = [f"{r.id} {r.status}\n{r.details or r.message}" for r in bad[:5]]
    return f"{len(bad)} of {len(results)} test(s) fail:\n\n" + "\n\n".join(texts)


def _capped(text: str) -> str:
    if len(text) <= MAX_OBSERVATION:
        return text
    half = MAX_OBSERVATION // 2
    return f"{text[:half]}\n[{len(text) - MAX_OBSERVATION} characters left out]\n{text[-half:]}"
