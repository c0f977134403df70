"""From rows to sections."""

from .errors import SyntaxProblem
from .rows import BLANK, COMMENT, HEADER, classify

TOP = ""


def split_item(row):
    """Key and value of an item row; keys are kept in lower case."""
    key, sign, value = row.text.partition("=")
    key = key.strip().lower()
    if not sign or not key:
        raise SyntaxProblem(row.number, f"no 'key = value': {row.text!r}")
    return key, value.strip()


def read_sections(text):
    """Read a file: ``{section: {key: value}}``.

    Items before the first header belong to the section ``TOP``. A section
    may be opened again further down and is then added to. Of two items with
    the same key the later one counts.

    A row that is indented more than the item above it goes on with the value
    of that item, after a line break. A comment between them does no harm, but
    a blank row and a header end the value: a row behind one of these is an
    item like any other, however much it is indented.
    """
    sections = {TOP: {}}
    name = TOP
    parts, indent = None, 0
    for row in classify(text):
        if row.kind in (BLANK, COMMENT):
            continue
        if row.kind == HEADER:
            name = row.text
            sections.setdefault(name, {})
            continue
        if parts is not None and row.indent > indent:
            parts.append(row.text)
            continue
        key, value = split_item(row)
        parts, indent = ([value] if value else []), row.indent
        sections[name][key] = parts
    return {
        name: {key: "\n".join(parts) for key, parts in items.items()}
        for name, items in sections.items()
    }
