"""Line numbers that an answer has copied along with the lines it was shown."""

import re
from collections.abc import Sequence
from dataclasses import replace

from devagent.code.edits.edit import Hunk
from devagent.code.edits.lines import bodies

_NUMBERED = re.compile(r"\s*(\d{1,7})(?:: ?| ?\| ?|\t| |$)(.*)")


def without_numbers(hunk: Hunk) -> Hunk:
    """The hunk without the numbers before its lines, if all it quotes have them, one after the other.

    The first of them then says where the lines stand.
    """
    found = [_NUMBERED.fullmatch(line) for line in bodies(hunk.search)]
    numbers = [int(match[1]) for match in found if match]
    if len(numbers) < len(found) or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return hunk
    if not any(match[2].strip() for match in found if match):
        return hunk
    new = [match[2] if (match := _NUMBERED.fullmatch(line)) else line for line in bodies(hunk.replace)]
    return replace(hunk, search=_text([m[2] for m in found if m]), replace=_text(new), line=numbers[0])


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
