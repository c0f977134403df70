"""Package indexes that a repository names for itself: pip would follow them, and no build does."""

import re
from urllib.parse import urlsplit

from devagent.sandbox.network import network_settings, without_secrets
from devagent.sandbox.output import one_line
from devagent.sandbox.recipe import Recipe

_INDEX = re.compile(
    r"\s*(?:-i|--index-url|--extra-index-url|-f|--find-links)[\s=]+[\"']?([a-z][a-z0-9+.-]*://[^\s\"']+)", re.I
)
_REQUIREMENTS = (".txt", ".in")
_PUBLIC = frozenset(("pypi.org", "pypi.python.org", "files.pythonhosted.org"))


def not_followed(recipe: Recipe) -> list[str]:
    """One line for each requirement file that names another package index than the user's and the public one."""
    notes = []
    for path, file in recipe.inputs.items():
        lines = file.content.decode(errors="replace").splitlines() if path.endswith(_REQUIREMENTS) else []
        named = ((number, match[1]) for number, line in enumerate(lines, 1) if (match := _INDEX.match(line)))
        if other := next((found for found in named if not _is_known(found[1])), None):
            what = f"{one_line(path)}, line {other[0]} names a package index, {one_line(without_secrets(other[1]))}"
            notes.append(f"{what}, which is not used: packages come from the index that pip has on this machine")
    return notes


def _is_known(url: str) -> bool:
    """Whether a URL leads to the public index, or to one that pip is set up for here."""
    host = _host(url)
    settings = network_settings("/").files.get("pip.conf", b"").decode(errors="replace")
    return host in _PUBLIC or host in {_host(word) for word in settings.split() if "://" in word}


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # what is no address has no host
        return ""
