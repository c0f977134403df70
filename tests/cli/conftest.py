"""What tests of the command line may ask for."""

from pathlib import Path

import pytest
from commandline import CommandLine


@pytest.fixture
def devagent(tmp_path: Path) -> CommandLine:
    """The command, with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return CommandLine(home, {})
