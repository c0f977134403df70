"""Writes docs/commands.md from what `--help` says: `python docs/generate.py`. A test compares the two."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("commands.md")
WIDTH = 100
INTRODUCTION = """# Commands

Written by `python docs/generate.py` from what `--help` says; edit the command, not this file.
"""


def text() -> str:
    """All of commands.md."""
    return "\n".join([INTRODUCTION, *(section for path, command in _commands() for section in _section(path, command))])


def _commands() -> Iterator[tuple[str, Any]]:
    from typer.main import get_command

    from devagent.cli.app import app

    root = get_command(app)
    yield "devagent", root
    yield from _below("devagent", root)


def _below(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if hasattr(command, "commands"):
            yield from _below(f"{path} {name}", command)


def _section(path: str, command: Any) -> list[str]:
    width = {"terminal_width": WIDTH, "max_content_width": WIDTH}
    # Said of the whole program, which hands it on to its commands.
    context = command.make_context(path, [], resilient_parsing=True, help_option_names=["-h", "--help"], **width)
    lines = [line.rstrip() for line in command.get_help(context).splitlines()]
    return [f"## {path}", "", "```", *lines, "```", ""]


def main() -> None:
    """Write the file."""
    os.environ["COLUMNS"] = str(WIDTH)
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET, file=sys.stderr)


if __name__ == "__main__":
    main()
