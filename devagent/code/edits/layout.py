"""Moving code to another indentation without touching what its strings say."""

from collections.abc import Collection

from devagent.code.language import Language, parse, walk
from devagent.code.textfile import indentation, lines_of


def indented_like(source: str, wanted: str) -> str:
    """Code whose indentation uses tabs where `wanted` (a file) does, and blanks where it does."""
    if _uses_tabs(wanted) and not _uses_tabs(source):
        unit = _unit(source)
        return "".join(_retabbed(line, unit) for line in lines_of(source))
    if _uses_tabs(source) and not _uses_tabs(wanted):
        blanks = " " * _unit(wanted)
        return "".join(indentation(line).replace("\t", blanks) + line.lstrip(" \t") for line in lines_of(source))
    return source


def shifted(source: str, before: str, after: str, fixed: Collection[int] = ()) -> str:
    """Code moved from one indentation to another; its first line starts at its first token and stays.

    Arguments:
        fixed: 0-based lines that must not move, because they begin inside a string.
    """
    lines = lines_of(source)
    return "".join(lines[:1]) + "".join(
        line if row in fixed or not line.strip() else _moved(line, before, after)
        for row, line in enumerate(lines[1:], start=1)
    )


def string_lines(source: bytes, language: Language, keep: str = "") -> set[int]:
    """The 0-based lines of some code that begin inside a string literal which is not a docstring.

    `keep` is the code it stands for: a literal that appears in it as it is written here belongs exactly there.
    """
    rows: set[int] = set()
    for node in walk(parse(source, language).root_node):
        if node.type in language.strings and node.end_point.row > node.start_point.row:
            statement = node.parent is not None and node.parent.type == "expression_statement"
            if not statement or (node.text or b"").decode("utf-8", "replace") in keep:
                rows.update(range(node.start_point.row + 1, node.end_point.row + 1))
    return rows


def least_indentation(source: str, fixed: Collection[int] = ()) -> int:
    """The columns by which all lines after the first are indented at least, `fixed` ones aside; 0 if there are none."""
    rest = [line for row, line in enumerate(lines_of(source)) if row and row not in fixed and line.strip()]
    return min((len(indentation(line)) for line in rest), default=0)


def _moved(line: str, before: str, after: str) -> str:
    own = indentation(line)
    inner = own[len(before) :] if own.startswith(before) else ""
    return after + inner + line[len(own) :]


def _uses_tabs(text: str) -> bool:
    starts = [line[0] for line in lines_of(text) if line[0] in " \t" and line.strip()]
    return starts.count("\t") * 2 > len(starts)


def _unit(text: str) -> int:
    widths = {len(indentation(line)) for line in lines_of(text) if line.strip()} - {0}
    return min(widths, default=4)


def _retabbed(line: str, unit: int) -> str:
    blanks = indentation(line)
    return "\t" * (len(blanks) // unit) + " " * (len(blanks) % unit) + line[len(blanks) :]
