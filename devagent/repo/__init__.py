"""git plumbing: snapshots, trees, refs."""
