"""How much work a merge may do, counted in operations, so that the result never depends on the clock."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one file may cost. A step that reaches its limit leaves the conflict to the steps after it."""

    diff_operations: int = 2_000_000
    """Line comparisons in one diff of two versions; past it a cruder alignment is used."""
    structure_operations: int = 5_000_000
    """Comparisons of nodes while the three trees are matched."""
    conflict_lines: int = 2_000
    """Lines of one conflict (all three versions); a larger one gets only the simplest candidates."""
    conflict_bytes: int = 200_000
    """Bytes of one conflict (all three versions); the same for those of few but long lines."""
    candidates: int = 16
    """Candidates of one conflict that are kept, the likeliest."""
    token_operations: int = 300_000
    """Comparisons of tokens in one conflict."""
