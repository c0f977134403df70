"""The map as text: signatures under the scopes they stand in, as many of the best as fit.

    path/to/file.py: …
    class Basket: …
      def add(self, item, count=1)

`…` after a file or a scope says that it holds more than is shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devagent.journal.tokens import estimate_tokens, token_charge

if TYPE_CHECKING:
    from devagent.code.index.facts import Definition

WIDTH = 88
"""Characters of a signature; a longer one is cut after a parameter."""

_MORE = " …"
_PATIENCE = 40


@dataclass
class Sheet:
    """One file on the map: its definitions, and the places in them of those that are shown."""

    path: str
    definitions: "Sequence[Definition]"
    shown: set[int] = field(default_factory=set)

    def missing(self, place: int) -> list[int]:
        """What is to be added so that a definition is shown under its scopes: itself and those not there yet."""
        needed = []
        while place >= 0 and place not in self.shown:
            needed.append(place)
            place = self.definitions[place].parent
        return needed

    def _standing(self, place: int) -> list[tuple[int, int]]:
        """Where a definition stands: its line after those of its scopes. Attributes are found later than they stand."""
        chain = []
        while place >= 0:
            chain.append((self.definitions[place].start_line, place))
            place = self.definitions[place].parent
        return chain[::-1]

    def lines(self) -> Iterator[str]:
        """The file as it is shown."""
        held: dict[int, int] = {}
        for definition in self.definitions:
            held[definition.parent] = held.get(definition.parent, 0) + 1
        for place in self.shown:
            held[self.definitions[place].parent] -= 1
        yield f"{self.path}:{_MORE if held.get(-1) else ''}"
        for place in sorted(self.shown, key=self._standing):
            yield _line(self.definitions, place) + (f":{_MORE}" if held.get(place) else "")


def fill(ranked: Iterable[tuple[str, int]], facts: "Mapping[str, Sequence[Definition]]", limit: int) -> list[Sheet]:
    """The files with the best definitions that fit in so many tokens, by path.

    Arguments:
        ranked: (path, place of the definition in its file), the best first.
        facts: the definitions of a file, by path.
    """
    sheets: dict[str, Sheet] = {}
    order: list[tuple[str, list[int]]] = []
    left, refused = float(limit), 0
    for path, place in ranked:
        sheet = sheets.get(path) or Sheet(path, facts[path])
        needed = sheet.missing(place) if place < len(sheet.definitions) else []
        if not needed:
            continue
        cost = _cost(sheet, needed)
        if cost > left:
            refused += 1
            if refused > _PATIENCE:
                break
            continue
        left -= cost
        sheet.shown.update(needed)
        sheets[path] = sheet
        order.append((path, needed))
    while estimate_tokens(rendered(sheets.values())) > limit:
        path, needed = order.pop()
        sheets[path].shown.difference_update(needed)
        if not sheets[path].shown:
            del sheets[path]
    return [sheets[path] for path in sorted(sheets)]


def rendered(sheets: Iterable[Sheet]) -> str:
    """The map as text; ends with a newline unless it is empty."""
    return "\n".join("".join(f"{line}\n" for line in sheet.lines()) for sheet in sorted(sheets, key=lambda s: s.path))


def shown_signature(definition: "Definition") -> str:
    """A signature on one line of at most WIDTH characters, cut after a parameter if there is one to cut after."""
    whole = " ".join((definition.signature or definition.name).split())
    text = whole + "…" if whole.endswith(("(", "[", "{")) else whole + _MORE if whole.endswith("=") else whole
    if len(text) <= WIDTH:
        return text
    comma = text.rfind(",", text.find("(") + 1, WIDTH - 4)
    return text[: comma + 1] + _MORE + ")" if comma > 0 else text[: WIDTH - 2] + _MORE


def _line(definitions: "Sequence[Definition]", place: int) -> str:
    depth, parent = 0, definitions[place].parent
    while parent >= 0:
        depth, parent = depth + 1, definitions[parent].parent
    return "  " * depth + shown_signature(definitions[place])


def _cost(sheet: Sheet, needed: Sequence[int]) -> float:
    """What it adds to the charge of the whole at most."""
    lines = "".join(f"{_line(sheet.definitions, place)}\n" for place in needed)
    marks = sum(_MARK for place in needed if len(needed) > 1 and place != needed[0])
    return token_charge(lines) + marks + (0.0 if sheet.shown else token_charge(f"\n{sheet.path}:{_MORE}\n"))


_MARK = token_charge(f":{_MORE}")
