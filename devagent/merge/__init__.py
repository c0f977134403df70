"""Merge conflicts: what can be proven is resolved, what can be guessed is ranked, and the rest is left in conflict."""
