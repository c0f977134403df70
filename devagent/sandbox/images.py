"""Images: the dependencies of a repository, installed once with network, for many runs without.

A Dockerfile is interpreted step by step in a container and committed at the end, so that what the steps are lent
(certificates, proxies, index credentials: `network.py`) is in no layer, no configuration and no history, and a build
that is killed leaves nothing but a container that the next command removes.
"""

import hashlib
from collections.abc import Iterator

from devagent.errors import SandboxError
from devagent.sandbox import addresses, refusals
from devagent.sandbox.building import LENT, Build, Progress
from devagent.sandbox.dockerfile import Dockerfile, Step, parse
from devagent.sandbox.engine import Engine
from devagent.sandbox.forward import WAY_OUT, Forwarder
from devagent.sandbox.network import FILTERED, BuildNetwork, network_settings
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File

PULL_TIMEOUT = 10.0

_unreachable: set[str] = set()


async def find(recipe: Recipe) -> str | None:
    """The name of an image that was built for `recipe` on the best base that is present here, if there is one."""
    engine = await Engine.connect()
    try:
        for base in recipe.bases:
            if (facts := await engine.inspect(base)) is not None:
                name = _name(recipe, facts["Id"])
                if await engine.inspect(name) is not None:
                    return name
        return None
    finally:
        engine.close()


async def build(recipe: Recipe, *, progress: Progress, network: BuildNetwork = FILTERED) -> str:
    """The name of an image for `recipe`, built now unless it is there.

    Raises `SandboxError` with the tail of the log in its details when a step fails, `UsageError` for a Dockerfile
    that cannot be interpreted.
    """
    lent = network_settings(LENT, way_out="" if network.open else WAY_OUT, allowed=network)
    forwarder = None if network.open else Forwarder.of(lent, network, progress)
    if forwarder:
        addresses.check(recipe, forwarder.reach.hosts)
    engine = await Engine.connect()
    try:
        base, note = await _pick_base(engine, recipe)
        if note:
            progress(note)
        facts = await engine.inspect(base)
        if facts is None:
            raise SandboxError(f"the image {base} was removed", hint="Try again")
        name = _name(recipe, facts["Id"])
        if await engine.inspect(name) is None:
            for note in lent.notes:
                progress(note)
            context = {**recipe.inputs, "install.sh": File(recipe.install.encode(), "100755")}
            for stage, steps in _stages(parse(recipe.dockerfile, {"BASE": base}), recipe, facts["Id"], name):
                if await engine.inspect(stage) is None:
                    installs = any(step.instruction == "COPY" for step in steps)
                    progress(f"installing the dependencies for {recipe.ecosystem}" if installs else f"preparing {base}")
                    await Build(engine, base, context, lent, forwarder).make(stage, steps)
                base = stage
            refusals.remember(name, forwarder.told if forwarder else ())
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
        if await engine.inspect(base) is None:
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
        await engine.call(f"pull {image}", _pull_layers, engine, repository, tag)
    except SandboxError as error:
        from docker.errors import NotFound

        if not isinstance(error.__cause__, NotFound):
            _unreachable.add(registry)
        raise


def _pull_layers(engine: Engine, repository: str, tag: str) -> None:
    from docker.errors import APIError

    # The time limit is for silence: a pull that makes progress may take as long as it needs.
    with engine.patience(PULL_TIMEOUT):
        for event in engine.client.api.pull(repository, tag=tag, stream=True, decode=True):
            if "error" in event:
                raise APIError(event["error"])


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


def _split(image: str) -> tuple[str, str]:
    repository, colon, tag = image.rpartition(":")
    return (repository, tag) if colon and "/" not in tag else (image, "latest")


def _registry(image: str) -> str:
    first = image.partition("/")[0]
    return first if "/" in image and any(c in first for c in ".:") else "docker.io"
