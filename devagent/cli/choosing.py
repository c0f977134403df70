"""`devagent resolve --interactive`: the conflicts one by one, each with its alternatives, like `git add -p`."""

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from devagent.cli.editor import edit
from devagent.errors import UsageError
from devagent.merge.decision import Confidence
from devagent.merge.markers import Style, has_markers, render
from devagent.merge.versions import Labels, Lines, split_lines
from devagent.report.asking import typed_line_now
from devagent.report.resolving import console_on_stdout, file_lines, headline, offered_lines, sides, who_is_who
from devagent.report.shown import shown
from devagent.workflows.conflicts.resolution import FileResolution, Hunk, Outcome, Resolution, chosen_by_user
from devagent.workflows.conflicts.settling import labels_of

if TYPE_CHECKING:
    from devagent.repo.git import Repository

_HELP = """\
  NUMBER  take that alternative        Enter  take the first, where one is sure enough
  e       write it in your editor      s      leave this one as it is
  u       take back the last answer    q      leave this one and all that follow
"""
_WORTH_READING = 0.02
_MOST_RANKED = 4
"""Each is shown whole, and a person has to read it: the sides and their orders are there besides."""


@dataclass(frozen=True)
class Offer:
    """One text that could be put in the place of a conflict."""

    lines: Lines
    how: str
    why: str = ""
    probability: float = 0.0


@dataclass(frozen=True)
class _Question:
    """What is asked next: one conflict of a file, or, where `region` is `None`, the file as a whole."""

    file: int
    region: int | None


def choose(repo: "Repository", result: Resolution) -> Resolution:
    """Ask about every conflict that is not certain; gives the files with what was chosen.

    Raises `UsageError` where there is nobody to ask.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise UsageError("--interactive asks a person, and nobody is here")
    return _Conversation(repo, result).held() if result.files else result


def offers(hunk: Hunk) -> tuple[Offer, ...]:
    """What could be put in the place of a conflict, the likeliest first, no text twice."""
    conflict, decision = hunk.conflict, hunk.decision
    found = []
    if decision:
        found.append(Offer(decision.lines, decision.how, decision.why, decision.probability))
        worth = [other for other in decision.alternatives if other.probability >= _WORTH_READING][:_MOST_RANKED]
        found += [Offer(other.lines, other.how, other.why, other.probability) for other in worth]
    found += [
        Offer(conflict.ours, "ours"),
        Offer(conflict.theirs, "theirs"),
        Offer(_one_after_the_other(conflict.ours, conflict.theirs), "ours, then theirs"),
        Offer(_one_after_the_other(conflict.theirs, conflict.ours), "theirs, then ours"),
        Offer(conflict.base, "what was there before" if conflict.base else "neither"),
    ]
    unique: dict[Lines, Offer] = {}
    for offer in found:
        unique.setdefault(offer.lines, offer)
    return tuple(unique.values())


class _Conversation:
    """The questions, the answers so far, and every state before each answer, so that it can be taken back."""

    def __init__(self, repo: "Repository", result: Resolution) -> None:
        self.repo, self.result = repo, result
        self.console = console_on_stdout()
        self.files = [_only_certain(file) for file in result.files]
        self.questions = [question for n, file in enumerate(self.files) for question in _questions(n, file)]
        self.before: list[tuple[int, list[FileResolution]]] = []

    def held(self) -> Resolution:
        """Ask everything."""
        self.console.print(shown(headline(self.result)), style="bold")
        if self.result.state and (told := who_is_who(self.result.state)):
            self.console.print(shown(told), soft_wrap=True)
        at = 0
        while 0 <= at < len(self.questions):
            question = self.questions[at]
            self._show(question, at)
            at = self._answered(question, at)
        return replace(self.result, files=tuple(self.files))

    def _show(self, question: _Question, at: int) -> None:
        file = self.files[question.file]
        self.console.print()
        if question.region is None:
            for line in file_lines(file, self.result.state, choices=False):
                self.console.print(line, soft_wrap=True)
            for line in offered_lines([(c.what, "", 0.0, None) for c in file.choices]):
                self.console.print(line, soft_wrap=True)
            return
        hunk = _hunk(file, question.region)
        title = f"{file.path}, conflict {hunk.number} of {len(file.hunks)} ({at + 1} of {len(self.questions)} in all)"
        self.console.print(shown(title), style="bold", soft_wrap=True)
        for line in sides(hunk):
            self.console.print(line, soft_wrap=True)
        for line in offered_lines((offer.how, offer.why, offer.probability, offer.lines) for offer in offers(hunk)):
            self.console.print(line, soft_wrap=True)

    def _answered(self, question: _Question, at: int) -> int:
        """Ask until an answer makes sense; gives which question comes next."""
        while True:
            print(f"Which? [number, e, s, u, q, ?{'; Enter for 1' if self._has_first(question) else ''}] ", end="")
            sys.stdout.flush()
            line = typed_line_now()
            word = line.strip().lower()
            if not line or word == "q":
                print()
                return len(self.questions)
            if word == "s":
                self.before.append((at, list(self.files)))
                return at + 1
            if word == "u":
                if self.before:
                    at, self.files = self.before.pop()
                    return at
                print("There is nothing to take back.")
                continue
            settled = self._settled(question, word)
            if settled is not None:
                self.before.append((at, list(self.files)))
                self.files[question.file] = settled
                return at + 1

    def _settled(self, question: _Question, word: str) -> FileResolution | None:
        """The file as this answer settles it; `None` where it says nothing."""
        file = self.files[question.file]
        if question.region is None:
            number = _number(word, len(file.choices))
            if number is None:
                _tell_help(word)
                return None
            return file.with_choice(file.choices[number])
        hunk = _hunk(file, question.region)
        if word == "e":
            return self._edited(file, hunk)
        listed = offers(hunk)
        if not word and self._has_first(question):
            word = "1"
        number = _number(word, len(listed))
        if number is None:
            _tell_help(word)
            return None
        offer = listed[number]
        return file.settled(hunk, chosen_by_user(hunk.conflict, offer.lines, offer.how))

    def _has_first(self, question: _Question) -> bool:
        """Whether the first alternative is sure enough to be taken by mere Enter."""
        if question.region is None:
            return False
        decision = _hunk(self.files[question.file], question.region).decision
        return decision is not None and decision.confidence is not Confidence.UNSURE

    def _edited(self, file: FileResolution, hunk: Hunk) -> FileResolution | None:
        """The file with a conflict as the user's editor leaves it."""
        text = render((hunk.conflict,), _labels(self.result), style=Style.DIFF3, size=file.marker_size)
        with tempfile.TemporaryDirectory() as folder:
            # With the file's own name, so that the editor knows its language.
            path = Path(folder) / Path(file.path).name
            path.write_bytes(text)
            edit(self.repo, path)
            written = path.read_bytes()
        if written and not written.endswith(b"\n"):
            written += b"\n"
        if has_markers(written):
            print("There are still conflict markers in it: nothing was taken.")
            return None
        return file.settled(hunk, chosen_by_user(hunk.conflict, split_lines(written), "written in your editor"))


def _tell_help(word: str) -> None:
    print(_HELP if word in ("?", "h", "") else f"{word!r} is none of these.\n{_HELP}", end="")


def _only_certain(file: FileResolution) -> FileResolution:
    """The file with every conflict opened again that a person is to be asked about."""
    for hunk in file.hunks:
        if hunk.settled and hunk.decision and hunk.decision.confidence is not Confidence.CERTAIN:
            file = file.opened(hunk)
    return file


def _questions(number: int, file: FileResolution) -> Iterator[_Question]:
    if file.outcome is Outcome.EDITED:
        return
    if file.choices:
        yield _Question(number, None)
    for hunk in file.hunks:
        if not hunk.settled:
            yield _Question(number, hunk.region)


def _hunk(file: FileResolution, region: int) -> Hunk:
    return next(hunk for hunk in file.hunks if hunk.region == region)


def _number(word: str, most: int) -> int | None:
    return int(word) - 1 if word.isdecimal() and 1 <= int(word) <= most else None


def _one_after_the_other(first: Lines, second: Lines) -> Lines:
    """Two texts, with a newline between them where the first has none at its end."""
    if first and second and not first[-1].endswith(b"\n"):
        first = (*first[:-1], first[-1] + b"\n")
    return first + second


def _labels(result: Resolution) -> Labels:
    return labels_of(result.state) if result.state else Labels()
