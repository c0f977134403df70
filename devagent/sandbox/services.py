"""Services that a test suite talks to, such as a database: how they are installed, started and known to be ready.

They run inside the sandbox, unprivileged, on its own loopback, with their data where every run starts empty. The
knowledge is data: sandboxes/services/NAME.toml; a file of the same name in the user's configuration replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devagent.config.resources import config_folder, data_folder
from devagent.errors import UsageError
from devagent.sandbox.definition import read_as

NOT_READY = 69
"""The exit status of a command whose services did not come up."""
_MARK = "devagent: the service "
_PATIENCE = 300  # looks, a tenth of a second apart


@dataclass(frozen=True)
class Service:
    """One service. `install`, `start` and `ready` are shell text.

    `install` runs as root when the image is built; `start` runs in the background before each test command, as the
    unprivileged user, in the workspace; `ready` ends with 0 once it answers. `environment` tells the tests where.
    """

    name: str
    install: str
    start: str
    ready: str
    environment: Mapping[str, str]


def load(names: Sequence[str]) -> tuple[Service, ...]:
    """The services of these names. Raises `UsageError` for one that is not known or whose file is broken."""
    return tuple(_load(name) for name in dict.fromkeys(names))


def starting(services: Sequence[Service]) -> str:
    """Shell text that starts services and waits for them; it ends the shell with `NOT_READY` when one fails."""
    return "; ".join(map(_start, services))


def trouble(output: str) -> str:
    """What a command whose services did not come up said about it; empty when it was something else."""
    lines = [line for line in output.splitlines() if line.startswith(_MARK)]
    return lines[-1].removeprefix("devagent: ") if lines else ""


def _load(name: str) -> Service:
    folders = [root / "services" for root in (config_folder() / "sandboxes", data_folder("sandboxes"))]
    for folder in folders:
        if "/" not in name and (path := folder / f"{name}.toml").is_file():
            service: Service = read_as(Service, path)
            return service
    known = sorted({path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.toml")})
    raise UsageError(f"no service is called {name}", hint=f"sandbox.services knows {', '.join(known)}")


def _start(service: Service) -> str:
    log = f"/tmp/devagent-{service.name}.log"
    failed = f'echo "{_MARK}{service.name} did not start: $(tail -n 1 {log} 2>/dev/null)"; exit {NOT_READY}'
    gone = "! kill -0 $devagent_pid 2>/dev/null"
    look = f"devagent_n=$((devagent_n + 1)); if [ $devagent_n -gt {_PATIENCE} ] || {gone}; then {failed}; fi; sleep 0.1"
    return (
        f"({service.start.strip()}) </dev/null >{log} 2>&1 &\ndevagent_pid=$!; devagent_n=0; "
        f"until ({service.ready.strip()}) >/dev/null 2>&1; do {look}; done"
    )
