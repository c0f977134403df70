"""The index: what every file defines, uses and imports, kept in one SQLite file, and how names meet across files."""
