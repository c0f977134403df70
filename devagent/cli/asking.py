"""Asking a person for a yes, on the terminal that the command was typed in."""

import sys


def says_yes(question: str) -> bool:
    """Whether the line that is typed next agrees; everything but a clear yes is a no."""
    # What is asked about has to be seen first, also where a pager reads it.
    sys.stdout.flush()
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what comes next begins on a line of its own
        raise
