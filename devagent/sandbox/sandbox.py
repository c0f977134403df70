"""The seam between devagent and the place where untrusted code runs.

`DockerSandbox` and `ProcessSandbox` are real, `ScriptedSandbox` plays a part. All three show the program inside
the same view: the workspace at `/work`, no network, no host, no privileges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

WORKSPACE = "/work"

FileMode = Literal["100644", "100755", "120000"]
EndReason = Literal["exited", "timed out", "out of memory", "killed"]


@dataclass(frozen=True)
class File:
    """A file of a workspace. For a symlink (mode 120000) `content` is the target."""

    content: bytes
    mode: FileMode = "100644"


Tree = Mapping[str, File]
"""A whole workspace: POSIX paths relative to its root, no `..`, never absolute."""


@dataclass(frozen=True)
class Command:
    """A program to run inside. `timeout` is wall seconds; `cwd` is relative to the workspace.

    Whatever it started and left running is killed at its end: after `linger` seconds, in which that may end by itself.
    """

    argv: Sequence[str]
    timeout: float = 120.0
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "."
    stdin: bytes = b""
    max_output: int = 1_000_000
    linger: float = 0.0


@dataclass(frozen=True)
class Execution:
    """What running a command showed. `output` is stdout and stderr interleaved, capped, free of terminal escapes.

    `left` are the names of the processes that had to be killed after `Command.linger`.
    """

    exit_code: int
    output: str
    seconds: float
    ended: EndReason = "exited"
    truncated: bool = False
    left: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the program ended by itself with exit code 0."""
        return self.ended == "exited" and self.exit_code == 0


class Sandbox(Protocol):
    """One warm, isolated workspace. Not safe for concurrent use."""

    kind: str  # "docker", "process" or "scripted"

    async def start(self) -> None:
        """Bring it up with an empty workspace. Raises `SandboxError`."""
        ...

    async def sync(self, tree: Tree) -> None:
        """Make the workspace hold exactly `tree`: sends only what changed, removes all else that was left there."""
        ...

    async def run(self, command: Command) -> Execution:
        """Run a command as an unprivileged user; nothing it started is alive afterwards."""
        ...

    async def read(self, path: str, *, max_bytes: int = 20_000_000) -> bytes | None:
        """The bytes of one regular file inside (absolute, or relative to the workspace); `None` if there is none."""
        ...

    async def write(self, path: str, content: bytes) -> None:
        """Put one file below /run/devagent, which commands can read and cannot change."""
        ...

    async def close(self) -> None:
        """Remove the container or processes and everything in them. Safe to call twice."""
        ...
