"""Process isolation: a sandbox of Linux namespaces, for machines where no Docker engine answers.

The view is that of the container: `/work`, an environment at `/opt/env`, no network but a loopback of its own, no
host. What holds it:

- Started by root, programs run under a host user id that is nobody's; started by anyone else, under the caller's own
  id, but with nothing of the caller's files in sight. Either way without capabilities, and never to have any.
- The root is a read-only tmpfs with what a runtime needs mounted read-only; the host's tree is detached from it.
- Memory, processes and processors are limited by control groups where these may be set. Elsewhere a watchdog counts
  memory, the kernel counts processes per user namespace, and processors are a fixed set.
- The supervisor is the first process of its pid namespace: after each command it kills all others, and when devagent
  ends, in whatever way, the namespace ends with it.
"""

import posixpath
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from devagent.errors import SandboxError
from devagent.sandbox import cgroups, container, namespaces, view
from devagent.sandbox.archive import check_path
from devagent.sandbox.container import FILES
from devagent.sandbox.output import Output
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import WORKSPACE, Command, EndReason, Execution, File, Tree
from devagent.sandbox.supervised import Ended, Supervised
from devagent.sandbox.terminal import Terminal

available = namespaces.available

_INSTALL_TIMEOUT = 300.0
_TIMED_OUT, _KILLED = 124, 137


class ProcessSandbox:
    """A `Sandbox` of namespaces.

    Arguments:
        environment: the folder that `environments.build` made; shown read-only at /opt/env. None: no environment.
        labels: shown in the process list, so that a person can tell whose it is.
        project_install: a command that is run in the first workspace to install the project into /opt/project,
            which nothing can write to afterwards.
    """

    kind = "process"

    def __init__(
        self,
        environment: Path | None,
        *,
        limits: Limits,
        labels: Mapping[str, str],
        project_install: Sequence[str] | None = None,
    ) -> None:
        self._environment, self._limits, self._labels = environment, limits, labels
        self._install = project_install
        self._groups: cgroups.Groups | None = None
        self._supervised: Supervised | None = None
        self._tree: dict[str, File] = {}
        self._sent: dict[str, File] = {}
        self._written: dict[str, bytes] = {}
        self._sealed = False

    @property
    def limited_by(self) -> str:
        """What holds the memory limit: "control groups" or "watchdog"."""
        return "control groups" if self._groups else "watchdog"

    async def start(self) -> None:
        """Bring it up with an empty workspace. Raises `SandboxError`."""
        self._groups = cgroups.create(self._limits)
        doors = self._groups.doors if self._groups else []
        plan = view.plan(self._limits, environment=self._environment, doors=doors)
        purpose = " ".join(f"{name}={value}" for name, value in self._labels.items())
        try:
            self._supervised = await Supervised.start(plan, purpose)
        except BaseException:  # also when cancelled: no control group may stay behind
            self._forget()
            raise
        self._sent, self._sealed = {}, False
        await self._send({})

    async def sync(self, tree: Tree) -> None:
        """Make the workspace hold exactly `tree`, and every other writable place nothing."""
        _check_tree(tree)
        # Remembered first: a sandbox that fails now is brought up again with these files.
        self._tree = dict(tree)
        if not self._up:
            await self._revive()
        else:
            await self._send(self._tree)
        if not self._sealed:
            await self._install_project()

    async def run(self, command: Command) -> Execution:
        """Run a command as an unprivileged user; nothing it started is alive afterwards."""
        supervised = await self._ready()
        output = Output(command.max_output)

        def take(chunk: bytes) -> bool:
            output.add(chunk)
            return not output.flooded

        oom_kills, started = self._oom_kills(), time.monotonic()
        ended = await supervised.run(self._request(command), command.stdin, take, command.timeout)
        starved = ended.reason == "memory" or self._oom_kills() > oom_kills
        reason = _reason(ended, starved=starved)
        return Execution(
            exit_code=_exit_code(ended),
            output=output.text(),
            seconds=time.monotonic() - started,
            ended=reason,
            truncated=output.truncated,
            left=ended.left,
        )

    async def attach(self, command: Command, terminal: Terminal) -> int:
        """Run a command connected to a terminal; nothing it started is alive afterwards."""
        supervised = await self._ready()
        return _exit_code(await supervised.attach(self._request(command), terminal))

    async def read(self, path: str, *, max_bytes: int = 20_000_000) -> bytes | None:
        """The bytes of one regular file inside; `None` if there is none. Follows no symlink.

        Raises `SandboxError` when it is larger than `max_bytes`.
        """
        supervised = await self._ready()
        place = posixpath.normpath(posixpath.join(WORKSPACE, path))
        if place.startswith("/proc/") or "\0" in place:
            return None
        answer, content = await supervised.ask({"op": "read", "path": place, "max": max_bytes})
        if "size" in answer:
            raise SandboxError(f"{path[:200]!r} is too large", why=f"{answer['size']} bytes, at most {max_bytes}")
        return None if answer.get("missing") else content

    async def write(self, path: str, content: bytes) -> None:
        """Put one file below /run/devagent, where programs can read it and never change it."""
        relative = path.removeprefix(f"{FILES}/")
        if relative == path:
            raise SandboxError(f"cannot write {path[:200]!r} into the sandbox", why=f"it is not below {FILES}")
        check_path(relative)
        supervised = await self._ready()
        await supervised.ask({"op": "write", "path": relative}, content)
        self._written[relative] = content

    async def close(self) -> None:
        """End every process in it. Safe to call twice."""
        supervised, self._supervised = self._supervised, None
        if supervised:
            await supervised.close()
        self._forget()

    @property
    def _up(self) -> bool:
        return self._supervised is not None and self._supervised.alive

    async def _ready(self) -> Supervised:
        if not self._up:
            await self._revive()
            await self._install_project()
        assert self._supervised is not None
        return self._supervised

    async def _revive(self) -> None:
        """Bring up a sandbox that had to be given up, with the files it had."""
        await self.close()
        await self.start()
        assert self._supervised is not None
        for path, content in self._written.items():
            await self._supervised.ask({"op": "write", "path": path}, content)
        await self._send(self._tree)

    async def _send(self, tree: Mapping[str, File]) -> None:
        assert self._supervised is not None
        changed = {path: file for path, file in tree.items() if self._sent.get(path) != file}
        header = {
            "op": "sync",
            "removed": [path for path in self._sent if path not in tree],
            "files": [(path, file.mode, len(file.content)) for path, file in changed.items()],
        }
        self._sent = dict(tree)
        try:
            await self._supervised.ask(header, b"".join(file.content for file in changed.values()))
        except SandboxError:
            # The workspace may be half full: never let it be taken for the tree.
            await self.close()
            raise

    async def _install_project(self) -> None:
        assert self._supervised is not None
        self._sealed = True
        if self._install:
            done = await self.run(Command(self._install, timeout=_INSTALL_TIMEOUT))
            if not done.ok:
                await self.close()
                raise SandboxError(
                    "the project could not be installed in the sandbox",
                    why=f"{' '.join(self._install)[:200]} {done.ended} with {done.exit_code}",
                    details=done.output[-6000:],
                )
        await self._supervised.ask({"op": "seal"})

    def _request(self, command: Command) -> dict[str, object]:
        cwd = posixpath.normpath(posixpath.join(WORKSPACE, command.cwd))
        if cwd != WORKSPACE and not cwd.startswith(f"{WORKSPACE}/"):
            raise SandboxError(f"cannot run in {command.cwd!r}", why=f"it is outside {WORKSPACE}")
        environment = container.environment({"Env": [f"PATH={view.search_path()}"]})
        env = {**environment, **command.env}
        return {"op": "run", "argv": list(command.argv), "cwd": cwd, "env": env, "linger": command.linger}

    def _oom_kills(self) -> int:
        return self._groups.oom_kills() if self._groups else 0

    def _forget(self) -> None:
        if self._groups:
            self._groups.remove()


def _reason(ended: Ended, *, starved: bool) -> EndReason:
    if ended.timed_out:
        return "timed out"
    # A program that coped with the loss of a child and says so by its exit code has ended by itself.
    if starved and ended.status != 0:
        return "out of memory"
    return "exited" if ended.by_itself else "killed"


def _exit_code(ended: Ended) -> int:
    if ended.timed_out:
        return _TIMED_OUT
    if not ended.by_itself:
        return _KILLED
    return ended.status if ended.status >= 0 else 128 - ended.status


def _check_tree(tree: Tree) -> None:
    folders: set[str] = set()
    for path in tree:
        check_path(path)
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if clash := next((folder for folder in folders if folder in tree), None):
        raise SandboxError(f"unsafe path {clash[:200]!r}", why="it is both a file and a folder")
