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


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["fix", "--help"], ["model", "--help"], []], ids=" ".join
)
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    script = PROBE.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr.splitlines()[-1]))
    assert not loaded & HEAVY


def test_the_version_does_not_even_load_typer() -> None:
    script = PROBE.format(arguments=["--version"])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "typer" not in json.loads(done.stderr.splitlines()[-1])


@pytest.mark.parametrize("arguments", [("--version",), ("-V",), ("--version", "fix")])
def test_the_version_is_told_whatever_follows(devagent: CommandLine, arguments: tuple[str, ...]) -> None:
    assert devagent(*arguments).out == f"devagent {__version__}\n"


def test_help_tells_the_exit_codes(devagent: CommandLine) -> None:
    ended = devagent("--help")
    assert ended.code == 0
    assert "4 out of budget" in " ".join(ended.out.split())
