"""The statements at the top of a file that give a name its value: constants, tables, settings."""

import textwrap

from devagent.code.edits.additions import Change, changed
from devagent.code.errors import CannotParse, EditError
from devagent.code.language import language_for, matches, parse, text_of
from devagent.code.remembering import remembered
from devagent.code.symbol import Symbol, symbols
from devagent.code.textfile import TextFormat, read_text

_EXPORT = b"export "


@remembered(8_000_000)
def constants(path: str, content: bytes) -> tuple[Symbol, ...]:
    """Each such statement that gives one name, and is the only one to do so; functions are none. In source order.

    None for a file that cannot be parsed or is in no known language.
    """
    language = language_for(path)
    if language is None:
        return ()
    try:
        root = parse(content, language).root_node
    except CannotParse:
        return ()
    found: dict[str, list[Symbol]] = {s.name: [s] for s in symbols(path, content)}
    for match in matches(root, language, "constants"):
        node, name = match["constant"][0], text_of(match["name"][0])
        head = text_of(node).partition("\n")[0]
        lines = node.start_point.row + 1, node.end_point.row + 1
        found.setdefault(name, []).append(Symbol(path, name, "constant", *lines, node.start_byte, node.end_byte, head))
    alone = [same[0] for same in found.values() if len(same) == 1 and same[0].kind == "constant"]
    places = [symbol.start_byte for symbol in alone]
    return tuple(symbol for symbol in alone if places.count(symbol.start_byte) == 1)


def replace_constant(content: bytes, path: str, name: str, new_source: str) -> bytes:
    """The file with the statement for `name` replaced by the one that `new_source` has for it.

    All else stays, and so does an `export` that the answer dropped.

    Raises `EditError` where either has none.
    """
    text, layout = read_text(content)
    source, answer = text.encode(), TextFormat().encode(layout.written(textwrap.dedent(new_source)))
    old, new = (next((s for s in constants(path, side) if s.name == name), None) for side in (source, answer))
    if old is None:
        raise EditError(f"{path} gives `{name}` no value at its top, or several")
    if new is None:
        raise EditError(f"the answer holds no statement for `{name}`", hint=f"Write it whole: {old.signature}")
    statement = answer[new.start_byte : new.end_byte]
    if source.startswith(_EXPORT, old.start_byte) and not statement.startswith(_EXPORT):
        statement = _EXPORT + statement
    return layout.encode(changed(source, [Change(old.start_byte, old.end_byte, statement)]).decode())
