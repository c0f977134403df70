"""What a function needs around it to be understood: imports, constants, its class, what it calls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from devagent.code.context.excerpts import first_lines
from devagent.code.context.neighbours import called
from devagent.code.context.parts import WHOLE, Form, Part
from devagent.code.errors import CannotParse
from devagent.code.language import Language, language_for, matches, parse, text_of
from devagent.code.symbol import Symbol, identifiers_in, symbols

SECTION = "surroundings"
MOST_LINES, MOST_CALLEES = 14, 8
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


def in_short(around: Surroundings) -> Iterator[Part]:
    """What a model has to see of them: constants, the head of the class and its constructor, what is called."""
    yield from (_part(text, "it mentions this", MOST_LINES) for text in around.constants)
    yield from (_part(text, "its class", MOST_LINES) for text in (around.header, around.constructor) if text)
    yield from (_part(text, "it calls this", 1, "signature") for text in around.callees[:MOST_CALLEES])
    if others := around.callees[MOST_CALLEES:]:
        number = Form("their number", f"… {len(others)} more that it calls")
        yield Part(SECTION, ", ".join(others), "it calls them", (number,))


def _part(text: str, why: str, most: int, form: str = WHOLE) -> Part:
    lines = text.strip("\n").count("\n") + 1
    shown = Form(form if lines <= most else f"{most} of {lines} lines", first_lines(text, most))
    return Part(SECTION, text.strip().split("\n")[0], why, (shown,))


def _callees(files: Mapping[str, bytes], symbol: Symbol, members: Sequence[Symbol]) -> tuple[str, ...]:
    found = [s for s in called(files, symbol) if s not in members and s.owner != symbol.name]
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
