"""Which sandbox is used here, and what it holds back."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from devagent.errors import CannotRun, SandboxError
from devagent.sandbox import held, images, marks, refusals, uses
from devagent.sandbox.container import LABEL, remove_stale
from devagent.sandbox.docker import DockerSandbox
from devagent.sandbox.engine import Engine
from devagent.sandbox.network import FILTERED, BuildNetwork
from devagent.sandbox.recipe import Limits, Recipe
from devagent.sandbox.sandbox import Sandbox

Kind = Literal["auto", "docker", "process"]
Progress = Callable[[str], None]


async def open_sandbox(
    recipe: Recipe,
    *,
    kind: Kind = "auto",
    limits: Limits | None = None,
    run_id: str = "",
    progress: Progress,
    project_install: Sequence[str] | None = None,
    network: BuildNetwork = FILTERED,
    repository: Path | None = None,
) -> Sandbox:
    """A started sandbox for `recipe`, whose image or environment is built first if it is missing.

    It is noted that this is used for `repository`. "auto" is Docker where an engine answers within two seconds, else
    process isolation. Raises `CannotRun` when neither works here, `SandboxError` when the chosen one fails.
    """
    labels = {f"{LABEL}.run": run_id} if run_id else {}
    limits = limits or Limits()
    sandbox: Sandbox
    if await choose(kind) == "docker":
        await _clean_up(progress)
        marks.leave()
        image = await _image(recipe, progress, network, repository)
        sandbox = DockerSandbox(image, limits=limits, labels=labels, project_install=project_install)
    else:
        from devagent.sandbox.process import ProcessSandbox

        environment = await _environment(recipe, progress, network, repository)
        sandbox = ProcessSandbox(environment, limits=limits, labels=labels, project_install=project_install)
    try:
        await sandbox.start()
    except BaseException:  # also when cancelled: no container may stay behind
        await sandbox.close()
        raise
    return sandbox


async def build(
    recipe: Recipe,
    *,
    kind: Kind = "auto",
    progress: Progress,
    network: BuildNetwork = FILTERED,
    repository: Path | None = None,
) -> str:
    """The image or environment folder for `recipe`, built if it is missing. Raises as `open_sandbox`."""
    if await choose(kind) == "docker":
        marks.leave()
        return await _image(recipe, progress, network, repository)
    return str(await _environment(recipe, progress, network, repository))


async def _image(recipe: Recipe, progress: Progress, network: BuildNetwork, repository: Path | None) -> str:
    """The image for `recipe`, which nobody removes while this process lives; built once, whoever else wants it."""
    async with held.looking():
        image = await images.find(recipe)
        if image is None:
            waiting = "waiting for another devagent that builds the same image"
            async with held.alone(f"building {recipe.key('')}", lambda: progress(waiting)):
                image = await images.build(recipe, progress=progress, network=network)
        elif told := refusals.recall(image):
            progress(told)
        held.hold(image)
        uses.note(image, repository)
    return image


async def _environment(recipe: Recipe, progress: Progress, network: BuildNetwork, repository: Path | None) -> Path:
    """The environment folder for `recipe`, which nobody removes while this process lives."""
    from devagent.sandbox import environments

    async with held.looking():
        folder = await environments.find(recipe)
        if folder is None:
            folder = await environments.build(recipe, progress=progress, network=network)
        elif told := refusals.recall(str(folder)):
            progress(told)
        held.hold(str(folder))
        uses.note(str(folder), repository)
    return folder


async def choose(kind: Kind) -> Literal["docker", "process"]:
    """The kind of sandbox that "auto" stands for here. Raises `CannotRun`, with the way out, if there is none."""
    if kind != "process":
        no_docker = await docker_trouble()
        if not no_docker:
            return "docker"
        if kind == "docker":
            raise CannotRun("there is no Docker engine", why=no_docker, hint="Start one, or use --sandbox process")
    from devagent.sandbox import process

    if no_process := process.available():
        hint = "Install and start Docker" if kind == "auto" else "Use --sandbox docker"
        raise CannotRun("there is no sandbox for untrusted code here", why=no_process, hint=hint)
    return "process"


class Fact(NamedTuple):
    """One thing about the isolation, for people. `holds` is whether it holds something back."""

    name: str
    found: str
    holds: bool = True


async def isolation_report(kind: Kind, network: BuildNetwork = FILTERED) -> list[Fact]:
    """What is in force. Raises `CannotRun` when no sandbox works here."""
    if await choose(kind) == "process":
        return [
            Fact("isolation", "process: user, mount, network, pid and ipc namespaces"),
            Fact("network", "none; only the sandbox's own loopback"),
            _builds(network),
            Fact("user", "unprivileged, without capabilities; no new privileges"),
            Fact("host files", "none writable; what the runtime needs is mounted read-only"),
            Fact("limits", _limits(Limits())),
        ]
    engine = await Engine.connect()
    try:
        return _docker_facts(engine, Limits(), network)
    finally:
        engine.close()


def _docker_facts(engine: Engine, limits: Limits, network: BuildNetwork) -> list[Fact]:
    facts = engine.facts
    security = {option.split(",")[0].removeprefix("name="): option for option in facts.get("SecurityOptions") or ()}
    held = {"memory": "MemoryLimit", "processors": "CpuCfsQuota", "processes": "PidsLimit"}
    missing = [name for name, key in held.items() if not facts.get(key, True)]
    return [
        Fact("isolation", f"Docker {facts.get('ServerVersion', '')} at {engine.address}"),
        Fact("network", "none; only the container's own loopback"),
        _builds(network),
        Fact("user", "uid 1000, all capabilities dropped, no new privileges"),
        Fact("host files", "none mounted; the root file system is read-only, what is writable is a bounded tmpfs"),
        Fact("limits", _limits(limits) + (f"; not held by this engine: {', '.join(missing)}" if missing else "")),
        Fact("cgroups", f"version {facts.get('CgroupVersion', '1')}"),
        Fact("seccomp", security.get("seccomp", "off").removeprefix("name=seccomp,"), "seccomp" in security),
        Fact("AppArmor", "on" if "apparmor" in security else "off", "apparmor" in security),
        Fact("SELinux", "on" if "selinux" in security else "off", "selinux" in security),
        Fact("rootless engine", "yes" if "rootless" in security else "no", "rootless" in security),
        Fact("user namespace", "remapped" if "userns" in security else "the host's", "userns" in security),
    ]


def _builds(network: BuildNetwork) -> Fact:
    if network.open:
        return Fact("builds reach", "all that this machine reaches (sandbox.build_network is open)", holds=False)
    inside = f"; inside: {', '.join(network.hosts)}" if network.hosts else ", no private address"
    return Fact("builds reach", f"package indexes, and the world on ports 80 and 443{inside}")


def _limits(limits: Limits) -> str:
    memory, disk = limits.memory // 2**20, limits.disk // 2**20
    return f"{memory} MiB memory, {limits.cpus:g} processors, {limits.processes} processes, {disk} MiB of files"


async def docker_trouble() -> str:
    try:
        (await Engine.connect()).close()
    except SandboxError as error:
        return error.why or error.what
    return ""


async def remove_what_the_dead_left(progress: Progress) -> None:
    """Remove the containers of devagent processes of this user that were killed; costs nothing where none was."""
    with marks.of_the_dead() as killed:
        # An engine that does not answer now has nothing running that could be removed.
        if killed:
            with contextlib.suppress(SandboxError):
                await _clean_up(progress)


async def _clean_up(progress: Progress) -> None:
    engine = await Engine.connect()
    try:
        if removed := await remove_stale(engine):
            progress(f"removed {removed} container{'s' if removed > 1 else ''} that an earlier devagent left behind")
    finally:
        engine.close()
