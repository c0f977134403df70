"""A repository in so many tokens: the definitions that matter for a focus, as signatures under their scopes.

What matters: what the focus names or what answers to its words (BM25-like, over names, paths and the names that are
used), what is near that in the symbol graph (personalised PageRank by local push), what changed lately, and, behind all
that, what is used much (PageRank) and holds much. The same tree and focus always give the same map.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from devagent.code.map.focus import meaning
from devagent.code.map.ranking import Ranking
from devagent.code.map.rendering import Sheet, fill, rendered, shown_signature
from devagent.code.map.survey import read_atlas
from devagent.journal.tokens import estimate_tokens

if TYPE_CHECKING:
    from devagent.code.index.facts import Definition, SymbolIndex


@dataclass(frozen=True)
class Request:
    """What map is asked for.

    Arguments:
        tokens: how many it may have.
        focuses: files, definitions or texts it is about.
        within: a file or folder beyond which nothing is shown, from the top; "" for all.
        folder: where the user stands, from the top: paths among the focuses may start there.
        recent: files that changed lately, as (path, how many commits ago, -1 for what is not committed); a file may
            stand there several times.
    """

    tokens: int = 4096
    focuses: tuple[str, ...] = ()
    within: str = ""
    folder: str = ""
    recent: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Entry:
    """A definition on the map. Lines are 1-based, `end_line` is inclusive; `rank` compares within one map."""

    name: str
    kind: str
    line: int
    end_line: int
    signature: str
    rank: float
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class MappedFile:
    """A file on the map: the definitions that are shown, in source order, and the best of their ranks."""

    path: str
    rank: float
    definitions: tuple[Entry, ...]


@dataclass(frozen=True)
class RepositoryMap:
    """The map: as text, with its estimated tokens, and what is on it.

    `all_files` and `all_definitions` count what there is in all; `unknown` are the focuses that point at nothing;
    `not_sure` are the places that could not be read, or not whole.
    """

    text: str
    tokens: int
    limit: int
    files: tuple[MappedFile, ...]
    all_files: int
    all_definitions: int
    unknown: tuple[str, ...] = ()
    not_sure: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The map as plain data."""
        return asdict(self)


def draw_map(index: "SymbolIndex", request: Request) -> RepositoryMap:
    """The map of a tree as of the index's last refresh."""
    atlas = read_atlas(index)
    asked = meaning(atlas, request.focuses, request.folder)
    ranking = Ranking(atlas, index, asked, request.recent, request.within)
    sheets = fill(ranking.order(), _Definitions(index), request.tokens)
    text = rendered(sheets)
    return RepositoryMap(
        text=text,
        tokens=estimate_tokens(text),
        limit=request.tokens,
        files=tuple(_file(ranking, sheet) for sheet in sheets),
        all_files=len(atlas.paths),
        all_definitions=len(atlas.weights),
        unknown=tuple(asked.unknown),
    )


class _Definitions(dict[str, "Sequence[Definition]"]):
    """The definitions of files, read when they are asked for."""

    def __init__(self, index: "SymbolIndex") -> None:
        super().__init__()
        self._index = index

    def __missing__(self, path: str) -> "Sequence[Definition]":
        facts = self._index.facts(path)
        self[path] = definitions = facts.definitions if facts is not None else ()
        return definitions


def _file(ranking: Ranking, sheet: Sheet) -> MappedFile:
    entries = tuple(_entry(ranking, sheet, place) for place in sorted(sheet.shown))
    return MappedFile(sheet.path, max(entry.rank for entry in entries), entries)


def _entry(ranking: Ranking, sheet: Sheet, place: int) -> Entry:
    definition = sheet.definitions[place]
    rank, why = ranking.told(sheet.path, place)
    return Entry(
        name=definition.qualified,
        kind=definition.kind,
        line=definition.start_line,
        end_line=definition.end_line,
        signature=shown_signature(definition),
        rank=rank,
        why=why,
    )
