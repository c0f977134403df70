"""What to show of the code: numbered excerpts, outlines, and what a function needs around it to be understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devagent.code.callgraph import CallGraph
from devagent.code.errors import CannotParse
from devagent.code.language import Language, language_for, matches, parse, text_of
from devagent.code.narrow import narrowed
from devagent.code.symbol import Symbol, identifiers_in, symbols
from devagent.code.textfile import lines_of, read_text

_MAX_LINE = 400
_MAX_SEARCHED = 1_000_000
_CONSTRUCTORS = ("__init__", "__post_init__", "constructor")


@dataclass(frozen=True)
class Surroundings:
    """What a function refers to, as source: each entry is a statement or a signature, in order of first mention.

    `header` and `constructor` belong to the class of a method; `callees` are one line each, with their file if it is
    another one.
    """

    imports: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    header: str = ""
    constructor: str = ""
    siblings: tuple[str, ...] = ()
    callees: tuple[str, ...] = ()


def excerpt(content: bytes, start: int, end: int) -> str:
    """Lines `start` to `end` (1-based, inclusive, cut to what there is), each with its number before it."""
    lines = lines_of(read_text(content)[0])
    first, last = max(start, 1), min(end, len(lines))
    width = len(str(last))
    return "\n".join(f"{number:>{width}} {_clean(lines[number - 1])}" for number in range(first, last + 1))


def outline(path: str, content: bytes) -> str:
    """The signatures of a file with their first lines, indented by scope; empty when it defines nothing."""
    found = symbols(path, content)
    width = len(str(found[-1].start_line)) if found else 0
    depths = {s.name: s.name.count(".") for s in found}
    return "\n".join(f"{s.start_line:>{width}} {'  ' * depths[s.name]}{s.signature}" for s in found)


def surroundings(files: Mapping[str, bytes], symbol: Symbol) -> Surroundings:
    """What the function `symbol` refers to in its file, its class and the rest of the repository."""
    content, language = files[symbol.path], language_for(symbol.path)
    names = set(identifiers_in(symbol, content)) - {symbol.short}
    own = symbols(symbol.path, content)
    owner = next((s for s in own if s.kind == "class" and s.name == symbol.owner), None)
    members = [s for s in own if owner is not None and s.owner == owner.name and s.name != symbol.name]
    constructor = next((s for s in members if s.short in _CONSTRUCTORS), None)
    return Surroundings(
        imports=_statements(content, language, "imports", "import", "bound", names),
        constants=_constants(content, language, names, symbol),
        header=owner.signature if owner else "",
        constructor=constructor.text(content) if constructor else "",
        siblings=tuple(s.signature for s in members if s is not constructor),
        callees=_callees(files, symbol, members),
    )


def _callees(files: Mapping[str, bytes], symbol: Symbol, members: Sequence[Symbol]) -> tuple[str, ...]:
    names = [name.lower() for name in identifiers_in(symbol, files[symbol.path])]
    sources = {path: content for path, content in files.items() if language_for(path) is not None}
    paths = sorted(narrowed(sources, {symbol.path}, names, _MAX_SEARCHED))
    everything = [s for path in paths for s in symbols(path, files[path]) if s.kind != "class"]
    found = [s for s in CallGraph(files, everything).callees(symbol) if s not in members and s.owner != symbol.name]
    return tuple(s.signature + (f"  [{s.path}]" if s.path != symbol.path else "") for s in found)


def _constants(content: bytes, language: Language | None, names: set[str], symbol: Symbol) -> tuple[str, ...]:
    """The module-level assignments that a function mentions; not those that are functions or imports themselves."""
    imported = set(_statements(content, language, "imports", "import", "bound", names))
    functions = {s.text(content) for s in symbols(symbol.path, content)}
    found = _statements(content, language, "constants", "constant", "name", names)
    return tuple(text for text in found if text not in imported and text not in functions)


def _statements(
    content: bytes, language: Language | None, query: str, whole: str, name: str, names: set[str]
) -> tuple[str, ...]:
    """The statements that a query finds and that give one of these names, in source order."""
    if language is None:
        return ()
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return ()
    found = [
        text_of(match[whole][0])
        for match in matches(root, language, query)
        if names & {text_of(node) for node in match.get(name, ())}
    ]
    return tuple(dict.fromkeys(found))


def _clean(line: str) -> str:
    text = line.rstrip("\r\n")
    return text if len(text) <= _MAX_LINE else text[:_MAX_LINE] + " …"
