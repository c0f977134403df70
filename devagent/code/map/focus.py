"""What a focus means: a file or folder of the tree, a definition, or words."""

import math
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from devagent.code.map.answering import Answers
from devagent.code.map.atlas import Atlas

_IDENTIFIER = re.compile(r"[^\W\d]\w*(?:(?:\.|::|#)[^\W\d]\w*)*")
_PATHLIKE = re.compile(r"[\w@+-][\w@+./-]*")
_NAMED, _NAMED_OFTEN, _OFTEN = 0.8, 0.4, 5
_MENTIONED_FILE, _MANY = 0.5, 20


@dataclass
class Meaning:
    """What the focuses of a map point at. Weights are up to 1, by the places of files and definitions in the atlas.

    `files` and `definitions` are what whole focuses name, `mentioned` what names in texts do; `answers` there are to
    the words of the texts. `unknown` are those focuses that point at nothing.
    """

    files: dict[int, float] = field(default_factory=dict)
    definitions: dict[int, float] = field(default_factory=dict)
    mentioned: dict[int, float] = field(default_factory=dict)
    answers: list[Answers] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def meaning(atlas: Atlas, focuses: Iterable[str], folder: str = "") -> Meaning:
    """What these focuses mean in a tree.

    Arguments:
        focuses: each a path, from the top or from `folder`; the name of a definition, qualified or not; or any text.
        folder: where the user stands, from the top.
    """
    found = Meaning()
    for focus in focuses:
        text = focus.strip()
        if files := _files(atlas, text, folder):
            found.files.update(dict.fromkeys(files, 1.0 / math.sqrt(len(files))))
        elif _IDENTIFIER.fullmatch(text) and (named := _named(atlas, text)):
            found.definitions.update(dict.fromkeys(named, 1.0 / math.sqrt(len(named))))
        elif below := _below(atlas, text, folder):
            found.files.update(dict.fromkeys(below, 1.0 / math.sqrt(len(below))))
        elif not _read_text(atlas, text, found):
            found.unknown.append(focus)
    return found


def _files(atlas: Atlas, text: str, folder: str) -> list[int]:
    """The file that a text names, or, where it has a slash, those of the folder."""
    places = (atlas.file_by_path.get(path) for path in _readings(text, folder))
    exact = next((place for place in places if place is not None), None)
    if exact is not None:
        return [exact]
    if "." in text and len(ending := _ending(atlas, text)) == 1:
        return ending
    return _below(atlas, text, folder) if "/" in text else []


def _ending(atlas: Atlas, text: str) -> list[int]:
    """The files whose paths end so."""
    return [file for file, path in enumerate(atlas.paths) if path.endswith(f"/{text}")]


def _below(atlas: Atlas, text: str, folder: str) -> list[int]:
    """The files of the folder that a text names."""
    for path in _readings(text, folder):
        if path and (below := [file for file, own in enumerate(atlas.paths) if own.startswith(f"{path}/")]):
            return below
    return []


def _readings(text: str, folder: str) -> tuple[str, ...]:
    """A path as it would be read in a folder, and from the top."""
    return tuple(dict.fromkeys((_normal(f"{folder}/{text}"), _normal(text))))


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _named(atlas: Atlas, name: str) -> list[int]:
    """The definitions of a name: qualified as it stands, or the last parts of it."""
    wanted = re.sub(r"::|#", ".", name).encode()
    found = []
    at = atlas.names.find(wanted + b"\n")
    while at >= 0:
        if at == 0 or atlas.names[at - 1 : at] in (b"\n", b"."):
            found.append(bisect_right(atlas.starts, at) - 1)
        at = atlas.names.find(wanted + b"\n", at + 1)
    return found


def _read_text(atlas: Atlas, text: str, found: Meaning) -> bool:
    """Note what a text mentions: paths and names as such, and words wherever they stand. Says if there was anything."""
    paths = _mentioned_paths(atlas, text)
    found.files.update(dict.fromkeys(paths, _MENTIONED_FILE))
    named: dict[int, float] = {}
    for name in dict.fromkeys(_IDENTIFIER.findall(text)):
        if _looks_like_code(name, text):
            places = _named(atlas, name)
            named.update(dict.fromkeys(places, _NAMED if len(places) <= _OFTEN else _NAMED_OFTEN))
    found.mentioned.update(named)
    answers = Answers(atlas, text)
    found.answers.append(answers)
    return bool(paths or named or answers.scores)


def _looks_like_code(name: str, text: str) -> bool:
    """Whether a word is written as names are and prose is not, or as code: `so`, or so()."""
    inner = name.strip("_")
    return (
        "_" in inner
        or "." in name
        or inner != name
        or not (inner.islower() or inner.istitle() or inner.isupper())
        or f"`{name}" in text
        or f"{name}(" in text
    )


def _mentioned_paths(atlas: Atlas, text: str) -> list[int]:
    """The files that a text names by the end of a path or as a module, unless those are many."""
    said = {word.strip("./").lower() for word in _PATHLIKE.findall(text) if "." in word or "/" in word}
    modules = {word.replace(".", "/") for word in said if "/" not in word}
    endings = tuple(f"/{word}" for word in said | modules)
    found = []
    for file, path in enumerate(atlas.paths if said else ()):
        low = f"/{path.lower()}"
        if low.endswith(endings) or low.rpartition(".")[0].removesuffix("/__init__").endswith(endings):
            found.append(file)
    return found if len(found) <= _MANY else []
