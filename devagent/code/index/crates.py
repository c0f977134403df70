"""Where the paths of Rust lead: crates are folders with a `lib.rs` or `main.rs`, modules in them are files."""

import posixpath
from collections import defaultdict
from collections.abc import Iterable

from devagent.code.index.modules import nearness

_ROOTS = ("lib.rs", "main.rs")
_Module = tuple[str, ...]
"""The folder of a crate, and the names of modules within it."""


class CrateModules:
    """Modules are named by paths: from the crate, from here (`self`), from above (`super`), or from another crate."""

    def __init__(self, paths: Iterable[str]) -> None:
        files = sorted(path for path in paths if path.endswith(".rs"))
        self._folders = {posixpath.dirname(path) for path in files if posixpath.basename(path) in _ROOTS}
        self._crates: dict[str, list[str]] = defaultdict(list)
        for folder in sorted(self._folders):
            inside = posixpath.dirname(folder) if posixpath.basename(folder) == "src" else folder
            self._crates[posixpath.basename(inside).replace("-", "_")].append(folder)
        self._modules = {path: self._module(path) for path in files}
        self._files: dict[_Module, str] = {}
        for path, module in self._modules.items():
            if module not in self._files or path.endswith("/lib.rs"):
                self._files[module] = path

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module, named as in a path of this importer."""
        named = self._named(module.replace("::", ".").split("."), importer)
        return self._files.get(named) if named else None

    def submodule(self, path: str, name: str) -> str | None:
        """The file of a module within that of a file."""
        own = self._modules.get(path)
        return self._files.get((*own, name)) if own else None

    def beside(self, path: str) -> tuple[str, ...]:  # noqa: ARG002  as the protocol has it
        """None: in Rust all is named."""
        return ()

    def _named(self, parts: list[str], importer: str) -> _Module | None:
        own = self._modules.get(importer)
        if own is None:
            return None
        head, rest = parts[0], parts[1:]
        if head == "crate":
            return (own[0], *rest)
        if head == "self":
            return (*own, *rest)
        if head == "super":
            while rest and rest[0] == "super" and len(own) > 1:
                own, rest = own[:-1], rest[1:]
            return (*own[:-1], *rest) if len(own) > 1 else None
        if (*own, head) in self._files:
            return (*own, *parts)
        crates = self._crates.get(head, ())
        return (max(crates, key=lambda folder: nearness(f"{folder}/", importer)), *rest) if crates else None

    def _module(self, path: str) -> _Module:
        folder = posixpath.dirname(path)
        while folder and folder not in self._folders:
            folder = posixpath.dirname(folder)
        if folder not in self._folders:
            # What is built by itself (a test, an example) is a crate of its own; the files beside it are its modules.
            folder = posixpath.dirname(path)
        inside = path[len(folder) :].strip("/").removesuffix(".rs").split("/")
        if inside[-1] == "mod" or (len(inside) == 1 and f"{inside[0]}.rs" in _ROOTS):
            inside.pop()
        return (folder, *inside)
