"""Putting the complete new source of a function in the place of the old one.

Models drop decorators, forget `export`, wrap a method in its class, add an import or a helper. What the answer says
about the function is taken; what the file says around it stays.
"""

import textwrap
from collections.abc import Sequence

from devagent.code.edits.additions import Change, additions, changed
from devagent.code.edits.layout import indented_like, least_indentation, shifted, string_lines
from devagent.code.edits.rendering import rendered
from devagent.code.errors import EditError
from devagent.code.language import Language, language_for, parse, walk
from devagent.code.symbol import Definition, definitions, extent
from devagent.code.textfile import TextFormat, indentation, read_text

_MAX_NAMES = 12
_WANTED = "Write the complete definition, beginning with: {}"


def replace_symbol(
    content: bytes, path: str, name: str, new_source: str, *, line: int | None = None, also: Sequence[str] = ()
) -> bytes:
    """The file with the symbol `name` replaced by the complete definition that `new_source` has for it.

    Indentation, line ends, encoding and all bytes outside stay. Decorators, `export`, `static`, `async` that the
    answer dropped are kept. New imports, helper functions and constants come along when the new code uses them and
    the file has none of that name; other functions of the answer are ignored unless `also` names them.

    Arguments:
        name: qualified (`Class.method`), or plain where that is unambiguous.
        line: a 1-based line of the symbol, where several share the name.

    Raises `EditError` with a text fit for the model, `CannotParse` for files in no known language.
    """
    language = language_for(path)
    if language is None:
        raise EditError(f"functions of {path} cannot be replaced", why="its language is not known", hint="Edit lines")
    text, layout = read_text(content)
    source = text.encode()
    answer = TextFormat().encode(indented_like(layout.written(textwrap.dedent(new_source)), text))
    old = [_only(definitions(path, source, language), wanted, path, line) for wanted in (name, *also)]
    changes: list[Change] = []
    used: list[bytes] = []
    for target in old:
        wrapped, new = _answered(answer, path, target, language)
        used.append(wrapped[new.symbol.start_byte : new.symbol.end_byte])
        changes.append(_replacement(source, target, wrapped, new, language))
    changes += additions(source, answer, path, language, old[0], used)
    return layout.encode(changed(source, changes).decode())


def _only(found: Sequence[Definition], name: str, path: str, line: int | None) -> Definition:
    """The one definition that is meant."""
    fitting = [d for d in found if d.symbol.name == name] or [d for d in found if d.symbol.short == name]
    if line is not None:
        fitting = [d for d in fitting if line in d.symbol.lines] or fitting
    if not fitting:
        raise EditError(f"{path} has no `{name}`", hint=f"It defines {_listed(found)}")
    if len(fitting) > 1:
        lines = ", ".join(str(d.symbol.start_line) for d in fitting)
        raise EditError(f"{path} defines `{name}` {len(fitting)} times (lines {lines})", hint="Say which one is meant")
    return fitting[0]


def _answered(answer: bytes, path: str, old: Definition, language: Language) -> tuple[bytes, Definition]:
    """The definition in the answer that stands for `old`, and the text it was found in."""
    forms = [answer, *(_fragment(form, answer) for form in language.fragments)]
    everything: list[Definition] = []
    broken = False
    for form in forms:
        found = definitions(path, form, language)
        everything += found
        fitting = [d for d in found if d.symbol.name == old.symbol.name]
        fitting = fitting or [d for d in found if d.symbol.short == old.symbol.short]
        whole = [d for d in fitting if not d.node.has_error]
        if whole:
            return form, whole[-1]
        broken = broken or bool(fitting)
    if broken:
        raise EditError(f"`{old.symbol.name}` in the answer has a syntax error", why=_where(answer, language))
    if not everything and parse(answer, language).root_node.has_error:
        raise EditError(
            "the answer is not complete code", why=_where(answer, language), hint=_WANTED.format(old.symbol.signature)
        )
    names = _listed(everything) if everything else "no function"
    raise EditError(
        f"the answer defines {names}, not `{old.symbol.name}`",
        hint=_WANTED.format(old.symbol.signature),
    )


def _fragment(form: str, answer: bytes) -> bytes:
    before, after = form.encode().split(b"{}")
    return before + answer + after


def _where(answer: bytes, language: Language) -> str:
    root = parse(answer, language).root_node
    bad = next((n for n in walk(root) if n.is_error or n.is_missing), root)
    line = answer.split(b"\n")[bad.start_point.row].decode("utf-8", "replace").strip()
    return f"line {bad.start_point.row + 1}: {line[:120]}"


def _listed(found: Sequence[Definition]) -> str:
    names = list(
        dict.fromkeys(f"`{d.symbol.name.removeprefix('Fragment.')}`" for d in found if d.symbol.name != "Fragment")
    )
    more = len(names) - _MAX_NAMES
    return (", ".join(names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")) or "no function"


def _replacement(source: bytes, old: Definition, answer: bytes, new: Definition, language: Language) -> Change:
    """The old node replaced by the new one, at the old one's indentation."""
    if _decorated(new, language):
        place = (old.symbol.start_byte, old.symbol.end_byte)
        first, last = extent(new.node, language)
        piece = answer[first.start_byte : last.end_byte].decode()
        start = first.start_byte
    else:
        target, piece, start = rendered(source, old, answer, new)
        place = (target.start_byte, target.end_byte)
    was = source[place[0] : place[1]].decode()
    before, after = _margin(answer, start), _margin(source, place[0])
    fixed = _fixed_lines(answer, start, language, was)
    settled = least_indentation(was, _fixed_lines(source, place[0], language))
    if after and not before and least_indentation(piece, fixed) >= settled > 0:
        before = after
    return Change(place[0], place[1], shifted(piece, before, after, fixed).encode())


def _fixed_lines(source: bytes, start: int, language: Language, was: str = "") -> set[int]:
    """The lines, counted from `start`, that must not move."""
    row = source.count(b"\n", 0, start)
    return {line - row for line in string_lines(source, language, was)}


def _margin(source: bytes, offset: int) -> str:
    line = source[source.rfind(b"\n", 0, offset) + 1 : offset].decode("utf-8", "replace")
    return indentation(line)


def _decorated(new: Definition, language: Language) -> bool:
    wrapper = new.node.parent
    return wrapper is not None and wrapper.type == language.decorated
