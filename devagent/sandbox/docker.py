"""The Docker sandbox: one container without network, kept warm, reset between commands.

Two users live in it. uid 0 (without a single capability) keeps the pristine tree and our files; uid 1000 runs
everything untrusted. After each command every process of uid 1000 is killed; a container in which that fails is
thrown away and made again.
"""

import asyncio
import contextlib
import math
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal

from devagent.errors import SandboxError
from devagent.sandbox import container as containers
from devagent.sandbox.archive import Caps, check_path, pack, parents, unpack
from devagent.sandbox.container import FILES, KEEPER, PROJECT, USER
from devagent.sandbox.engine import Engine, Exec
from devagent.sandbox.lingering import left_running
from devagent.sandbox.output import Output
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import WORKSPACE, Command, EndReason, Execution, File, Tree
from devagent.sandbox.shell import ENTER, LAUNCH, Shell, quote
from devagent.sandbox.terminal import Terminal, passing_on

Fate = Literal["running", "out of memory", "gone"]

SETTLE_TIMEOUT = 5.0
INSTALL_TIMEOUT = 600.0
TIMED_OUT, KILLED = 124, 137
_ABSENT, _TOO_LARGE = 4, 5
_WIPED = f"{WORKSPACE} /home /tmp /dev/shm /dev/mqueue"

# Shell builtins only: with the process limit exhausted nothing could be forked. `kill -1` spares the caller and
# pid 1; what it missed, because it was just being reaped, is looked for in /proc. Last, how often memory ran out.
_KILL_ALL = (
    "n=0; while :; do kill -9 -1 2>/dev/null; left=; "
    'for p in /proc/[0-9]*; do [ "$p" = "/proc/$$" ] || { [ -O "$p" ] && left=1; }; done; '
    '[ -n "$left" ] || break; n=$((n + 1)); [ $n -lt 300 ] || break; done; '
    "for f in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do [ ! -r $f ] || "
    'while read -r k v; do [ "$k" != oom_kill ] || echo "$v"; done <$f; done; [ -z "$left" ]'
)
_RESET = (
    f"chmod 755 {WORKSPACE} /home && {{ find {_WIPED} -xdev -mindepth 1 -delete 2>/dev/null || "
    f"{{ find {_WIPED} -xdev -mindepth 1 -type d ! -perm -700 -exec chmod 700 {{}} \\; ; "
    f"find {_WIPED} -xdev -mindepth 1 -delete; }}; }} && "
    "{ [ $(cat /proc/sysvipc/* | wc -l) -le 3 ] || ipcrm -a; } && "
    f"cp -a /base/tree/. {WORKSPACE}/"
)
_UPDATE = (
    "{{ mkdir -p /base/tree && take {removed} >/base/removed && take {added} >/base/added && cd /base/tree && "
    "xargs -0 rm -rf -- </base/removed && tar -xpof /base/added; s=$?; cd /; rm -f /base/removed /base/added; "
    "(exit $s); }}"
)
# What the installation left is made ours, so that no test can change what a later command imports.
_OPEN_PROJECT = f"chmod 1777 {PROJECT}"
_KEEP_PROJECT = f"rm -rf /base/project && mkdir /base/project && cp -R {PROJECT}/. /base/project/"
_CLEAR_PROJECT = f"find {PROJECT} -mindepth 1 -delete"
_LOCK_PROJECT = f"chmod 755 {PROJECT} && cp -R /base/project/. {PROJECT}/ && rm -rf /base/project"


class DockerSandbox:
    """A `Sandbox` in a container of `image`.

    Arguments:
        image: name or id of an image that is present on the engine.
        limits: what may be used inside.
        labels: more labels for the container, such as the run it belongs to.
        project_install: the command that installs the project from the workspace, run once without network before
            the first command; what it puts into /opt/project is read-only from then on.
    """

    kind = "docker"

    def __init__(
        self,
        image: str,
        *,
        limits: Limits | None = None,
        labels: Mapping[str, str] | None = None,
        project_install: Sequence[str] | None = None,
    ) -> None:
        self.image, self.limits = image, limits or Limits()
        self._labels, self._project_install = dict(labels or {}), project_install
        self._engine: Engine | None = None
        self._container = ""
        self._keeper: Shell | None = None
        self._user: Shell | None = None
        self._base: dict[str, File] = {}
        self._wanted: Tree | None = None
        self._files: dict[str, bytes] = {}
        self._installed = False
        self._replacing = False
        self._memory_kills = 0
        self._out_of_memory = False
        self._fate: Fate = "running"

    async def start(self) -> None:
        """Bring the container up. Raises `SandboxError` when no engine answers or the image is missing."""
        self._engine = await Engine.connect()
        await self._create()

    async def sync(self, tree: Tree) -> None:
        """Make the workspace hold exactly `tree`, and empty every other place a command could have written to."""
        self._wanted = tree
        await self._settle()
        try:
            await self._update(tree)
            await self._reset()
        except SandboxError:
            # What a command left may be more than can be cleared away: then a new container, which syncs as well.
            await self._replace()
            return
        if self._project_install and not self._installed:
            await self._install(self._project_install)

    async def run(self, command: Command) -> Execution:
        """Run a command as uid 1000; nothing it started is alive afterwards. Raises `SandboxError`."""
        await self._settle()
        process = await self._launch(command)
        output, started = Output(command.max_output), time.monotonic()
        reader = asyncio.ensure_future(process.drain(lambda _, chunk: output.add(chunk)))
        code, trouble, left = None, None, tuple[str, ...]()
        try:
            code = await process.wait(reader, timeout=command.timeout, stop=lambda: output.flooded)
            left = await left_running(self._keeper_shell, command.linger) if code is not None else ()
        except SandboxError as error:
            trouble = error
        finally:
            seconds = time.monotonic() - started
            # Also when cancelled: what runs inside is killed before the caller goes on.
            await self._finish(process, reader)
        if self._fate == "gone":
            raise SandboxError("the sandbox's container was stopped or removed by somebody else", hint="Try again")
        if trouble is not None:
            if not self._out_of_memory:
                raise trouble
            code = KILLED
        ended: EndReason = "exited"
        if code is None:
            ended, code = ("killed", KILLED) if output.flooded else ("timed out", TIMED_OUT)
        elif code != 0 and self._out_of_memory:
            ended = "out of memory"
        return Execution(code, output.text(), seconds, ended, output.truncated, left)

    async def attach(self, command: Command, terminal: Terminal) -> int:
        """Run a command connected to a terminal; nothing it started is alive afterwards. Raises `SandboxError`."""
        await self._settle()
        self._hand_over()
        argv = ["/bin/sh", "-c", ENTER, "sh", _folder(command), *command.argv]
        tty = terminal.size is not None
        process = await self._api.exec(self._container, argv, user=USER, env=command.env, tty=tty)
        watched = True

        def show(stream: int, chunk: bytes) -> bool:
            nonlocal watched
            watched = terminal.show(stream, chunk)
            return watched

        reader = asyncio.ensure_future(process.drain(show))
        try:
            async with passing_on(terminal, process.type, process.resize):
                if tty:  # its end is the end of the program
                    await asyncio.wait([reader])
                code = await process.wait(reader, timeout=math.inf, stop=lambda: not watched)
        finally:
            await self._finish(process, reader)
        return KILLED if code is None else code

    async def read(self, path: str, *, max_bytes: int = 20_000_000) -> bytes | None:
        """The bytes of a regular file, no symlink in its path followed. Raises `SandboxError` over `max_bytes`."""
        place = (PurePosixPath(WORKSPACE) / path).as_posix().removeprefix("/")
        check_path(place)
        await self._settle()
        links = " && ".join(f"[ ! -L {quote('/' + p)} ]" for p in (*parents(place), place))
        file = quote(f"/{place}")
        script = (
            f"if {links} && [ -f {file} ]; then if [ $(stat -c %s {file}) -le {max_bytes} ]; "
            f"then tar -cf - -C / -- {quote(place)}; else (exit {_TOO_LARGE}); fi; else (exit {_ABSENT}); fi"
        )
        caps = Caps(file_bytes=max_bytes, total_bytes=max_bytes, members=1)
        status, archive = await self._user_shell.do(script, max_bytes=caps.archive_bytes)
        if status == _ABSENT:
            return None
        if status != 0:
            why = f"it is larger than {max_bytes} bytes" if status == _TOO_LARGE else "it is not readable"
            raise SandboxError(f"cannot read {path[:200]!r} from the sandbox", why=why)
        return unpack(archive, caps)[place].content

    async def write(self, path: str, content: bytes) -> None:
        """Put a file below /run/devagent, where commands can read it and not change it."""
        check_path(path.removeprefix("/"))
        if not path.startswith(f"{FILES}/"):
            raise SandboxError(f"cannot write {path[:200]!r}", why=f"only files below {FILES} can be written")
        await self._settle()
        await self._put(path, content)
        self._files[path] = content

    async def close(self) -> None:
        """Remove the container and all that is in it. Safe to call twice."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        try:
            await self._discard(engine)
        finally:
            engine.close()

    @property
    def _api(self) -> Engine:
        if self._engine is None:
            raise SandboxError("the sandbox is not running")
        return self._engine

    @property
    def _user_shell(self) -> Shell:
        if self._user is None:
            raise SandboxError("the sandbox is not running")
        return self._user

    @property
    def _keeper_shell(self) -> Shell:
        if self._keeper is None:
            raise SandboxError("the sandbox is not running")
        return self._keeper

    async def _create(self) -> None:
        image = await self._inspect_image()
        self._container = f"devagent-{secrets.token_hex(6)}"
        starting = asyncio.ensure_future(self._boot(image))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The engine is still at it: wait until there is something to remove, for nobody else knows its name.
            with contextlib.suppress(SandboxError):
                await starting
            await self._discard(self._api)
            raise
        self._keeper = await Shell.open(self._api, self._container, KEEPER)
        await self._keeper.check("prepare the sandbox", "mkdir -p /base/tree")
        await self._take_over()

    async def _inspect_image(self) -> Mapping[str, Any]:
        from docker.errors import ImageNotFound

        try:
            facts: Mapping[str, Any] = await self._api.call(
                "find the sandbox image", self._api.client.api.inspect_image, self.image
            )
        except SandboxError as error:
            if isinstance(error.__cause__, ImageNotFound):
                raise SandboxError(
                    f"there is no image {self.image}", hint="Make it with `devagent sandbox build`"
                ) from error
            raise
        return facts

    async def _boot(self, image: Mapping[str, Any]) -> None:
        api = self._api.client.api
        specification = containers.specification(self._api, image, self.limits, self._labels)
        await self._api.call("make a container", api.create_container, name=self._container, **specification)
        await self._api.call("start a container", api.start, self._container)

    async def _take_over(self) -> None:
        """Kill all that runs as the unprivileged user, and hold a shell as that user. Raises `SandboxError`."""
        shell = await Shell.open(self._api, self._container, USER)
        status, text = await shell.do(_KILL_ALL, timeout=SETTLE_TIMEOUT)
        if status != 0:
            shell.close()
            raise SandboxError("processes in the sandbox cannot be killed")
        self._user = shell
        kills, self._memory_kills = self._memory_kills, sum(map(int, text.split()))
        self._out_of_memory |= self._memory_kills > kills

    async def _settle(self) -> None:
        """Have nothing untrusted running; a container in which that cannot be had is replaced by a new one."""
        if self._keeper is None or self._keeper.closed:
            await self._replace()
        elif self._user is None or self._user.closed:
            try:
                async with asyncio.timeout(2 * SETTLE_TIMEOUT):
                    await self._take_over()
            except (SandboxError, TimeoutError):
                await self._replace()

    async def _replace(self) -> None:
        if self._replacing:
            raise SandboxError("the sandbox cannot be reset", why="a new container fails as the old one did")
        self._replacing = True
        try:
            self._fate = await self._find_out()
            self._out_of_memory |= self._fate == "out of memory"
            await self._discard(self._api)
            await self._create()
            for path, content in self._files.items():
                await self._put(path, content)
            if self._wanted is not None:
                await self.sync(self._wanted)
        finally:
            self._replacing = False

    async def _find_out(self) -> Fate:
        """What became of the container. One that runs and is replaced all the same was beyond cleaning."""
        inspect = self._api.client.api.inspect_container
        try:
            state = (await self._api.call("look after the sandbox", inspect, self._container))["State"]
        except SandboxError:
            return "gone"
        if state["Running"]:
            return "running"
        # The engine's flag also stands for earlier commands; one who removes a container did not run out of memory.
        return "out of memory" if state["OOMKilled"] and state["Status"] == "exited" else "gone"

    async def _discard(self, engine: Engine) -> None:
        for shell in (self._keeper, self._user):
            if shell is not None:
                shell.close()
        self._keeper = self._user = None
        self._base, self._installed, self._memory_kills = {}, False, 0
        if self._container:
            await engine.remove(self._container)
        self._container = ""

    async def _update(self, tree: Tree) -> None:
        """Send to /base what differs from what is there."""
        changed = {path: file for path, file in tree.items() if self._base.get(path) != file}
        gone = (self._base.keys() - tree.keys()) | (_folders(self._base) - _folders(tree)) | changed.keys()
        if not gone:
            return
        removed = b"".join(p.encode(errors="surrogateescape") + b"\0" for p in sorted(gone))
        added = pack(changed, owner=0)
        script = _UPDATE.format(removed=len(removed), added=len(added))
        self._base, before = {}, self._base
        await self._keeper_shell.check("send files to the sandbox", script, removed, added, timeout=120)
        self._base = {**{p: f for p, f in before.items() if p in tree}, **changed}

    async def _reset(self) -> None:
        await self._user_shell.check("reset the workspace", _RESET, timeout=120)

    async def _put(self, path: str, content: bytes) -> None:
        file, folder = quote(path), quote(str(PurePosixPath(path).parent))
        script = f"mkdir -p {folder} && rm -rf {file} && take {len(content)} >{file}"
        await self._keeper_shell.check("write into the sandbox", script, content)

    async def _install(self, argv: Sequence[str]) -> None:
        await self._keeper_shell.check("install the project", _OPEN_PROJECT)
        execution = await self.run(Command(argv, timeout=INSTALL_TIMEOUT))
        if not execution.ok:
            raise SandboxError(
                "the project could not be installed in the sandbox",
                why=f"{argv[0]} {execution.ended} with code {execution.exit_code}",
                hint="--verbose shows its output",
                details=execution.output[-4000:],
            )
        await self._user_shell.check("install the project", f"chmod -R a+rX {PROJECT}/* || :")
        await self._keeper_shell.check("install the project", _KEEP_PROJECT)
        await self._user_shell.check("install the project", _CLEAR_PROJECT)
        await self._keeper_shell.check("install the project", _LOCK_PROJECT)
        self._installed = True
        await self._reset()

    async def _launch(self, command: Command) -> Exec:
        stdin = "/dev/null"
        if command.stdin:
            stdin = f"{FILES}/stdin"
            await self._put(stdin, command.stdin)
        self._hand_over()
        argv = ["/bin/sh", "-c", LAUNCH, "sh", _folder(command), stdin, *command.argv]
        process = await self._api.exec(self._container, argv, user=USER, env=command.env)
        await process.send(b"\n")
        return process

    def _hand_over(self) -> None:
        """From here on something untrusted runs: what it could reach of ours is given up before."""
        self._user_shell.close()
        self._user = None
        self._out_of_memory, self._fate = False, "running"

    async def _finish(self, process: Exec, reader: "asyncio.Future[None]") -> None:
        try:
            await self._settle()
            await asyncio.wait([reader], timeout=2.0)
        finally:
            process.close()
            await asyncio.gather(reader, return_exceptions=True)


def _folder(command: Command) -> str:
    return str(PurePosixPath(WORKSPACE) / command.cwd)


def _folders(paths: Mapping[str, File]) -> set[str]:
    return {folder for path in paths for folder in parents(path)}
