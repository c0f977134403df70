"""Conflicts that stay uncertain: a model sees what each side changed, and chooses among numbered texts.

A small model only chooses, and is asked twice, with the texts in opposite orders: what it takes for its place in the
list alone, it does not take again. A large one is asked once and may write a text of its own; one that is found wanting
goes back to it with the reason.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from devagent.merge.histogram import diff
from devagent.models.gateway import Gateway
from devagent.models.model import Message, ModelRequest, SizeClass
from devagent.models.tokens import estimate_prompt
from devagent.sandbox.output import one_line
from devagent.team.phases import MalformedArtefact, Phase, read_artefact, schema_in_words

PHASE = "conflict"
TRIES = 2
TOKENS: dict[SizeClass, int] = {"small": 1800, "large": 12_000}
"""Most tokens of a prompt: a small model on two cores reads some fifty a second."""
TEXTS: dict[SizeClass, int] = {"small": 4, "large": 8}
"""Most texts to choose from."""
AROUND: dict[SizeClass, int] = {"small": 8, "large": 60}
"""Most lines of the enclosing definition that are shown before a conflict, and after it."""
_HERE = "[the conflict]"
_A_NUMBER = 60
"""Tokens that are enough to say a number in, with what some models put around it."""
_NONE, _WRITTEN = "none", "text"


@dataclass(frozen=True)
class Disputed:
    """A conflict that nobody is sure of: plain text, as the journal keeps it.

    Arguments:
        number: which conflict of the file it is, from 1.
        definition: the head of the function or class that it stands in; empty outside of any.
        before, after: the lines of that around the conflict, or some next to it.
        names: what the sides are called.
        commits: what each side's commits to the file say, the latest first.
        texts: what could stand there, the likeliest first.
    """

    path: str
    number: int
    definition: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    base: str
    ours: str
    theirs: str
    names: tuple[str, str]
    commits: tuple[tuple[str, ...], tuple[str, ...]]
    texts: tuple[str, ...]

    @property
    def place(self) -> str:
        """Its name in the journal."""
        return f"{self.path}:{self.number}"

    def to_json(self) -> dict[str, Any]:
        """It as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Disputed":
        """What `to_json` gave, also after it was in a file."""
        lists = {name: tuple(data[name]) for name in ("before", "after", "names", "texts")}
        ours, theirs = data["commits"]
        return cls(**{**data, **lists, "commits": (tuple(ours), tuple(theirs))})


@dataclass(frozen=True)
class Picked:
    """The text that a model wants in the place of a conflict, why, as it says, and among how many it was to choose."""

    text: str
    why: str = ""
    among: int = 0


Check = Callable[[Disputed, str, bool], str]
"""What is wrong with a text that a model wrote, in words for the model; empty where nothing is.

The flag says that the model insists: what may be so, if it is meant, is no longer told.
"""


class TooLong(ValueError):
    """A conflict with which no prompt stays within bounds."""


@dataclass(frozen=True)
class Chooser:
    """Asks one model about conflicts."""

    gateway: Gateway
    phase: Phase
    check: Check

    async def picked(self, disputed: Disputed) -> Picked | None:
        """What the model wants there; `None` where it is of no mind, or of two.

        Raises `TooLong` before anything is asked, `ModelError`, `OutOfBudget`.
        """
        first, *others = self._orders(disputed)
        picked = await self._asked(disputed, first, 1)
        for turn, order in enumerate(others, 2):
            if picked is None:
                break
            again = await self._asked(disputed, order, turn)
            picked = picked if again and again.text == picked.text else None
        return picked

    def offered(self, disputed: Disputed) -> tuple[str, ...]:
        """The texts that this model is to choose from."""
        return disputed.texts[: TEXTS[self.gateway.card.size]]

    def _orders(self, disputed: Disputed) -> list[list[int]]:
        order = list(range(len(self.offered(disputed))))
        return [order, order[::-1]] if self._is_small else [order]

    @property
    def _is_small(self) -> bool:
        return self.gateway.card.size == "small"

    async def _asked(self, disputed: Disputed, order: Sequence[int], turn: int) -> Picked | None:
        request = self._request(disputed, order)
        schema = self._schema(len(order))
        refused = ""
        for attempt in range(1, TRIES + 1):
            place = f"conflict/{disputed.place}/{turn}.{attempt}"
            reply = await self.gateway.ask(place, request, role=self.phase.by.name, phase=self.phase.name)
            try:
                picked = _read(reply.text, disputed, order, schema)
                if picked is None or picked.text in disputed.texts:
                    return picked
                if not (wrong := self.check(disputed, picked.text, picked.text == refused)):
                    return picked
                refused = picked.text
                raise MalformedArtefact(wrong)
            except MalformedArtefact as problem:
                again = [Message("assistant", reply.text), Message("user", f"{problem} Try once more.")]
                request = ModelRequest([*request.messages, *again], request.max_tokens, schema=request.schema)
        return None

    def _request(self, disputed: Disputed, order: Sequence[int]) -> ModelRequest:
        """The prompt with as much of what is around the conflict as it can hold."""
        size = self.gateway.card.size
        for around in (AROUND[size], 0):
            request = self._prompt(disputed, order, around)
            if estimate_prompt(request) <= TOKENS[size] and self.gateway.fits(request):
                return request
        raise TooLong(disputed.place)

    def _prompt(self, disputed: Disputed, order: Sequence[int], around: int) -> ModelRequest:
        schema = self._schema(len(order))
        before = disputed.before[max(0, len(disputed.before) - around) :]
        lines = [*before, _HERE, *disputed.after[:around]] if around else []
        text = self.phase.prompt(
            {
                "path": disputed.path,
                "definition": disputed.definition,
                "around": "\n".join(lines),
                "ours": _told(disputed, 0),
                "theirs": _told(disputed, 1),
                "texts": "\n".join(f"{n}:\n{_shown(disputed.texts[at])}" for n, at in enumerate(order, 1)),
                "writes": not self._is_small,
            }
        )
        has_schema = self.gateway.card.schema
        if not has_schema:
            text += "\n" + schema_in_words(schema)
        messages = [Message("system", self.phase.system or self.phase.by.system), Message("user", text)]
        most = min(self.phase.max_tokens, _A_NUMBER) if self._is_small else self.phase.max_tokens
        return ModelRequest(messages, most, schema=schema if has_schema else None)

    def _schema(self, count: int) -> dict[str, Any]:
        """The schema of the phase with the numbers there are; a small model says nothing but one of them."""
        schema = copy.deepcopy(dict(self.phase.schema))
        choices = [*map(str, range(1, count + 1)), _NONE]
        if self._is_small:
            schema["properties"] = {"choice": schema["properties"]["choice"]}
            schema["required"] = ["choice"]
            schema["properties"]["choice"].pop("description", None)
        else:
            choices.append(_WRITTEN)
        schema["properties"]["choice"]["enum"] = choices
        return schema


def _read(answer: str, disputed: Disputed, order: Sequence[int], schema: dict[str, Any]) -> Picked | None:
    said = read_artefact(answer, schema)
    choice, why = str(said["choice"]), one_line(str(said.get("why", "")))
    if choice == _NONE:
        return None
    if choice == _WRITTEN:
        text = str(said["text"])
        if "\0" in text or text != text.encode(errors="replace").decode():
            raise MalformedArtefact("The text holds characters that cannot stand in a file.")
        return Picked(ended(text, disputed), why, len(order))
    return Picked(disputed.texts[order[int(choice) - 1]], why, len(order))


def change(base: str, side: str) -> str:
    """What a side made of the base, as a diff with all its lines."""
    old, new = _lines(base), _lines(side)
    shown, at = list[str](), 0
    for start, end, new_start, new_end in diff(old, new):
        shown += [f" {line}" for line in old[at:start]]
        shown += [f"-{line}" for line in old[start:end]] + [f"+{line}" for line in new[new_start:new_end]]
        at = end
    return "\n".join([*shown, *(f" {line}" for line in old[at:])])


def ended(text: str, disputed: Disputed) -> str:
    """What a model wrote, ended as the sides end: a model leaves the last newline out, or puts one too many."""
    text = text.rstrip("\n")
    whole = [side for side in (disputed.ours, disputed.theirs) if side]
    open_ended = whole and not any(side.endswith("\n") for side in whole)
    return text if open_ended or not text else text + "\n"


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _told(disputed: Disputed, side: int) -> str:
    commits = "".join(f"commit: {subject}\n" for subject in disputed.commits[side])
    text = change(disputed.base, (disputed.ours, disputed.theirs)[side])
    return f"branch: {disputed.names[side]}\n{commits}{text}"


def _shown(text: str) -> str:
    return text.rstrip("\n") or "(no line at all)"
