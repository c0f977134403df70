"""Which languages are indexed, and the version of what is known of each: of its grammar, its queries and this code.

Reading twenty data files takes longer than finding nothing changed, so the answer is kept beside the store, with the
times of the files that it was made from.
"""

import json
import os
import zlib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from devagent.code.language import DATA, languages
from devagent.journal.files import write_atomically

CODE = 5
"""Another number when extraction gives other facts for the same file."""

_NAME = "index.languages.json"


class Languages:
    """The languages by extension (`.py`), each with its version; `missing` names grammars that are not installed."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.by_extension: dict[str, str] = known["extensions"]
        self.versions: dict[str, int] = known["versions"]
        self.missing: list[str] = known["missing"]

    @property
    def stamp(self) -> int:
        """A number that is another one when any version is."""
        return zlib.crc32(json.dumps([self.by_extension, self.versions], sort_keys=True).encode())


def indexed_languages(folder: Path) -> Languages:
    """The languages that have definitions to be indexed. `folder` is that of the store."""
    path = folder / _NAME
    try:
        kept = json.loads(path.read_bytes())
        if kept["times"] == _times(kept["files"]):
            return Languages(kept)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    known = _described()
    write_atomically(path, json.dumps(known).encode())
    return Languages(known)


def _described() -> dict[str, Any]:
    extensions, versions, missing = {}, {}, []
    files = [str(DATA), *sorted(str(path) for path in DATA.glob("*.toml")), __file__]
    for language in languages():
        if not (language.queries.get("definitions") or language.queries.get("outline")):
            continue
        spec = find_spec(language.module)
        if spec is None or spec.origin is None:
            missing.append(language.name)
            continue
        files.append(spec.origin)
        about = repr((CODE, language, language.queries, _size(Path(spec.origin).parent)))
        versions[language.name] = zlib.crc32(about.encode())
        extensions.update(dict.fromkeys(language.extensions, language.name))
    return {
        "extensions": extensions,
        "versions": versions,
        "missing": missing,
        "files": files,
        "times": _times(files),
    }


def _size(package: Path) -> list[tuple[str, int]]:
    """What tells one version of a grammar from another: the sizes of its binaries."""
    return sorted((path.name, path.stat().st_size) for path in package.glob("*.so"))


def _times(files: list[str]) -> list[list[int]]:
    found = []
    for file in files:
        try:
            status = os.stat(file)  # noqa: PTH116  on the way of every command
            found.append([status.st_mtime_ns, status.st_size])
        except FileNotFoundError:
            found.append([0, 0])
    return found
