"""A settings file to start from: every key with what it means and its default, all of it commented out."""

import json
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devagent.config.settings import Settings, permission, sections
from devagent.errors import UsageError

_HEAD = """\
Settings of devagent, each with its default. To change one, take the # in front of it away. Stronger than this file
are the repository's git configuration (git config devagent.SECTION.KEY VALUE), variables (DEVAGENT_SECTION__KEY) and
the command line. `devagent config show` tells what is in force, and why.\
"""
_HEAD_OF_REPOSITORY = """\
Settings that this repository brings for devagent, each with its default. To set one, take the # in front of it away.
They count for nobody who has not read and trusted them (`devagent trust`), and anybody's own settings are stronger.
Nothing else can be set here. Roles, phases and chains may stand in .devagent/prompts.\
"""
_EXAMPLE_OF_ROLES = '# reviewer = "PROVIDER/NAME"'


def commented(*, repository: bool) -> str:
    """A `config.toml` that sets nothing: for the user, or with the keys that a repository may set."""
    lines = [f"## {line}" for line in (_HEAD_OF_REPOSITORY if repository else _HEAD).split("\n")]
    defaults = Settings()
    for section, model in sections().items():
        keys = [name for name in model.model_fields if not repository or permission(f"{section}.{name}")]
        if keys:
            lines += ["", f"## {model.__doc__ or section}", f"[{section}]"]
        for name in sorted(keys, key=lambda name: isinstance(getattr(getattr(defaults, section), name), dict)):
            lines += _entry(section, name, repository=repository)
    return "\n".join(lines) + "\n"


def _entry(section: str, name: str, *, repository: bool) -> Iterator[str]:
    info = sections()[section].model_fields[name]
    default = getattr(getattr(Settings(), section), name)
    lower = repository and permission(f"{section}.{name}") == "lower"
    limit = ("; it can be lowered here, not raised" if default else "; 0 means no limit") if lower else ""
    text = f"{info.description}{limit}".rstrip(" ,…")
    yield ""
    yield from (f"## {line}" for line in textwrap.wrap(f"{text[:1].upper()}{text[1:]}.", 100))
    if isinstance(default, dict):
        yield f"[{section}.{name}]"
        yield _EXAMPLE_OF_ROLES
    else:
        yield f"# {name} = {_toml(default)}"


def _toml(value: Any) -> str:
    """A default as TOML; JSON writes texts, numbers, truth values and lists the same way."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def write_new(folder: Path, name: str, text: str, *, private: bool) -> Path:
    """Write a file that is not there yet into a folder that may have to be made; gives its path.

    Arguments:
        private: only for the user: neither file nor folder is readable to others.

    Raises `UsageError` where there is such a file, or the folder is a link.
    """
    path = folder / name
    if not private and folder.is_symlink():
        raise UsageError(f"{folder} is a symlink", why="what a repository brings is not read through links")
    folder.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600 if private else 0o666)
    except FileExistsError:
        raise UsageError(f"{path} exists already", hint="Change it, or move it away first") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path
