"""What the prompts of a run showed of the repository, and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from devagent.report.shown import shown


def print_context(prompts: Sequence[Mapping[str, Any]]) -> None:
    """For every prompt what it was given, what was chosen within its budget, and what there was no room for."""
    if not prompts:
        print("\nContext: no prompt was assembled")
    told: dict[str, str] = {}
    for prompt in prompts:
        place, rows = prompt["place"], _rows(prompt)
        before = told.setdefault("\n".join(rows), place)
        print(shown(f"\n── {place}: {prompt['tokens']:,} of {prompt['limit']:,} tokens chosen"))
        for row in rows if before == place else [f"  the same as for {before}"]:
            print(shown(row))


def _rows(prompt: Mapping[str, Any]) -> list[str]:
    parts = [*prompt["given"], *prompt["parts"], *({**part, "form": "left out"} for part in prompt["left_out"])]
    section, form = (max((len(part[column]) for part in parts), default=0) for column in ("section", "form"))
    return [
        f"  {part['section']:{section}}  {part['form']:{form}}  {part['tokens']:6,}  {part['name']}  ({part['why']})"
        for part in parts
    ]
