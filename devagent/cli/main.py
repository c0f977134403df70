"""The entry point: answers `--version` at once, runs everything else, and turns errors into one line and a code."""

import sys
from pathlib import Path


def main() -> None:
    """Run the command line. Ends the process with one of `devagent.errors.ExitCode`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from devagent import __version__

        print(f"devagent {__version__}")
        return
    from devagent.cli.app import app
    from devagent.cli.boundary import run

    sys.exit(run(app, prog_name=_name()))


def _name() -> str:
    """What the user typed: git runs `git-devagent` for `git devagent`. Completion is for the command itself."""
    as_git = Path(sys.argv[0]).name == "git-devagent" and not any("-completion" in word for word in sys.argv[1:])
    return "git devagent" if as_git else "devagent"


if __name__ == "__main__":
    main()
