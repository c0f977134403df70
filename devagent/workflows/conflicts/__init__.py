"""Conflicts: what is proposed for them, how it is written and taken back, and merges made beside the checkout."""
