"""One stage of an image: the steps of a Dockerfile, carried out in a container that is committed at the end.

The container has no network. What its programs connect to goes through a relay and the forwarder, which knows what a
build may reach.
"""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from devagent.errors import SandboxError
from devagent.sandbox.archive import pack, parents
from devagent.sandbox.container import IDLE, KEEPER, LABEL, owner
from devagent.sandbox.dockerfile import Step, assignments
from devagent.sandbox.engine import Engine
from devagent.sandbox.forward import Forwarder
from devagent.sandbox.network import NetworkSettings, without_secrets
from devagent.sandbox.output import Output, line_of_error
from devagent.sandbox.relay import Relay
from devagent.sandbox.sandbox import File, Tree
from devagent.sandbox.shell import LAUNCH, Shell, quote

Progress = Callable[[str], None]

LENT = "/run/devagent-build"
STEP_TIMEOUT = 1800.0
COMMIT_TIMEOUT = 900.0
_LOG_BYTES = 200_000
# What building as root takes: package managers change owners and switch users, and nothing more.
_CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID", "KILL"]


class Build:
    """One container in which the steps of a stage are carried out.

    Arguments:
        context: the files that the steps copy.
        settings: what the steps are lent, made for `LENT`.
        forwarder: what the steps reach the world through; `None`: the engine's own network.
    """

    def __init__(
        self, engine: Engine, base: str, context: Tree, settings: NetworkSettings, forwarder: Forwarder | None
    ) -> None:
        self._engine, self._base, self._context = engine, base, context
        self._settings, self._forwarder = settings, forwarder
        self._relay: Relay | None = None
        self._container = f"devagent-build-{secrets.token_hex(6)}"
        self._env: dict[str, str] = {}
        self._folder, self._user = "/", KEEPER
        self._log = Output(_LOG_BYTES)

    async def make(self, name: str, steps: Iterable[Step]) -> None:
        """Carry out `steps` and commit the result as `name`."""
        try:
            await self._boot()
            await self._lend()
            for step in steps:
                await self._carry_out(step)
            await self._close_way_out()
            await self._commit(name)
        finally:
            await asyncio.shield(self._end())

    async def _end(self) -> None:
        await self._close_way_out()
        await self._engine.remove(self._container)

    async def _open_way_out(self) -> None:
        if self._forwarder and not self._relay:
            self._relay = await Relay.start(self._engine, self._container, self._forwarder.accept)

    async def _close_way_out(self) -> None:
        relay, self._relay = self._relay, None
        if relay and self._forwarder:
            await relay.close()
            await self._forwarder.close()

    def _network(self) -> str:
        if self._forwarder:
            return "none"
        return "host" if self._settings.loopback_proxy else "bridge"

    async def _boot(self) -> None:
        api = self._engine.client.api
        host_config = api.create_host_config(
            network_mode=self._network(),
            tmpfs={LENT: "rw,noexec,nosuid,nodev,mode=755,size=16m"},
            cap_drop=["ALL"],
            cap_add=_CAPABILITIES,
            security_opt=["no-new-privileges"],
            pids_limit=4096,
            log_config={"Type": "none"},
            restart_policy={"Name": "no"},
        )
        await self._engine.call(
            "make a container",
            api.create_container,
            self._base,
            entrypoint=["/bin/sh"],
            command=["-c", IDLE],
            user=KEEPER,
            working_dir="/",
            labels=owner(),
            healthcheck={"test": ["NONE"]},
            use_config_proxy=False,
            name=self._container,
            host_config=host_config,
        )
        await self._engine.call("start a container", api.start, self._container)

    async def _lend(self) -> None:
        shell = await self._shell()
        try:
            for name, content in self._settings.files.items():
                file = quote(f"{LENT}/{name}")
                await shell.check("lend settings to the build", f"take {len(content)} >{file}", content)
        finally:
            shell.close()

    async def _shell(self) -> Shell:
        return await Shell.open(self._engine, self._container, KEEPER)

    async def _carry_out(self, step: Step) -> None:
        if step.instruction == "ENV":
            self._env.update(assignments(step.words))
        elif step.instruction == "USER":
            self._user = step.words[0]
        elif step.instruction == "WORKDIR":
            self._folder = str(PurePosixPath(self._folder) / step.words[0])
            await self._copy({}, folder=self._folder)
        elif step.instruction == "COPY":
            await self._copy(dict(self._copied(step)))
        else:
            await self._run(step)

    async def _copy(self, files: Tree, folder: str = "") -> None:
        shell = await self._shell()
        folders = sorted({folder.lstrip("/")} | {parent for path in files for parent in parents(path)})
        archive = pack(files, owner=0)
        make = "cd / && " + " && ".join(f"mkdir -p {quote('/' + f)}" for f in folders)
        try:
            await shell.check("copy files into the build", make)
            await shell.check(
                "copy files into the build",
                f"take {len(archive)} >{LENT}/copied && tar -xpof {LENT}/copied -C / && rm {LENT}/copied",
                archive,
            )
        finally:
            shell.close()

    def _copied(self, step: Step) -> Iterator[tuple[str, File]]:
        *sources, target = step.words
        place = str(PurePosixPath(self._folder) / target).lstrip("/")
        for source in sources:
            source = source.strip("/").removeprefix("./") or "."
            whole = source == "."
            matching = [path for path in self._context if whole or path == source or path.startswith(f"{source}/")]
            if not matching:
                raise SandboxError(f"line {step.line} of the Dockerfile copies {source!r}, which is not there")
            for path in matching:
                if path == source:
                    into = target.endswith("/") or len(sources) > 1
                    yield (f"{place}/{PurePosixPath(path).name}" if into else place), self._context[path]
                else:
                    yield f"{place}/{path if whole else path[len(source) + 1 :]}".lstrip("/"), self._context[path]

    async def _run(self, step: Step) -> None:
        await self._open_way_out()
        argv = ["/bin/sh", "-c", LAUNCH, "sh", self._folder, "/dev/null", *step.words]
        env = {"HOME": "/root", **self._settings.env, **self._env}
        process = await self._engine.exec(self._container, argv, user=self._user, env=env)
        reader = asyncio.ensure_future(process.drain(lambda _, chunk: self._log.add(chunk)))
        try:
            await process.send(b"\n")
            code = await process.wait(reader, timeout=STEP_TIMEOUT, stop=lambda: self._log.flooded)
        finally:
            process.close()
            await asyncio.gather(reader, return_exceptions=True)
        if code != 0:
            log = without_secrets(self._log.text())
            said = f"not done after {STEP_TIMEOUT:g} s" if code is None else line_of_error(log)
            where = f"line {step.line} of the Dockerfile" + (f", exit code {code}" if code else "")
            raise SandboxError(
                "building the environment failed",
                why=f"{said} ({where})" if said else where,
                hint=(self._forwarder and self._forwarder.hint) or "--verbose shows the log",
                details=log[-8000:],
            )

    async def _commit(self, name: str) -> None:
        base = (await self._engine.inspect(self._base) or {}).get("Config") or {}
        env = assignments(base.get("Env") or ()) | self._env
        configuration = {
            "Cmd": ["/bin/sh"],
            "Entrypoint": [],
            "User": "",
            "WorkingDir": "/",
            "Env": [f"{k}={v}" for k, v in env.items()],
            # A commit inherits the container's labels: those that tell whose it is mean nothing on an image.
            "Labels": {**dict.fromkeys(owner(), ""), LABEL: "1"},
        }
        api = self._engine.client.api
        repository, tag = name.rsplit(":", 1)
        with self._engine.patience(COMMIT_TIMEOUT):
            await self._engine.call(
                "commit the image", api.commit, self._container, repository=repository, tag=tag, conf=configuration
            )
