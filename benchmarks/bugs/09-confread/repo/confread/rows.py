"""The rows of a file, each with what kind of row it is."""

from dataclasses import dataclass

BLANK, COMMENT, HEADER, OTHER = "blank", "comment", "header", "other"


@dataclass(frozen=True)
class Row:
    """A row without the blanks around it; ``indent`` counts those before it."""

    number: int
    kind: str
    text: str
    indent: int = 0


def classify(text):
    """Take a text apart into rows.

    A row whose first visible character is ``;`` or ``#`` is a comment. The
    text of a header row has lost its brackets.
    """
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.expandtabs(4).rstrip()
        stripped = line.lstrip()
        kind = OTHER
        if not stripped:
            kind = BLANK
        elif stripped[0] in ";#":
            kind = COMMENT
        elif line[0] == "[" and line[-1] == "]":
            kind, stripped = HEADER, line[1:-1].strip()
        rows.append(Row(number, kind, stripped, len(line) - len(line.lstrip())))
    return rows
