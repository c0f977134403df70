"""From result objects to a terminal, JSON or JSON lines."""
