"""The manifests of a repository: which folders are projects of their own, and what belongs to the environment of one.

A project is a folder with a manifest and tests. Everything here reads; nothing of a repository is run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import basename, dirname

from devagent.sandbox import workspaces
from devagent.sandbox.definition import Definition, load, names
from devagent.sandbox.sandbox import File, Tree

OURS = ".devagent"
_FOREIGN = ("node_modules", "venv", "vendor", "third_party", "site-packages", "testdata", "fixtures", "__fixtures__")


@dataclass(frozen=True)
class Project:
    """A folder of a repository with a manifest and tests of its own; `folder` is empty for the repository itself."""

    folder: str
    ecosystem: str

    def __str__(self) -> str:
        return f"{self.folder or '.'} ({self.ecosystem})"


def projects(tree: Tree) -> tuple[Project, ...]:
    """The projects of a repository, by folder; none where no manifest says so."""
    found: dict[str, tuple[int, str]] = {}
    for name in names():
        definition = load(name)
        folders = _folders(definition, tree)
        whole = "" in folders and covers(definition, tree, "")
        if whole and definition.image.workspaces == "npm":
            # A workspace without a runner of its own is tested from the top.
            folders = {folder for folder in folders if covers(definition, tree, folder)}
        tests = _tests_below(definition, folders, tree)
        for folder, count in {**({"": 1} if whole else {}), **tests}.items():
            if count > found.get(folder, (0, ""))[0]:
                found[folder] = count, name
    return tuple(Project(folder, name) for folder, (_, name) in sorted(found.items()))


def covers(definition: Definition, tree: Tree, folder: str) -> bool:
    """Whether the manifests in a folder say how all tests below it are run."""
    paths = ((f"{folder}/{p.path}" if folder else p.path, p.pattern) for p in definition.detect.covers)
    return any(path in tree and re.search(pattern, text_of(tree[path])) for path, pattern in paths)


def chosen(tree: Tree, folder: str) -> tuple[Project, ...]:
    """The projects that a command means which is given in this folder: the one around it, that at the top, or all.

    None where no manifest says anything: then the repository is taken as a whole.
    """
    found = projects(tree)
    inner = enclosing(folder, found)
    if inner is not None:
        return (inner,)
    top = tuple(project for project in found if not project.folder)
    return top or found


def text_of(file: File) -> str:
    """The text of a file."""
    return file.content.decode("utf-8-sig", "replace")


def enclosing(folder: str, found: Sequence[Project]) -> Project | None:
    """The innermost project that a folder lies in, if it is not that of the whole repository."""
    around = [p for p in found if p.folder and (folder == p.folder or folder.startswith(f"{p.folder}/"))]
    return max(around, key=lambda project: len(project.folder), default=None)


def holding(found: Sequence[Project], paths: Sequence[str]) -> tuple[Project, ...]:
    """Those of the projects in which one of the paths lies."""
    homes = {enclosing(path, found) for path in paths}
    return tuple(project for project in found if project in homes)


def below(tree: Tree, folder: str) -> Tree:
    """What lies in a folder, by its path from there."""
    if not folder:
        return tree
    start = f"{folder}/"
    return {path.removeprefix(start): file for path, file in tree.items() if path.startswith(start)}


def inputs(definition: Definition, tree: Tree, folder: str) -> dict[str, File]:
    """The files that the environment of a project is made from, as its build finds them."""
    top = environment_folder(definition, tree, folder)
    own, patterns = below(tree, top), definition.image.inputs
    found = {path: file for path, file in own.items() if _is_input(path, file, patterns)}
    if definition.image.workspaces == "npm":
        found |= {path: own[path] for path in workspaces.npm_members(own)}
    if definition.image.workspaces == "python":
        found |= {f"{OURS}/siblings/{path}": tree[path] for path in workspaces.python_manifests(tree, folder)}
        lock = workspaces.python_lock(tree, folder)
        found |= {basename(lock): tree[lock]} if lock else {}
    return found | {f"{OURS}/{name}": File(definition.text(name).encode()) for name in definition.image.build}


def environment_folder(definition: Definition, tree: Tree, folder: str) -> str:
    """The folder whose environment a project has: its own, or that of the workspace it belongs to."""
    return workspaces.npm_root(tree, folder) if definition.image.workspaces == "npm" else folder


def to_install(tree: Tree, folder: str) -> tuple[str, ...]:
    """The folders, from the top of the repository, that are installed to run a project's tests: what it needs first."""
    return (*workspaces.python_siblings(tree, folder), folder or ".")


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path matches one of the patterns: those with a slash as a whole, others by the file's name."""
    return any(fnmatchcase(path if "/" in pattern else basename(path), pattern) for pattern in patterns)


def visible(path: str) -> bool:
    """Whether the file is the repository's own: not hidden, and nobody else's code that was copied in."""
    return not any(part.startswith(".") or part in _FOREIGN for part in path.split("/"))


def _folders(definition: Definition, tree: Tree) -> set[str]:
    """The folders with a manifest."""
    firm = {dirname(path) for path in _named(definition.detect.manifests, definition, tree)}
    loose = {dirname(path) for path in _named(definition.detect.loose_manifests, definition, tree)}
    return firm | {""} if "" in firm | loose else firm | loose


def _named(names: Sequence[str], definition: Definition, tree: Tree) -> Iterator[str]:
    for path, file in tree.items():
        own = visible(path) and file.mode != "120000"
        if own and basename(path) in names and not matches(path, definition.detect.helpers):
            yield path


def _tests_below(definition: Definition, folders: set[str], tree: Tree) -> dict[str, int]:
    """How many test files each of the folders holds that no folder inside it does; those of none are the root's."""
    counts: dict[str, int] = {}
    for path in tree:
        if visible(path) and _holds_tests(definition, path):
            folder = dirname(path)
            while folder and folder not in folders:
                folder = dirname(folder)
            counts[folder] = counts.get(folder, 0) + 1
    return counts if any(folders) else {folder: n for folder, n in counts.items() if folder in folders}


def _holds_tests(definition: Definition, path: str) -> bool:
    """Whether the file looks like tests by its name, or is code among them: some runners take any file there."""
    detect = definition.detect
    return matches(path, detect.tests) or (matches(path, detect.helpers) and matches(path, detect.sources))


def _is_input(path: str, file: File, patterns: Sequence[str]) -> bool:
    """A manifest at the top, or where its pattern says; a symlink is none (its target may be anything)."""
    return file.mode != "120000" and any(
        fnmatchcase(path, pattern) and path.count("/") == pattern.count("/") for pattern in patterns
    )
