"""Projects that live together in one repository and need each other: npm's workspaces, and Python's siblings.

What is read here decides only what goes into an environment; a manifest that cannot be read says nothing.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from posixpath import basename, dirname
from typing import Any

from devagent.sandbox.sandbox import Tree

_PYTHON = ("pyproject.toml", "setup.cfg", "setup.py")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_SETUP_NAME = re.compile(r"""(?m)(?:^|[(,])\s*name\s*=\s*["']?([A-Za-z0-9][\w.-]*)""")


def npm_root(tree: Tree, folder: str) -> str:
    """The folder whose package.json counts `folder` among its workspaces; else `folder` itself."""
    above = dirname(folder)
    while folder and above != folder:
        inside = folder.removeprefix(f"{above}/") if above else folder
        if any(_selects(pattern, inside) for pattern in _npm_patterns(tree, above)):
            return above
        if not above:
            break
        above = dirname(above)
    return folder


def npm_members(tree: Tree) -> list[str]:
    """The package.json files of the workspaces that the package.json at the top of `tree` names."""
    patterns = _npm_patterns(tree, "")
    manifests = [path for path in tree if basename(path) == "package.json" and "/" in path]
    return [path for path in manifests if any(_selects(p, dirname(path)) for p in patterns) and not _linked(tree, path)]


def python_siblings(tree: Tree, folder: str) -> tuple[str, ...]:
    """The folders of other Python projects in the repository that this one needs, those needed first."""
    homes = _python_homes(tree)
    found: list[str] = []
    waiting = [folder]
    while waiting:
        home = waiting.pop(0)
        for name in _python_needs(tree, home):
            sibling = homes.get(name)
            if sibling is not None and sibling not in (folder, *found):
                found.append(sibling)
                waiting.append(sibling)
    return tuple(reversed(found))


def python_manifests(tree: Tree, folder: str) -> list[str]:
    """The manifests of the siblings that a project needs."""
    return [path for home in python_siblings(tree, folder) for path in _manifests_of(tree, home)]


def python_lock(tree: Tree, folder: str) -> str:
    """The lock file of the workspace around a project; empty where it has its own, or there is none."""
    while folder:
        if f"{folder}/uv.lock" in tree:
            return ""
        folder = dirname(folder)
        above = f"{folder}/uv.lock" if folder else "uv.lock"
        if above in tree and not _linked(tree, above):
            return above
    return ""


def _npm_patterns(tree: Tree, folder: str) -> list[str]:
    document = _json(tree, f"{folder}/package.json" if folder else "package.json")
    listed = document.get("workspaces", [])
    listed = listed.get("packages", []) if isinstance(listed, dict) else listed
    found = [pattern for pattern in listed if isinstance(pattern, str)] if isinstance(listed, list) else []
    return found or _pnpm_patterns(tree, f"{folder}/pnpm-workspace.yaml" if folder else "pnpm-workspace.yaml")


def _pnpm_patterns(tree: Tree, path: str) -> list[str]:
    """The list `packages` of a pnpm-workspace.yaml, as everybody writes it."""
    found = re.search(r"(?m)^packages:\s*\n((?:\s*(?:-.*|#.*)?\n?)*)", _text(tree, path))
    lines = found[1].splitlines() if found else []
    return [m[1] for line in lines if (m := re.match(r"""\s*-\s*["']?([^"'#]+?)["']?\s*(?:#.*)?$""", line))]


def _selects(pattern: str, folder: str) -> bool:
    """Whether a workspace pattern means this folder. `*` stays within one part of a path, `**` does not."""
    pattern = pattern.removeprefix("./").rstrip("/")
    if "**" in pattern:
        return fnmatchcase(folder, pattern.replace("/**", "/*").replace("**", "*"))
    return fnmatchcase(folder, pattern) and folder.count("/") == pattern.count("/")


def _python_homes(tree: Tree) -> dict[str, str]:
    """Each Python project of the repository: its name, normalised, and its folder."""
    homes: dict[str, str] = {}
    for path in sorted(tree, key=lambda path: (path.count("/"), path)):
        if basename(path) in _PYTHON and not _linked(tree, path):
            name = _python_name(tree, path)
            if name:
                homes.setdefault(_normal(name), dirname(path))
    return homes


def _python_name(tree: Tree, path: str) -> str:
    if basename(path) == "pyproject.toml":
        document = _toml(tree, path)
        return str(_table(document, "project").get("name") or _table(document, "tool", "poetry").get("name") or "")
    found = _SETUP_NAME.search(_text(tree, path))
    return found[1] if found else ""


def _python_needs(tree: Tree, folder: str) -> list[str]:
    """The names of all that the project in a folder says it needs, normalised."""
    needs = [need for path in _manifests_of(tree, folder) for need in _requirements(tree, path)]
    return [_normal(found[1]) for need in needs if (found := _NAME.match(need))]


def _requirements(tree: Tree, path: str) -> Iterator[str]:
    if basename(path) != "pyproject.toml":
        # Not run, and so not understood: every line and every quoted word may be a requirement.
        found = re.findall(r"""(?m)^\s+([A-Za-z][\w.-]*)|["']([A-Za-z][\w.-]*)""", _text(tree, path))
        yield from (one or other for one, other in found)
        return
    document = _toml(tree, path)
    project, poetry = _table(document, "project"), _table(document, "tool", "poetry")
    yield from _texts(project.get("dependencies"))
    for group in (*_table(project, "optional-dependencies").values(), *_table(document, "dependency-groups").values()):
        yield from _texts(group)
    yield from _table(poetry, "dependencies")
    for group in _table(poetry, "group").values():
        yield from _table(group, "dependencies") if isinstance(group, dict) else ()
    yield from _workspace(tree, dirname(path), document)


def _workspace(tree: Tree, folder: str, document: Mapping[str, Any]) -> Iterator[str]:
    """The members of uv's workspace, which a project needs that is nothing but their common root."""
    if "project" in document:
        return
    for pattern in _texts(_table(document, "tool", "uv", "workspace").get("members")):
        for path in tree:
            home = dirname(path).removeprefix(f"{folder}/" if folder else "")
            if basename(path) == "pyproject.toml" and _selects(pattern, home):
                yield _python_name(tree, path)


def _manifests_of(tree: Tree, folder: str) -> list[str]:
    paths = [f"{folder}/{name}" if folder else name for name in _PYTHON]
    return [path for path in paths if path in tree and not _linked(tree, path)]


def _table(document: Mapping[str, Any], *way: str) -> Mapping[str, Any]:
    for key in way:
        inner = document.get(key)
        document = inner if isinstance(inner, dict) else {}
    return document


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _toml(tree: Tree, path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(_text(tree, path))
    except tomllib.TOMLDecodeError:
        return {}


def _json(tree: Tree, path: str) -> Mapping[str, Any]:
    try:
        document = json.loads(_text(tree, path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _text(tree: Tree, path: str) -> str:
    return tree[path].content.decode("utf-8-sig", "replace") if path in tree and not _linked(tree, path) else ""


def _linked(tree: Tree, path: str) -> bool:
    return tree[path].mode == "120000"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
