"""Semantic conflicts: the text of a merge is clean, and what one side newly uses is no longer what it was.

Only what names resolve to for sure counts: everything here abstains rather than guesses.
"""
