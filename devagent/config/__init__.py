"""Settings and the layers they come from."""
