"""Step 2 of the merge: the three syntax trees, for the conflicts that the lines left."""

from devagent.merge.structure.step import merge

__all__ = ["merge"]
