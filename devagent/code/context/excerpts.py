"""Lines and outlines of files, as people and models read them."""

from devagent.code.symbol import symbols
from devagent.code.textfile import lines_of, read_text

_MAX_LINE = 400


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


def first_lines(text: str, limit: int, beyond: int = 0) -> str:
    """The first lines of a text; where that is not all of it, how many more there are. `beyond` are lines after it."""
    lines = text.strip("\n").split("\n")
    more = max(len(lines) - limit, 0) + beyond
    return "\n".join([*lines[:limit], f"… {more} more line{'s' if more > 1 else ''}"] if more else lines)


def _clean(line: str) -> str:
    text = line.rstrip("\r\n")
    return text if len(text) <= _MAX_LINE else text[:_MAX_LINE] + " …"
