"""What the tests of the whole need: an engine, namespaces, the model; and a command with folders of its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.commandline import CommandLine

from devagent.models.embedded import engine_trouble
from devagent.models.store import find
from devagent.sandbox.choice import docker_trouble
from devagent.sandbox.process import available


@pytest.fixture
def engine() -> None:
    """A Docker engine that answers."""
    if trouble := asyncio.run(docker_trouble()):
        pytest.skip(f"no Docker engine answers: {trouble}")


@pytest.fixture
def namespaces() -> None:
    """A kernel that lets this user make namespaces."""
    if trouble := available():
        pytest.skip(trouble)


@pytest.fixture
def embedded_model() -> None:
    """The embedded model: its weights, and the engine that serves it."""
    if trouble := engine_trouble():
        pytest.skip(f"the embedded model's engine cannot be used: {trouble}")
    if find() is None:
        pytest.skip("the embedded model is not here: devagent model pull")


@pytest.fixture
def devagent(tmp_path: Path) -> Iterator[CommandLine]:
    """The command; a model server that it started is stopped afterwards."""
    home = tmp_path / "home"
    home.mkdir()
    command = CommandLine(home, {})
    yield command
    command.process("model", "stop")
