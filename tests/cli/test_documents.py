"""What the documents say is so: generated help, links, commands, names."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from devagent import __version__
from devagent.errors import ExitCode
from devagent.team.chain import CONDITIONS
from devagent.team.programs import PROGRAMS
from devagent.team.tools import USAGE

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text()
CHAINS = (ROOT / "docs" / "chains.md").read_text()


def test_the_commands_are_documented_as_their_help_says() -> None:
    script = "import generate; print(generate.text(), end='')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "docs",
        env={"COLUMNS": "100", "PATH": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ROOT / "docs" / "commands.md").read_text() == done.stdout, "run: python docs/generate.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("https://") or (document.parent / target).exists(), target


def test_every_verb_in_the_readme_exists() -> None:
    commands = (ROOT / "docs" / "commands.md").read_text()
    for verb in re.findall(r"(?:`|&& |bin/|exec )devagent ([a-z]+)", README):
        assert f"## devagent {verb}\n" in commands, verb


def test_every_exit_code_is_in_the_readme() -> None:
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert table == {int(code) for code in ExitCode}


def test_the_first_screen_has_the_two_commands() -> None:
    screen = "\n".join(README.splitlines()[:30])
    assert "python3 -m pip install '.[local]' && devagent demo" in screen
    assert "python3 -m pip install -e '.[dev]' && pytest" in screen


def test_chains_names_every_condition_program_and_tool() -> None:
    for name in (*CONDITIONS, *PROGRAMS, *USAGE):
        assert f"`{name}`" in CHAINS, name


def test_the_chain_in_the_documents_is_toml() -> None:
    (chain,) = (block for block in re.findall(r"```toml\n(.*?)```", CHAINS, re.DOTALL) if "[[step]]" in block)
    assert tomllib.loads(chain)["step"]


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_licence_is_whole() -> None:
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License" in licence and "END OF TERMS AND CONDITIONS" in licence
