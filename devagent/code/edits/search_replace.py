"""The search/replace format: quoted lines above a bar, what replaces them below.

path/of/file.py
<<<<<<< SEARCH
lines as they stand in the file
=======
lines to put there
>>>>>>> REPLACE
"""

import re
from collections.abc import Sequence

from devagent.code.edits.edit import Hunk, ReplaceText
from devagent.code.errors import EditError

_SEARCH = re.compile(r"\s*(?:<{5,9}|-{5,9})\s*(?:SEARCH|ORIGINAL)\b[ \t]*(\S*)\s*")
_MIDDLE = re.compile(r"\s*={5,9}\s*")
_REPLACE = re.compile(r"\s*(?:>{5,9}|\+{5,9})\s*(?:REPLACE|UPDATED)\b.*")


def starts(lines: Sequence[str], row: int) -> bool:
    """Whether a block begins at a row."""
    return bool(_SEARCH.fullmatch(lines[row]))


def read(lines: Sequence[str], row: int) -> tuple[str, Hunk, int]:
    """The file named at the block's beginning (usually none is), the block, and the row after it.

    Raises `EditError` for a block that does not end, and for one with more than one bar.
    """
    opening = _SEARCH.fullmatch(lines[row])
    assert opening is not None
    end = end_of(lines, row)
    bars = [at for at in range(row + 1, end) if _MIDDLE.fullmatch(lines[at])]
    if len(bars) != 1:
        found = f"{len(bars)} lines in it are" if bars else "no line in it is"
        raise EditError(
            f"the search/replace block at line {row + 1} of the answer cannot be read",
            why=f"{found} ======= and so might part the two texts" if bars else f"{found} =======",
            hint="Send this edit as a unified diff" if bars else "",
        )
    return opening[1], Hunk(_text(lines[row + 1 : bars[0]]), _text(lines[bars[0] + 1 : end])), end + 1


def end_of(lines: Sequence[str], row: int) -> int:
    """The row at which a block that begins at `row` ends. Raises `EditError` where it does not."""
    for at in range(row + 1, len(lines)):
        if _REPLACE.fullmatch(lines[at]):
            return at
        if starts(lines, at):
            break
    raise EditError(
        "the answer is cut off",
        why=f"the search/replace block at its line {row + 1} has no end",
        hint="Send it again, or less at once",
    )


def rendered(edits: Sequence[ReplaceText]) -> str:
    """Edits in this format. What else than its lines a hunk says of its place is lost."""
    return "\n".join(
        f"{edit.path}\n<<<<<<< SEARCH\n{hunk.search}=======\n{hunk.replace}>>>>>>> REPLACE\n"
        for edit in edits
        for hunk in edit.hunks
    )


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
