"""The entry point: answers `--version` at once, runs everything else, and turns errors into one line and a code."""

import sys


def main() -> None:
    """Run the command line. Ends the process with one of `devagent.errors.ExitCode`."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from devagent import __version__

        print(f"devagent {__version__}")
        return
    from devagent.cli.app import app

    app(prog_name="devagent")


if __name__ == "__main__":
    main()
