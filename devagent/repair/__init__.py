"""Program repair by search: candidates that cost no tokens."""
