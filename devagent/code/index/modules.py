"""Where imports lead: from what a file says it imports to the files that hold it.

Each way of naming modules is one class; a language's data file names the one it uses (`modules`).
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol


class Modules(Protocol):
    """One way of naming modules."""

    def find(self, module: str, importer: str) -> str | None:
        """The file that a module is, or `None` for one that is not in this tree."""
        ...

    def submodule(self, path: str, name: str) -> str | None:
        """The file of a module within a module, or `None`."""
        ...

    def beside(self, path: str) -> tuple[str, ...]:
        """The files whose definitions are seen in each other without an import, this one among them."""
        ...


class PythonModules:
    """Packages are folders: `a.b` is `a/b.py` or `a/b/__init__.py` below a folder that is no package itself."""

    def __init__(self, paths: Iterable[str]) -> None:
        files = [path for path in paths if path.endswith((".py", ".pyi"))]
        self._files = frozenset(files)
        packages = {path.rpartition("/")[0] for path in files if path.endswith(("/__init__.py", "/__init__.pyi"))}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._roots: dict[str, str] = {}
        for path in files:
            folder = path.rpartition("/")[0]
            self._by_name[_dotted(path, self._root(folder, packages))].append(path)
        for path in files:
            # A folder without __init__.py is a package as well when it is imported from the top.
            name = _dotted(path, "")
            if path not in self._by_name.get(name, ()):
                self._by_name[name].append(path)

    def find(self, module: str, importer: str) -> str | None:
        """The file of an absolute or relative module."""
        name = module.lstrip(".")
        if level := len(module) - len(name):
            folder = posixpath.dirname(importer)
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            return self._at(posixpath.join(folder, *name.split(".")) if name else folder)
        found = self._by_name.get(name, ())
        if len(found) < 2:
            return found[0] if found else None
        return max(found, key=lambda path: (nearness(path, importer), path.endswith(".py")))

    def submodule(self, path: str, name: str) -> str | None:
        """A module in a package."""
        if not path.endswith(("/__init__.py", "/__init__.pyi")):
            return None
        return self._at(posixpath.join(posixpath.dirname(path), name))

    def beside(self, path: str) -> tuple[str, ...]:  # noqa: ARG002  as the protocol has it
        """None: in Python all is imported."""
        return ()

    def _at(self, base: str) -> str | None:
        for ending in (".py", "/__init__.py", ".pyi", "/__init__.pyi"):
            if base + ending in self._files:
                return base + ending
        return None

    def _root(self, folder: str, packages: set[str]) -> str:
        """The folder that the names of packages begin in."""
        known = self._roots.get(folder)
        if known is None:
            parent = folder.rpartition("/")[0]
            known = self._roots[folder] = self._root(parent, packages) if folder and folder in packages else folder
        return known


class PathModules:
    """Modules are files, named by relative paths without their ending, or folders with an `index` file.

    A name that is not relative may still be of this tree: a package of a workspace goes by the name of its folder, and
    `@/a`, `~/a` and `src/a` start at a folder above.
    """

    _ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
    _WORKSPACES = ("packages", "libs", "apps", "plugins", "modules")

    def __init__(self, paths: Iterable[str]) -> None:
        self._files = frozenset(paths)
        self._packages: dict[str, list[str]] | None = None

    def find(self, module: str, importer: str) -> str | None:
        """The file of a relative path; `None` for the name of a package."""
        own = posixpath.splitext(importer)[1]
        endings = self._ENDINGS if own in self._ENDINGS else (own,)
        folder = posixpath.dirname(importer)
        if not module.startswith(".") and own in self._ENDINGS:
            return self._from_above(module, folder) or self._from_workspace(module, importer)
        return self._file(posixpath.normpath(posixpath.join(folder, module)), endings)

    def _file(self, base: str, endings: tuple[str, ...]) -> str | None:
        # What is compiled to JavaScript is imported by the name that it will have.
        stem = posixpath.splitext(base)[0] if base.endswith((".js", ".mjs", ".cjs", ".jsx")) else base
        tries = [base, *(base + ending for ending in endings), *(stem + ending for ending in endings)]
        tries += [posixpath.join(base, "index") + ending for ending in endings]
        return next((path for path in tries if path in self._files), None)

    def _from_above(self, module: str, folder: str) -> str | None:
        """A file below one of the folders above, by its path from there."""
        head, slash, rest = module.partition("/")
        if not slash or (head.startswith("@") and head != "@"):
            return None
        below = (f"src/{rest}", rest) if head in ("@", "~") else (module,)
        while True:
            for path in below:
                if found := self._file(posixpath.join(folder, path), self._ENDINGS):
                    return found
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def _from_workspace(self, module: str, importer: str) -> str | None:
        """A package of the same tree, or a file in it."""
        parts = module.split("/")
        count = 2 if module.startswith("@") else 1
        names = ["-".join(parts[:count]).lstrip("@"), parts[count - 1]] if len(parts) >= count else []
        known = self._folders()
        folders = next((known[name] for name in names if name in known), [])
        for folder in sorted(folders, key=lambda each: (-nearness(f"{each}/", importer), each)):
            within = "/".join(parts[count:])
            for path in (posixpath.join(folder, "src", within), posixpath.join(folder, within)):
                if found := self._file(path.rstrip("/"), self._ENDINGS):
                    return found
        return None

    def _folders(self) -> dict[str, list[str]]:
        """The folders of packages by their names: those that stand in a folder for such, and have files."""
        if self._packages is None:
            found: dict[str, dict[str, None]] = defaultdict(dict)
            for path in self._files:
                parts = path.split("/")
                at = next((n for n, part in enumerate(parts[:-2]) if part in self._WORKSPACES), None)
                if at is not None:
                    found[parts[at + 1]]["/".join(parts[: at + 2])] = None
            self._packages = {name: sorted(folders) for name, folders in found.items()}
        return self._packages

    def submodule(self, path: str, name: str) -> str | None:  # noqa: ARG002  as the protocol has it
        """None: a module has no modules inside."""
        return None

    def beside(self, path: str) -> tuple[str, ...]:  # noqa: ARG002  as the protocol has it
        """None: all is imported."""
        return ()


class FolderModules:
    """Modules are named by a dotted or slashed path whose end is a file, a folder, or a name in a file.

    Files of one folder see each other's definitions (Go, Rust, C headers by their paths).
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._files = frozenset(paths)
        self._by_end: dict[str, list[str]] = defaultdict(list)
        by_folder: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._files):
            stem = posixpath.splitext(path)[0]
            self._by_end[posixpath.basename(stem)].append(path)
            by_folder[posixpath.dirname(path)].append(path)
        self._by_folder = {folder: tuple(files) for folder, files in by_folder.items()}
        self._folders: dict[str, list[str]] = defaultdict(list)
        for folder in self._by_folder:
            self._folders[posixpath.basename(folder)].append(folder)

    def find(self, module: str, importer: str) -> str | None:
        """The file whose path ends as the module is named; the one nearest to the importer, where there are several."""
        near = posixpath.normpath(posixpath.join(posixpath.dirname(importer), module))
        if near in self._files:
            return near
        name = posixpath.splitext(module)[0] if "/" in module or module.endswith((".h", ".hpp", ".hh")) else module
        parts = [part for part in name.replace("::", "/").replace("\\", "/").replace(".", "/").split("/") if part]
        if parts and parts[0] in ("crate", "self", "super"):
            parts = parts[1:]
        for used in (parts, parts[:-1]):
            if used and (found := self._ending(used, importer)):
                return found
        return self._in_folder(parts, importer)

    def submodule(self, path: str, name: str) -> str | None:
        """A file in the same folder."""
        folder = posixpath.dirname(path)
        return next((p for p in self._by_end.get(name, ()) if posixpath.dirname(p) == folder), None)

    def beside(self, path: str) -> tuple[str, ...]:
        """The files of the folder."""
        return self._by_folder[posixpath.dirname(path)]

    def _in_folder(self, parts: list[str], importer: str) -> str | None:
        """The first file of the folder whose path the name of a package ends with."""
        if not parts:
            return None
        ending = posixpath.splitext(importer)[1]
        best, length = None, 0
        for folder in self._folders.get(parts[-1], ()):
            inside = folder.split("/")
            same = _same_end(inside, parts)
            if same > length and (same > 1 or same == len(inside)):
                files = [path for path in self._by_folder[folder] if path.endswith(ending)]
                best, length = (files[0], same) if files else (best, length)
        return best

    def _ending(self, parts: list[str], importer: str) -> str | None:
        best, length = None, (0, 0)
        for path in self._by_end.get(parts[-1], ()):
            same = _same_end(posixpath.splitext(path)[0].split("/"), parts)
            near = (same, nearness(path, importer))
            if near > length and (same == len(parts) or same > 1):
                best, length = path, near
        return best


def nearness(path: str, importer: str) -> int:
    """How much of the way from the top to a file the folder of an importer shares."""
    return len(posixpath.commonprefix([path, posixpath.dirname(importer) + "/"]))


def _same_end(first: list[str], second: list[str]) -> int:
    """How many parts two paths have in common at their ends."""
    same = 0
    while same < min(len(first), len(second)) and first[-1 - same] == second[-1 - same]:
        same += 1
    return same


def _dotted(path: str, root: str) -> str:
    inside = path[len(root) + 1 :] if root else path
    stem = inside.rpartition(".")[0]
    return stem.removesuffix("/__init__").replace("/", ".") if stem != "__init__" else posixpath.basename(root)
