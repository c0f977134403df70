"""Asking for help or the version costs next to nothing, and an error is one line."""

import json
import subprocess
import sys

import pytest
from commandline import CommandLine

from devagent import __version__

HEAVY = {"pydantic", "rich", "litellm", "docker", "git", "httpx", "tree_sitter", "jinja2", "asyncio"}
PROBE = """
import sys
sys.argv = ["devagent", *{arguments!r}]
from devagent.cli.main import main
try:
    main()
except SystemExit:
    pass
import json
print(json.dumps(sorted(m for m in sys.modules if "." not in m)), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a command has imported when it ends."""
    script = PROBE.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ()], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not loaded_by(*arguments) & HEAVY


def test_the_help_of_a_command_imports_nothing_heavy_but_what_typer_itself_needs() -> None:
    assert loaded_by("fix", "--help") & HEAVY <= {"pydantic"}


def test_the_version_does_not_even_load_typer() -> None:
    assert "typer" not in loaded_by("--version")


@pytest.mark.parametrize("arguments", [("--version",), ("-V",), ("--version", "fix")])
def test_the_version_is_told_whatever_follows(devagent: CommandLine, arguments: tuple[str, ...]) -> None:
    assert devagent(*arguments).out == f"devagent {__version__}\n"


def test_help_tells_the_exit_codes(devagent: CommandLine) -> None:
    ended = devagent("--help")
    assert ended.code == 0
    told = " ".join(ended.out.split())
    assert "1 not resolved, unverified, or tests fail; 2 usage; 3 cannot run here, or" in told
    assert "4 stopped by a limit" in told


def test_no_summary_of_a_command_is_cut(devagent: CommandLine) -> None:
    assert "..." not in devagent("--help", COLUMNS="80").out.partition("Commands:")[2]
