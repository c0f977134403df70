"""The coder with a small model: the program drives, the model fills in short steps.

For each suspicious function, most suspicious first: the whole function once greedily, then several samples at a time,
then single suspicious lines, where a small model looks closely and answers in a second. Every answer is tried at once;
an answer that was tried before costs nothing but its tokens. What failed is shown with the next question.
"""

import textwrap
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devagent.code.answer import code_blocks, source_for
from devagent.code.context import Surroundings, surroundings
from devagent.code.edits import replace_lines
from devagent.code.errors import EditError
from devagent.code.language import language_for
from devagent.code.locate import Suspect
from devagent.code.normal import normal_form
from devagent.code.replace import replace_symbol
from devagent.code.symbol import symbols
from devagent.code.textfile import indentation
from devagent.models.model import Message, ModelReply, ModelRequest
from devagent.sandbox.sandbox import File
from devagent.team.phases import Phase, load_phase
from devagent.team.programs import source_of_test
from devagent.team.workbench import Attempt, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_SUSPECTS = 6
TEMPERATURE = 0.9
LINES_AT_ONCE = 4
MAX_TEST_LINES = 60
MAX_FAILURE_LINES = 18

WHOLE = "Write the complete corrected function `{short}` in one code block. Change as little as possible."
LINE = (
    "Look closely at this line of `{short}`:\n```{language}\n{line}\n```\n"
    "It is wrong. Write only the corrected line, in one code block."
)


@dataclass(frozen=True)
class Question:
    """One thing to ask the model, and how its answer becomes the new content of the suspect's file."""

    place: str
    request: ModelRequest
    suspect: Suspect
    way: str
    edit: Callable[[str], bytes]


@dataclass
class FunctionSampler:
    """Asks a small model for functions and lines, and tries every new answer at the workbench."""

    room: "Room"
    place: str
    phase: Phase = field(default_factory=lambda: load_phase("function"))
    asked: int = 0
    _tried: set[str] = field(default_factory=set)
    _last: dict[str, Attempt] = field(default_factory=dict)

    async def attempts(self) -> AsyncIterator[Attempt]:
        """Attempts as they are tried. Ends after the configured number of samples; `OutOfBudget` passes through."""
        for wave in self._waves():
            if self.asked >= self.room.team.samples:
                return
            questions = list(wave())
            self.asked += len(questions)
            calls = [(q.place, q.request) for q in questions]
            gateway = self.room.gateway(self.phase.by.name)
            async with aclosing(gateway.samples(calls, role=self.phase.by.name, phase=self.phase.name)) as replies:
                async for index, reply in replies:
                    attempt = await self._try(questions[index], reply)
                    if attempt is not None:
                        yield attempt

    def _waves(self) -> Iterator[Callable[[], Sequence[Question]]]:
        """What to ask, in which order: every suspect gets its turn before the first gets its third."""
        suspects = self.room.suspects[:MAX_SUSPECTS]
        for round_ in range(1, 100):
            for rank, suspect in enumerate(suspects):
                if rank >= 2 * round_:
                    break
                yield from self._visit(suspect, round_ - rank // 2)

    def _visit(self, suspect: Suspect, turn: int) -> Iterator[Callable[[], Sequence[Question]]]:
        if turn == 1:
            yield lambda: [self._whole(suspect, turn, 0, 0.0)]
        yield lambda: [self._whole(suspect, turn, n, TEMPERATURE) for n in range(1, 5)]
        lines = suspect.lines[(turn - 1) * LINES_AT_ONCE : turn * LINES_AT_ONCE]
        if lines:
            yield lambda: [self._line(suspect, line) for line, _ in lines]

    def _whole(self, suspect: Suspect, turn: int, sample: int, temperature: float) -> Question:
        symbol = suspect.symbol
        content = self._content(suspect)
        closing = WHOLE.format(short=symbol.short)
        return Question(
            place=f"{self.place}/{symbol.path}:{symbol.name}/{turn}.{sample}",
            request=self._request(suspect, self._hint(suspect) + closing, temperature, seed=100 * turn + sample),
            suspect=suspect,
            way="greedy" if temperature == 0 else "sample",
            edit=lambda answer: replace_symbol(
                content, symbol.path, symbol.name, _source(answer, suspect), line=symbol.start_line
            ),
        )

    def _line(self, suspect: Suspect, number: int) -> Question:
        content = self._content(suspect)
        text = content.decode(errors="replace").splitlines()[number - 1].strip()
        language = language_for(suspect.symbol.path)
        closing = LINE.format(short=suspect.symbol.short, language=language.name if language else "", line=text)
        return Question(
            place=f"{self.place}/{suspect.symbol.path}:{number}",
            request=self._request(suspect, closing, 0.2, seed=number, max_tokens=120),
            suspect=suspect,
            way=f"line {number}",
            edit=lambda answer: self._with_line(answer, suspect, content, number),
        )

    def _with_line(self, answer: str, suspect: Suspect, content: bytes, number: int) -> bytes:
        symbol = suspect.symbol
        if symbol.short in {
            s.short for block in code_blocks(answer) for s in symbols(symbol.path, block.text.encode())
        }:
            return replace_symbol(content, symbol.path, symbol.name, _source(answer, suspect), line=symbol.start_line)
        return replace_lines(content, number, number, _line_in_place(answer, content, number))

    def _request(
        self, suspect: Suspect, closing: str, temperature: float, *, seed: int, max_tokens: int | None = None
    ) -> ModelRequest:
        source = suspect.symbol.text(self._content(suspect))
        messages = (Message("system", self.phase.by.system), Message("user", self._shared(suspect) + closing))
        limit = max_tokens or min(self.phase.max_tokens, len(source) // 2 + 120)
        return ModelRequest(messages, max_tokens=limit, temperature=temperature, seed=seed)

    def _shared(self, suspect: Suspect) -> str:
        """The part of the prompt that all questions about a suspect share, so that the server reads it once."""
        symbol, content = suspect.symbol, self._content(suspect)
        test = self.room.task.failing[0] if self.room.task.failing else None
        language = language_for(symbol.path)
        files = {path: file.content for path, file in self.room.bench.files.items()}
        return self.phase.prompt(
            {
                "language": language.name if language else "",
                "test_source": _first_lines(source_of_test(self.room, test.id, test.file), MAX_TEST_LINES)
                if test
                else self.room.task.text,
                "failure": _first_lines(test.message, MAX_FAILURE_LINES) if test else "",
                "calls": self._calls(suspect),
                "name": symbol.name,
                "path": symbol.path,
                "surroundings": _in_short(surroundings(files, symbol)),
                "function": _comment_above(content, symbol.start_line) + symbol.text(self._content(suspect)),
            }
        )

    def _calls(self, suspect: Suspect) -> str:
        if self.room.coverage is None:
            return ""
        symbol = suspect.symbol
        seen = [c for c in self.room.coverage.calls if c.path == symbol.path and c.line in symbol.lines]
        return "\n".join(f"{c.function}({c.arguments}) -> {c.result}" for c in seen[:3])

    def _hint(self, suspect: Suspect) -> str:
        last = self._last.get(suspect.symbol.name)
        if last is None or last.run is None or not last.run.bad:
            return ""
        file = last.changes[suspect.symbol.path]
        if file is None:
            return ""
        changed = _changed_lines(self._content(suspect), file.content)
        message = _first_lines(last.run.bad[0].message, 4)
        return (
            f"This was tried and is wrong:\n```\n{changed}\n```\nIt gives:\n```\n{message}\n```\nDo something else.\n"
        )

    def _content(self, suspect: Suspect) -> bytes:
        return self.room.bench.files[suspect.symbol.path].content

    async def _try(self, question: Question, reply: ModelReply) -> Attempt | None:
        path = question.suspect.symbol.path
        old = self.room.bench.files[path]
        try:
            new = question.edit(reply.text)
        except EditError as error:
            self.room.journal.record("answer.unusable", question.place, {"why": str(error), "way": question.way})
            return None
        form = normal_form(new, language_for(path))
        if form in self._tried or form == normal_form(old.content, language_for(path)):
            self.room.journal.record("answer.repeated", question.place, {"way": question.way})
            return None
        self._tried.add(form)
        origin = Origin(question.place, "coder", self.room.gateway("coder").card.name, question.way)
        attempt = await self.room.bench.attempt(question.place, {path: File(new, old.mode)}, origin)
        self._last[question.suspect.symbol.name] = attempt
        return attempt


def _source(answer: str, suspect: Suspect) -> str:
    block = source_for(answer, suspect.symbol.path, suspect.symbol.name)
    if block is None or block.truncated:
        raise EditError("The answer holds no complete function")
    return block.text


def _line_in_place(answer: str, content: bytes, number: int) -> str:
    """The lines of an answer, indented like the line they replace."""
    blocks = code_blocks(answer)
    text = textwrap.dedent(blocks[0].text if blocks else answer).strip("\n")
    if not text.strip() or text.count("\n") > 8:
        raise EditError("The answer is not a line")
    return textwrap.indent(text, indentation(content.decode(errors="replace").splitlines()[number - 1]))


def _comment_above(content: bytes, line: int) -> str:
    """The comment that stands right above a definition: in many languages it says what is right."""
    lines = content.decode(errors="replace").splitlines()
    first = line - 1
    while first > 0 and lines[first - 1].strip().startswith(("//", "/*", "*", "#")):
        first -= 1
    return "".join(f"{text}\n" for text in lines[first : line - 1])


def _in_short(around: Surroundings) -> str:
    """What the function refers to, as far as a short prompt can hold it."""
    parts = [*around.constants, around.header, around.constructor, *around.callees[:8]]
    return "\n".join(_first_lines(part, 14) for part in parts if part)


def _first_lines(text: str, limit: int) -> str:
    lines = text.strip("\n").split("\n")
    return "\n".join(lines[:limit] + (["…"] if len(lines) > limit else []))


def _changed_lines(old: bytes, new: bytes) -> str:
    import difflib

    before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
    diff = difflib.unified_diff(before, after, n=0, lineterm="")
    return "\n".join(line for line in diff if not line.startswith(("---", "+++", "@@")))[:800]
