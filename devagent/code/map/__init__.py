"""The repository map: what matters of a repository, for a focus, in so many tokens."""
