"""Images: the dependencies of a repository, installed once with network, for many runs without.

A Dockerfile is interpreted step by step in a container and committed at the end, so that what the steps are lent
(certificates, proxies, index credentials: `network.py`) is in no layer, no configuration and no history, and a build
that is killed leaves nothing but a container that the next command removes.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from devagent.errors import SandboxError
from devagent.sandbox import addresses
from devagent.sandbox.archive import pack, parents
from devagent.sandbox.container import IDLE, KEEPER, LABEL, owner
from devagent.sandbox.dockerfile import Dockerfile, Step, assignments, parse
from devagent.sandbox.engine import Engine
from devagent.sandbox.network import NetworkSettings, network_settings, without_secrets
from devagent.sandbox.output import Output, line_of_error
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File, Tree
from devagent.sandbox.shell import LAUNCH, Shell, quote

Progress = Callable[[str], None]

LENT = "/run/devagent-build"
PULL_TIMEOUT = 10.0
STEP_TIMEOUT = 1800.0
COMMIT_TIMEOUT = 900.0
_LOG_BYTES = 200_000
# What building as root takes: package managers change owners and switch users, and nothing more.
_CAPABILITIES = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID", "KILL"]

_unreachable: set[str] = set()


async def find(recipe: Recipe) -> str | None:
    """The name of an image that was built for `recipe` on the best base that is present here, if there is one."""
    engine = await Engine.connect()
    try:
        for base in recipe.bases:
            if (facts := await _inspect(engine, base)) is not None:
                name = _name(recipe, facts["Id"])
                if await _inspect(engine, name) is not None:
                    return name
        return None
    finally:
        engine.close()


async def build(recipe: Recipe, *, progress: Progress) -> str:
    """The name of an image for `recipe`, built now unless it is there.

    Raises `SandboxError` with the tail of the log in its details when a step fails, `UsageError` for a Dockerfile
    that cannot be interpreted.
    """
    addresses.check(recipe)
    engine = await Engine.connect()
    try:
        base, note = await _pick_base(engine, recipe)
        if note:
            progress(note)
        facts = await _inspect(engine, base)
        if facts is None:
            raise SandboxError(f"the image {base} was removed", hint="Try again")
        name = _name(recipe, facts["Id"])
        if await _inspect(engine, name) is None:
            context = {**recipe.inputs, "install.sh": File(recipe.install.encode(), "100755")}
            for stage, steps in _stages(parse(recipe.dockerfile, {"BASE": base}), recipe, facts["Id"], name):
                if await _inspect(engine, stage) is None:
                    installs = any(step.instruction == "COPY" for step in steps)
                    progress(f"installing the dependencies for {recipe.ecosystem}" if installs else f"preparing {base}")
                    await _Build(engine, base, context, progress).make(stage, steps)
                base = stage
        return name
    finally:
        engine.close()


async def pick_base(recipe: Recipe) -> tuple[str, str]:
    """The first base that is present or can be pulled, and a note when it is not the wanted one (else "").

    Raises `SandboxError` when there is none.
    """
    engine = await Engine.connect()
    try:
        return await _pick_base(engine, recipe)
    finally:
        engine.close()


def _in_short(trouble: str) -> str:
    """Why an image cannot be had: the engine's own words are long, and name hosts nobody asked about."""
    unreachable = ("no such host", "dial tcp", "connection refused", "timeout", "deadline exceeded", "did not answer")
    return "its registry cannot be reached" if any(sign in trouble.lower() for sign in unreachable) else trouble


async def _pick_base(engine: Engine, recipe: Recipe) -> tuple[str, str]:
    trouble = ""
    for base in recipe.bases:
        if await _inspect(engine, base) is None:
            try:
                await _pull(engine, base)
            except SandboxError as error:
                trouble = trouble or error.why
                continue
        wanted = recipe.bases[0]
        return base, "" if base == wanted else f"{wanted} cannot be had ({_in_short(trouble)}); {base} is used instead"
    raise SandboxError(
        f"no base image for {recipe.ecosystem} is here or can be pulled",
        why=trouble,
        hint=f"Pull or import one of: {', '.join(recipe.bases)}",
    )


async def _pull(engine: Engine, image: str) -> None:
    registry = _registry(image)
    if registry in _unreachable:
        raise SandboxError(f"cannot pull {image}", why=f"{registry} is not reachable")
    repository, tag = _split(image)
    try:
        await engine.call(f"pull {image}", _pull_layers, engine.client.api, repository, tag)
    except SandboxError as error:
        from docker.errors import NotFound

        if not isinstance(error.__cause__, NotFound):
            _unreachable.add(registry)
        raise


def _pull_layers(api: Any, repository: str, tag: str) -> None:
    from docker.errors import APIError

    # The time limit is for silence: a pull that makes progress may take as long as it needs.
    with _patience(api, PULL_TIMEOUT):
        for event in api.pull(repository, tag=tag, stream=True, decode=True):
            if "error" in event:
                raise APIError(event["error"])


@contextlib.contextmanager
def _patience(api: Any, seconds: float) -> Iterator[None]:
    waited, api.timeout = api.timeout, seconds
    try:
        yield
    finally:
        api.timeout = waited


class _Build:
    """One container in which the steps of a stage are carried out."""

    def __init__(self, engine: Engine, base: str, context: Tree, progress: Progress) -> None:
        self._engine, self._base, self._context, self._progress = engine, base, context, progress
        self._container = f"devagent-build-{secrets.token_hex(6)}"
        self._env: dict[str, str] = {}
        self._folder, self._user = "/", KEEPER
        self._log = Output(_LOG_BYTES)
        self._settings = network_settings(LENT)

    async def make(self, name: str, steps: Iterable[Step]) -> None:
        """Carry out `steps` and commit the result as `name`."""
        for note in self._settings.notes:
            self._progress(note)
        try:
            await self._start(network="host" if self._settings.loopback_proxy else "bridge")
            for step in steps:
                await self._carry_out(step)
            await self._commit(name)
        finally:
            await asyncio.shield(self._engine.remove(self._container))

    async def _start(self, network: str) -> None:
        if network == "host":
            self._progress("the build uses the host's own network")
        await self._boot(network)
        if network == "bridge" and not await self._resolves(self._settings):
            await self._engine.remove(self._container)
            await self._start("host")
            return
        await self._lend()

    async def _boot(self, network: str) -> None:
        api = self._engine.client.api
        host_config = api.create_host_config(
            network_mode=network,
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

    async def _resolves(self, settings: NetworkSettings) -> bool:
        shell = await self._shell()
        try:
            names = " || ".join(f"getent hosts {quote(host)}" for host in settings.hosts)
            status, _ = await shell.do(f"command -v getent || exit 1; {names}", timeout=30)
        except SandboxError:
            return True
        finally:
            shell.close()
        return status == 0

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
                hint="--verbose shows the log",
                details=log[-8000:],
            )

    async def _commit(self, name: str) -> None:
        base = (await _inspect(self._engine, self._base) or {}).get("Config") or {}
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
        with _patience(api, COMMIT_TIMEOUT):
            await self._engine.call(
                "commit the image", api.commit, self._container, repository=repository, tag=tag, conf=configuration
            )


def _stages(dockerfile: Dockerfile, recipe: Recipe, base_id: str, name: str) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """What comes before the first COPY depends on no input: kept as an image, a new lock file does not repeat it."""
    steps = dockerfile.steps
    first = next((n for n, step in enumerate(steps) if step.instruction == "COPY"), len(steps))
    # ENV, WORKDIR and USER hold for the steps after them: with one of those it stays one stage.
    if 0 < first < len(steps) and all(step.instruction == "RUN" for step in steps[:first]):
        key = hashlib.sha256(repr((base_id, [step.words for step in steps[:first]])).encode()).hexdigest()[:20]
        yield f"devagent-{recipe.ecosystem}-tools:{key}", steps[:first]
        yield name, steps[first:]
    else:
        yield name, steps


def _name(recipe: Recipe, base_id: str) -> str:
    return f"devagent-{recipe.ecosystem}:{recipe.key(base_id)}"


async def _inspect(engine: Engine, image: str) -> Mapping[str, Any] | None:
    from docker.errors import ImageNotFound

    def inspect() -> Mapping[str, Any] | None:
        with contextlib.suppress(ImageNotFound):
            facts: Mapping[str, Any] = engine.client.api.inspect_image(image)
            return facts
        return None

    return await engine.call(f"look for the image {image}", inspect)


def _split(image: str) -> tuple[str, str]:
    repository, colon, tag = image.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (image, "latest")


def _registry(image: str) -> str:
    first = image.partition("/")[0]
    return first if "/" in image and any(c in first for c in ".:") else "docker.io"
