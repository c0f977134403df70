"""The repository map on stdout, and what it leaves out on stderr."""

import sys
from typing import TYPE_CHECKING

from devagent.journal.secrets import Secrets
from devagent.report.navigation import say_not_sure
from devagent.report.shown import json_text, shown

if TYPE_CHECKING:
    from devagent.code.map.repository_map import RepositoryMap

VERSION = 1


def print_map(drawn: "RepositoryMap", *, as_json: bool, quiet: bool) -> None:
    """The map as text, or as JSON with lines, ranks and reasons."""
    if as_json:
        print(json_text({"devagent": VERSION, "kind": "map", **Secrets().redacted(drawn.to_json())}, indent=1))
        return
    print(shown(drawn.text), end="")
    sys.stdout.flush()
    if quiet:
        return
    for focus in drawn.unknown:
        print(f"devagent: nothing here answers to {shown(focus)!r}", file=sys.stderr)
    say_not_sure("something may be missing", drawn.not_sure)
    count = sum(len(file.definitions) for file in drawn.files)
    told = f"{count:,} of {drawn.all_definitions:,} definitions in {len(drawn.files):,} of {drawn.all_files:,} files"
    print(f"devagent: {told}, about {drawn.tokens:,} tokens", file=sys.stderr)
