"""What works on this machine, what does not, and the one command that mends each."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from devagent.config.settings import Settings
from devagent.errors import DevagentError
from devagent.models.embedded import local_facts
from devagent.models.select import check_key
from devagent.sandbox.choice import docker_trouble
from devagent.sandbox.process import available
from devagent.workflows.checks import Check, Examination
from devagent.workflows.staff import models_meant


async def examine(directory: Path, load: Callable[[], Settings]) -> Examination:
    """Look at git, the repository, the settings that `load` gives, both kinds of sandbox, and the embedded model."""
    docker, process = await docker_trouble(), available()
    isolation = [
        Check(
            "Docker",
            "absent" if docker else "works",
            docker or "an engine answers",
            _DOCKER if docker and process else "",
        ),
        Check("process isolation", "absent" if process else "works", process or "Linux namespaces work"),
    ]
    checks = [_git(), _repository(directory), _settings(load), *isolation, _sandbox(docker, process), *await _model()]
    broken = [check.name for check in checks if check.state == "broken"]
    summary = f"Not ready: {', '.join(broken)}." if broken else "The main job works here: try devagent demo."
    return Examination(tuple(checks), summary)


_GOMP = "install the OpenMP library (Debian: apt-get install libgomp1)"
_DOCKER = "install and start a Docker engine (Debian: apt-get install docker.io)"


def _git() -> Check:
    path = shutil.which("git")
    if path is None:
        return Check("git", "broken", "not found on the PATH", "install git")
    return Check("git", "works", path)


def _repository(directory: Path) -> Check:
    from devagent.repo.git import find_root
    from devagent.sandbox.ecosystem import detect
    from devagent.workflows.place import files_of

    try:
        repo = find_root(directory)
        head = repo.head()
        if head is None:
            return Check("repository", "absent", f"{repo.root} has no commit yet")
        ecosystem = detect(files_of(repo, head))
    except DevagentError as error:
        return Check("repository", "absent", str(error))
    mismatch = ecosystem.mismatch()
    return Check(
        "repository",
        "works",
        f"{repo.root}, {ecosystem.name}: {' '.join(ecosystem.command)}{'; ' if mismatch else ''}{mismatch}",
    )


def _settings(load: Callable[[], Settings]) -> Check:
    try:
        choices = models_meant(load().model)
        for choice in choices.values():
            check_key(choice, os.environ)
    except DevagentError as error:
        return Check("settings", "broken", str(error))
    return Check("settings", "works", f"model: {', '.join(dict.fromkeys(c.name for c in choices.values()))}")


def _sandbox(docker: str, process: str) -> Check:
    if docker and process:
        return Check("sandbox", "broken", "neither Docker nor process isolation works", _DOCKER)
    return Check("sandbox", "works", "tests run in Docker" if not docker else "tests run in Linux namespaces")


async def _model() -> list[Check]:
    facts = await local_facts()
    if facts.engine_trouble:
        mend = _GOMP if facts.engine else "python3 -m pip install 'devagent[local]'"
        engine = Check("embedded engine", "absent", facts.engine_trouble, mend)
    else:
        engine = Check("embedded engine", "works", f"xllamacpp {facts.engine}")
    weights = (
        Check("embedded model", "works", str(facts.weights))
        if facts.weights
        else Check("embedded model", "absent", "its weights are not on this machine", "devagent model pull")
    )
    running = ", ".join(server.base_url for server in facts.servers)
    server = Check(
        "model server", "works" if running else "absent", running or "not running; it starts when it is needed"
    )
    return [engine, weights, server]
