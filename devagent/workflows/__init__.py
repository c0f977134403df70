"""The verbs themselves, as async functions."""
