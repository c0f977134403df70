"""What a shell offers behind TAB: names that lie on this machine. Nothing is started and no server is asked."""

import re
from pathlib import Path

import typer

_RUN = re.compile(r"\d{6}-[a-z]+")
_EMBEDDED = ("embedded", "the model that devagent brings along")
Offers = list[tuple[str, str]]


def runs(ctx: typer.Context) -> Offers:
    """The runs of the repository, the latest first, each with what became of it."""
    from devagent.proposal.store import Run

    common = common_folder(Path(ctx.params.get("directory") or ".").absolute())
    folder = common / "devagent" / "runs" if common else None
    if folder is None or not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if _RUN.fullmatch(path.name)), reverse=True)
    return [(name, str(Run(name, folder / name).state)) for name in names]


def models(incomplete: str) -> Offers:
    """The embedded model and the providers; behind the slash, what a provider has."""
    from devagent.models.prices import names_of
    from devagent.models.providers import known_providers

    provider, slash, _ = incomplete.partition("/")
    if slash:
        return [(name, "") for name in names_of(provider)]
    return [_EMBEDDED, *((f"{name}/", "") for name in sorted(known_providers() | {"ollama"}))]


def role_models(incomplete: str) -> Offers:
    """`ROLE=`, and behind it a model."""
    role, equals, model = incomplete.partition("=")
    if equals:
        return [(f"{role}={name}", help_) for name, help_ in models(model)]
    return [(f"{name}=", "") for name in _prompts("roles", ".md")]


def chains() -> Offers:
    """The chains there are files of."""
    return [(name, "") for name in _prompts("chains", ".toml")]


def _prompts(kind: str, suffix: str) -> list[str]:
    from devagent.config.resources import config_folder, data_folder

    folders = (config_folder() / "prompts" / kind, data_folder("prompts") / kind)
    return sorted({path.stem for folder in folders for path in folder.glob(f"*{suffix}")})


def common_folder(start: Path) -> Path | None:
    """Where git keeps what all work trees of the repository share, found without git."""
    for folder in (start, *start.parents):
        own = folder / ".git"
        if own.is_file():
            own = folder / own.read_text(errors="replace").removeprefix("gitdir:").strip()
        if own.is_dir():
            shared = own / "commondir"
            return own / shared.read_text(errors="replace").strip() if shared.is_file() else own
    return None
