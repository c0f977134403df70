"""The one place where a prompt's share of the repository is chosen: parts, their shorter forms, and a token budget.

A part stands in a prompt whole, or in a shorter form that has a name, or it is left out; what is left out is told in
the prompt, and everything with its reason in the journal. The same parts and budget always give the same choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from devagent.journal.tokens import estimate_tokens

WHOLE = "whole"
EVENT = "context.assembled"
"""The kind of the journal's events that tell what was chosen for a prompt."""

_JOINT, _TOLD = 2, 60
_NAMED = 6


class Form(NamedTuple):
    """A part as it may stand in a prompt. `name` says how much of it that is: "whole", "signature", "headings" …"""

    name: str
    text: str


@dataclass(frozen=True)
class Part:
    """Something that may help with a phase.

    `section` is where in the prompt it stands, `name` what it is called there and in the journal, `why` what it was
    chosen for. `forms` are its texts, the fullest first. Parts of a lower `rank` are placed first.
    """

    section: str
    name: str
    why: str
    forms: tuple[Form, ...]
    rank: int = 0


class Placed(NamedTuple):
    """A part in the form in which it was placed, and the estimated tokens of that."""

    part: Part
    form: Form
    tokens: int


@dataclass(frozen=True)
class Assembled:
    """What was chosen, in the order in which the parts were given. `limit` is in tokens."""

    limit: int
    placed: tuple[Placed, ...] = ()
    left_out: tuple[Part, ...] = ()

    @property
    def tokens(self) -> int:
        """The estimated tokens of all that was placed."""
        return sum(placed.tokens for placed in self.placed)

    def text(self, section: str, between: str = "\n\n") -> str:
        """A section of the prompt: its parts, and last a line on what there was no room for."""
        texts = [placed.form.text for placed in self.placed if placed.part.section == section]
        return between.join([*texts, *self._told(section)])

    def to_json(self) -> dict[str, Any]:
        """The choice as plain data, for the journal."""
        return {
            "limit": self.limit,
            "tokens": self.tokens,
            "parts": [
                {"section": p.section, "name": p.name, "form": form.name, "tokens": tokens, "why": p.why}
                for p, form, tokens in self.placed
            ],
            "left_out": [
                {"section": p.section, "name": p.name, "tokens": estimate_tokens(p.forms[0].text), "why": p.why}
                for p in self.left_out
            ],
        }

    def _told(self, section: str) -> list[str]:
        names = [part.name for part in self.left_out if part.section == section]
        if not names:
            return []
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return [f"(left out for want of room: {', '.join(names[:_NAMED])}{more})"]


def assemble(parts: Sequence[Part], limit: int) -> Assembled:
    """What of the parts fits into `limit` estimated tokens: each in its fullest form that does, low ranks first."""
    fullest = sum(_cost(part.forms[0]) for part in parts)
    # Room for the lines that say what was left out.
    rest = limit if fullest <= limit else limit - _TOLD
    chosen: dict[int, Placed] = {}
    for number in sorted(range(len(parts)), key=lambda n: (parts[n].rank, n)):
        part = parts[number]
        fitting = next((form for form in part.forms if _cost(form) <= rest), None)
        if fitting is not None:
            chosen[number] = Placed(part, fitting, _cost(fitting))
            rest -= _cost(fitting)
    placed = tuple(chosen[number] for number in sorted(chosen))
    return Assembled(limit, placed, tuple(part for number, part in enumerate(parts) if number not in chosen))


def given(section: str, name: str, why: str, text: str, form: str = WHOLE) -> Placed:
    """Something that stands in a prompt whatever its length, because nothing makes sense without it."""
    only = Form(form, text)
    return Placed(Part(section, name, why, (only,)), only, estimate_tokens(text))


def _cost(form: Form) -> int:
    return estimate_tokens(form.text) + _JOINT
