"""The lines of a file that its grammar has no place for: what is said of names there may be wrong, or missing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_MOST, _NODES = 30, 5000

Lines = tuple[tuple[int, int], ...]


def broken_lines(root: "Node", lines: int) -> Lines:
    """The stretches of lines that do not parse, as (first, last), 1-based, in order.

    Arguments:
        root: the syntax tree of a file that has so many `lines`. Where the errors are too many to look at, the last
            stretch goes to the end of the file.
    """
    if not root.has_error:
        return ()
    found: list[tuple[int, int]] = []
    pending, seen = [root], 0
    while pending:
        node = pending.pop()
        seen += 1
        if node.is_error or node.is_missing:
            _join(found, node.start_point[0] + 1, node.end_point[0] + 1)
        elif seen < _NODES:
            pending.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
        if seen >= _NODES or len(found) > _MOST:
            return (*found[:-1], (found[-1][0] if found else node.start_point[0] + 1, lines))
    return tuple(found)


def _join(found: list[tuple[int, int]], first: int, last: int) -> None:
    """Add a stretch, to the one before it where they touch."""
    if found and first <= found[-1][1] + 1:
        found[-1] = (found[-1][0], max(found[-1][1], last))
    else:
        found.append((first, last))


def lines_to_text(broken: Lines) -> str:
    """The stretches as text that `lines_from_text` reads."""
    return " ".join(f"{first}-{last}" for first, last in broken)


def lines_from_text(text: str) -> Lines:
    """The stretches that a text has."""
    pairs = (stretch.split("-") for stretch in text.split())
    return tuple((int(first), int(last)) for first, last in pairs)
