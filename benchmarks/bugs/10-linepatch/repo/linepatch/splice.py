"""Putting hunks into lines."""

from .errors import HunkFailed
from .search import find_near


def splice(lines, hunks, reach=2):
    """The lines with all hunks applied; the list given is left as it is.

    The hunks come in the order of their lines, and their ``start`` is a line
    number of the file *before* any hunk was applied. So for each hunk it must
    be taken into account by how much the ones before it have made the text
    longer or shorter, and how far from their place these were found: if the
    last hunk was three lines further down than it said, the next one is most
    likely too. From there it may be ``reach`` lines off either way.

    Raises HunkFailed with the number of the first hunk that does not fit.
    """
    result = list(lines)
    for number, hunk in enumerate(hunks, 1):
        expected = hunk.start - 1
        at = find_near(result, hunk.before, expected, reach)
        if at is None:
            raise HunkFailed(number)
        result[at : at + len(hunk.before)] = hunk.after
    return result
