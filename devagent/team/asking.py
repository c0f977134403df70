"""What a small model is asked about one function, and how its answer becomes the new content of the file.

The answer is begun for the model (its code fence, perhaps the signature) and ends with the fence, so that it writes
code and nothing else: on two cores every word counts.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from devagent.code.constants import replace_constant
from devagent.code.context.excerpts import first_lines
from devagent.code.context.parts import WHOLE as IN_FULL
from devagent.code.context.parts import Assembled, Placed, assemble, given
from devagent.code.context.surroundings import SECTION, in_short, surroundings
from devagent.code.edits.answer import apply_answer, has_marks
from devagent.code.edits.apply import replace_lines
from devagent.code.edits.fences import code_blocks, source_for
from devagent.code.edits.whole_symbol import replace_symbol
from devagent.code.errors import CannotParse, EditError
from devagent.code.language import language_for
from devagent.code.symbol import Symbol, definitions, symbols
from devagent.code.textfile import indentation
from devagent.models.model import Message, ModelReply, ModelRequest
from devagent.sandbox.coverage import Coverage
from devagent.sandbox.results import TestResult
from devagent.team.phases import Phase

MAX_TEST_LINES = 40
MAX_FAILURE_LINES = 8
MAX_MISTAKE = 800
"""Characters of a change that was tried."""

AROUND_TOKENS = 1_000
"""Most tokens of what a function refers to: a small model on two cores reads some fifty a second."""

MAX_LINE_TOKENS = 120
FENCE = "```"

WHOLE = "Fix the bug. Write the complete corrected function `{short}` in one code block."
REWORK = "Do what the user says, and nothing else. Write the complete new function `{short}` in one code block."
RESTATE = "Do what the user says, and nothing else. Write the complete new statement for `{short}` in one code block."
LINE = (
    "Look closely at this line of `{short}`:\n```{language}\n{line}\n```\n"
    "It is wrong. Write only the corrected line, in one code block."
)


@dataclass(frozen=True)
class Subject:
    """A function under suspicion as it stands in `files`, and the failing test to show with it.

    `test_source` is the test's code (or the task in words), `failure` its assertion.
    """

    symbol: Symbol
    files: Mapping[str, bytes]
    test_source: str
    failure: str
    coverage: Coverage | None = None
    test_path: str = ""

    @property
    def content(self) -> bytes:
        """The file the function is in."""
        return self.files[self.symbol.path]

    @property
    def language(self) -> str:
        """The name of its language."""
        language = language_for(self.symbol.path)
        return language.name if language else ""

    @property
    def comment(self) -> str:
        """The comment that stands right above the function: in many languages it says what is right."""
        lines = self.content.decode(errors="replace").splitlines()
        first = last = self.symbol.start_line - 1
        while first > 0 and lines[first - 1].strip().startswith(("//", "/*", "*", "#")):
            first -= 1
        return "".join(f"{text}\n" for text in lines[first:last])

    @property
    def calls(self) -> str:
        """What the failing tests called the function with, and what it gave."""
        if self.coverage is None:
            return ""
        symbol = self.symbol
        seen = [c for c in self.coverage.calls if c.path == symbol.path and c.function.endswith(symbol.short)]
        telling = [c for c in seen if c.arguments not in ("", "self")]
        return "\n".join(f"{c.function}({c.arguments}) -> {c.result}" for c in telling[:3])

    @cached_property
    def context(self) -> Assembled:
        """What the function refers to, as far as there is room for it."""
        return assemble(list(in_short(surroundings(self.files, self.symbol))), AROUND_TOKENS)

    @property
    def around(self) -> str:
        """What the function refers to, in short: constants, its class and constructor, signatures of what it calls."""
        return self.context.text(SECTION, "\n")

    @property
    def given(self) -> list[Placed]:
        """What every question about the function shows: the function itself, the test, and what that says."""
        name = f"{self.symbol.path}: {self.symbol.name}"
        shown = (
            ("function", name, "it is asked about", self.comment + self.symbol.text(self.content)),
            ("test_source", self.test_path or "the task", "it fails because of it", self.test_source),
            ("failure", "what the test says", "it shows the fault", self.failure),
        )
        return [given(*it, form="first lines" if _is_cut(it[3]) else IN_FULL) for it in shown if it[3]]


@dataclass(frozen=True)
class Question:
    """One thing to ask, ready to be sent. `begun` is what the answer begins with, empty where it may not be begun.

    `hint` is what it says beside the function and its test; `surrounded` is whether it shows what the function refers
    to.
    """

    subject: Subject
    request: ModelRequest
    begun: str = ""
    line: int = 0
    hint: str = ""
    surrounded: bool = False

    @property
    def context(self) -> Assembled:
        """What of the repository was chosen for it."""
        return self.subject.context if self.surrounded else Assembled(AROUND_TOKENS)

    @property
    def given(self) -> list[Placed]:
        """What it shows whatever the room."""
        told = given("hint", "what was said and tried before", "it is not to be done again", self.hint)
        return [*self.subject.given, *([told] if self.hint else [])]

    def content(self, reply: ModelReply) -> bytes:
        """The file with the answer in it. Raises `EditError` for an answer that cannot be used."""
        answer = self.begun + reply.text
        if self.begun and reply.finish != "length" and answer.count(FENCE) % 2:
            answer = f"{answer.rstrip()}\n{FENCE}\n"
        if self.subject.symbol.kind == "constant":
            return self._with_constant(answer)
        return self._with_line(answer) if self.line else self._with_function(answer)

    def _with_constant(self, answer: str) -> bytes:
        symbol, blocks = self.subject.symbol, code_blocks(answer)
        if not blocks or blocks[-1].truncated:
            raise EditError("the answer holds no complete statement")
        return replace_constant(self.subject.content, symbol.path, symbol.name, blocks[-1].text)

    def _with_function(self, answer: str) -> bytes:
        symbol = self.subject.symbol
        if has_marks(answer):
            return self._with_marks(answer)
        block = source_for(answer, symbol.path, symbol.name)
        if block is None or block.truncated:
            raise EditError("the answer holds no complete function")
        return replace_symbol(self.subject.content, symbol.path, symbol.name, block.text, line=symbol.start_line)

    def _with_marks(self, answer: str) -> bytes:
        """The file with a diff or blocks in it, which no one asked for and some models write all the same."""
        path = self.subject.symbol.path
        changes = apply_answer(answer, {path: self.subject.content}, path=path).changes
        content = changes.get(path)
        if content is None or len(changes) > 1:
            raise EditError("the answer changes other files", hint=f"Change {path} alone")
        return content

    def _with_line(self, answer: str) -> bytes:
        blocks, symbol = code_blocks(answer), self.subject.symbol
        if any(s.short == symbol.short for b in blocks for s in symbols(symbol.path, b.text.encode())):
            return self._with_function(answer)
        text = textwrap.dedent(blocks[0].text if blocks else "").strip("\n")
        if not text.strip() or text.count("\n") > 8:
            raise EditError("the answer is not a line")
        indent = indentation(self.subject.content.decode(errors="replace").splitlines()[self.line - 1])
        return replace_lines(self.subject.content, self.line, self.line, textwrap.indent(text, indent))


Begin = Literal["nothing", "fence", "diagnosis", "signature"]
DIAGNOSIS = "The bug is that"


def whole_function(
    subject: Subject, phase: Phase, *, hint: str, temperature: float, seed: int, begin: Begin, wish: str = WHOLE
) -> Question:
    """Ask for the complete function. `begin` says how much of the answer is given, `wish` what is to be done to it."""
    symbol = subject.symbol
    given = {"nothing": "", "diagnosis": DIAGNOSIS, "fence": f"{FENCE}{subject.language}\n"}
    begun = given[begin] if begin in given else f"{FENCE}{subject.language}\n{head(subject)}"
    limit = _longest(subject, phase)
    closing = hint + wish.format(short=symbol.short)
    request = _request(subject, phase, closing, begun, temperature=temperature, seed=seed, max_tokens=limit)
    return Question(subject, request, begun, hint=hint, surrounded=SECTION in phase.template.names)


def rewrite(subject: Subject, phase: Phase, *, hint: str, begin: bool) -> Question:
    """Ask for the complete function with a prompt that is read quickly. `begin` says whether the answer is begun."""
    begun = f"{FENCE}{subject.language}\n" if begin else ""
    limit = _longest(subject, phase)
    request = _request(subject, phase, hint, begun, temperature=0.0, seed=0, max_tokens=limit)
    return Question(subject, request, begun, hint=hint, surrounded=SECTION in phase.template.names)


def one_line(subject: Subject, phase: Phase, number: int, *, seed: int, begin: Begin) -> Question:
    """Ask for one line of the function."""
    line = subject.content.decode(errors="replace").splitlines()[number - 1].strip()
    begun = "" if begin == "nothing" else f"{FENCE}{subject.language}\n"
    closing = LINE.format(short=subject.symbol.short, language=subject.language, line=line)
    request = _request(subject, phase, closing, begun, temperature=0.2, seed=seed, max_tokens=MAX_LINE_TOKENS)
    return Question(subject, request, begun, number, surrounded=SECTION in phase.template.names)


def head(subject: Subject) -> str:
    """A function up to where its body begins, without its indentation.

    The docstring is left to the model: it copies it fast, and it then knows better what it is writing.
    """
    language = language_for(subject.symbol.path)
    assert language is not None
    try:
        found = definitions(subject.symbol.path, subject.content, language)
    except CannotParse:
        return ""
    this = next((d for d in found if d.symbol == subject.symbol), None)
    if this is None:
        return ""
    end = this.body.start_byte if language.indented else this.body.start_byte + 1
    start = subject.content.rfind(b"\n", 0, subject.symbol.start_byte) + 1
    text = textwrap.dedent(subject.content[start:end].decode(errors="replace"))
    return text.rstrip() + "\n"


def said(feedback: str) -> str:
    """What the user says, as a part of a question."""
    return f"The user says:\n{FENCE}\n{feedback}\n{FENCE}\n"


def mistake(old: bytes, new: bytes, test: TestResult) -> str:
    """What was tried and failed this test, as a part of a question."""
    import difflib

    before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
    diff = difflib.unified_diff(before, after, n=0, lineterm="")
    changed = _shortened([line for line in diff if not line.startswith(("---", "+++", "@@"))])
    gives = first_lines(test.message, 4)
    return (
        f"This was tried and is wrong:\n{FENCE}\n{changed}\n{FENCE}\nIt gives:\n{FENCE}\n{gives}\n{FENCE}\n"
        "Do something else.\n"
    )


def tests_in_short(test: TestResult, source: str) -> tuple[str, str]:
    """The source of a test and what it says, as far as a short prompt can hold them."""
    said, _, rest = test.message.partition("Full diff:")
    return first_lines(source, MAX_TEST_LINES), first_lines(said.rstrip(), MAX_FAILURE_LINES, rest.count("\n"))


def _shortened(lines: list[str]) -> str:
    """The first lines, as many as a short prompt can hold, and how many more there are."""
    length, shown = 0, 0
    for line in lines:
        length += len(line) + 1
        shown += length <= MAX_MISTAKE
    return first_lines("\n".join(lines), max(shown, 1))


def _is_cut(text: str) -> bool:
    return re.search(r"^… \d+ more lines?$", text[-40:], re.MULTILINE) is not None


def _longest(subject: Subject, phase: Phase) -> int:
    """Tokens that a rewritten function may take, with something said about it."""
    return min(phase.max_tokens, len(subject.symbol.text(subject.content)) // 2 + 250)


def _request(
    subject: Subject, phase: Phase, closing: str, begun: str, *, temperature: float, seed: int, max_tokens: int
) -> ModelRequest:
    messages = [Message("system", phase.system or phase.by.system), Message("user", _shared(subject, phase) + closing)]
    if begun:
        messages.append(Message("assistant", begun))
    stops = {"": (), DIAGNOSIS: (f"\n{FENCE}\n",)}
    stop = stops.get(begun, (FENCE,))
    return ModelRequest(messages, max_tokens=max_tokens, temperature=temperature, seed=seed, stop=stop)


def _shared(subject: Subject, phase: Phase) -> str:
    """The part of the prompt that all questions about a function share, so that the server reads it once."""
    symbol, uses = subject.symbol, phase.template.names
    return phase.prompt(
        {
            "language": subject.language,
            "test_source": subject.test_source,
            "failure": subject.failure,
            "calls": subject.calls,
            "kind": "statement" if symbol.kind == "constant" else "function",
            "name": symbol.name,
            "path": symbol.path,
            "surroundings": subject.around if SECTION in uses else "",
            "function": subject.comment + symbol.text(subject.content),
        }
    )
