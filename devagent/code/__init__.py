"""Languages, symbols, locating and edits."""
