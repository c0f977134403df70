"""One common ancestor where there are several: branches that were merged crosswise.

git merges the ancestors with each other, and where they are in conflict puts its markers into the text. That makes a
conflict of everything there. Here the place keeps what the ancestors themselves come from, so that what both sides
settled since is seen as a change of both.
"""

from collections.abc import Sequence

from devagent.merge.decision import Confidence
from devagent.merge.engine import merge_text
from devagent.merge.markers import untrimmed
from devagent.merge.regions import Conflict
from devagent.merge.versions import Versions


def common_ancestor(path: str, origin: bytes, ancestors: Sequence[bytes]) -> bytes:
    """The texts of several ancestors as one.

    Arguments:
        path: the file's name; it says the language.
        origin: what the ancestors have in common; empty where that did not have the file.
        ancestors: at least one.
    """
    text = ancestors[0]
    for other in ancestors[1:]:
        merged = merge_text(Versions(path, origin, text, other), accept=Confidence.CERTAIN)
        # What both begin a conflict with is not in the base of it: it would stand there beside what it replaced.
        regions = untrimmed(merged.regions)
        lines = (region.base if isinstance(region, Conflict) else region.lines for region in regions)
        text = merged.envelope.wrap(b"".join(line for region in lines for line in region))
    return text
