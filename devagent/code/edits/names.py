"""The name of a file, as answers write it beside a piece of code: in a heading, a fence, a comment, a sentence."""

import re
from collections.abc import Collection
from dataclasses import dataclass

_MAX_LENGTH = 300
_LEAD = re.compile(r"^(?:[#>*+-]+|\d{1,3}[.)])\s+")
_LABEL = re.compile(
    r"^(?:(?:the )?(?:(?:new|updated|modified|full|changed|complete) )?(?:file ?name|filepath|file|path)|"
    r"(?:create|update|edit|modify|replace|rewrite|change|add|in|for|now|here is|here's))(?=[\s:`*\"'])\s*:?\s*"
    r"(?:the )?(?:(?:new|updated|whole|complete|full) )?(?:file )?",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s*(?:\((?:new|updated|modified|changed|new file|[\w ,]{1,30})\)|:|,|\.)$", re.IGNORECASE)
_PATH = re.compile(r"[/\\]?[\w.@+~()\[\]$-]+(?:[/\\][\w.@+~()\[\]$-]+)*")
_ENDING = re.compile(r"(?:.*[/\\])?(?:.*[\w\])]\.[A-Za-z]\w{0,9}|\.[A-Za-z][\w.-]+|Makefile|Dockerfile|LICENSE|README)")
_SYMBOL = re.compile(r"(.+?)(?:::|#|:)((?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*)(?:\(\))?")
_DOTTED = re.compile(r"(?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*(?:\(\))?")
_COMMENT = re.compile(r"\s*(?:#+|//+|/\*+|<!--|--|;+|%+)\s*(.*?)\s*(?:\*/|-->)?\s*")
_INFO = re.compile(r"(?:title|file|filename|path|name)=[\"']?([^\"'\s}]+)[\"']?")
_QUOTED = re.compile(r"`([^`]{1,200})`")


_KNOWN = """
py pyi pyx js jsx mjs cjs ts tsx mts cts java kt kts scala groovy go rs rb php c h cc cpp cxx hpp hh cs fs vb swift m mm
lua pl pm r jl ex exs erl hs ml mli clj dart zig nim sh bash zsh fish ps1 bat sql html htm css scss sass less vue svelte
xml xsl json json5 jsonl yaml yml toml ini cfg conf env properties gradle lock md mdx rst txt adoc tex csv tsv proto
graphql tf mk cmake am ac ipynb svg po in j2 tmpl
"""
ENDINGS = frozenset(_KNOWN.split())
"""What the name of a file ends with; `Class.method` is not one."""


@dataclass(frozen=True)
class Named:
    """A file as an answer names it, and the symbol in it that a piece of code is, where that is said.

    `about` is a symbol that is only mentioned beside it. `sure` is false where a sentence that may say anything of the
    file names it, and not a label.
    """

    path: str = ""
    symbol: str = ""
    about: str = ""
    sure: bool = True

    def __bool__(self) -> bool:
        return bool(self.path)


NOBODY = Named()


def named_in(line: str, known: Collection[str]) -> Named:
    """The file that a line of prose names as the one that what follows belongs to.

    That is a line which says nothing else, or one in which a single path stands in backticks, or a single file that
    there is.
    """
    if len(line) > _MAX_LENGTH or not line.strip():
        return NOBODY
    text = _bare(line)
    if found := _as_path(_bare(_LABEL.sub("", text, count=1)), known) or _as_path(text, known):
        return found
    quoted = [q.strip() for q in _QUOTED.findall(line)]
    paths = [found for q in quoted if (found := _as_path(q, known))]
    if len(paths) == 1:
        others = [q.removesuffix("()") for q in quoted if _DOTTED.fullmatch(q) and not _as_path(q, known)]
        return Named(paths[0].path, paths[0].symbol, others[0] if len(others) == 1 else "", sure=False)
    words = {word.rstrip(".,:;") for word in re.findall(r"[\w./@+~-]+", line)}
    there = [word for word in words if word in known and ("." in word or "/" in word)]
    return Named(there[0], sure=False) if len(there) == 1 and not paths else NOBODY


def named_in_info(info: str, known: Collection[str]) -> Named:
    """The file that the words after a fence name: `python:src/a.py`, `py title="src/a.py"`, `src/a.py`."""
    if said := _INFO.search(info):
        return _as_path(said[1], known)
    for number, word in enumerate(info.split()):
        language, colon, path = word.partition(":")
        candidates = [path] if number == 0 and colon and re.fullmatch(r"[\w+#-]*", language) else []
        for candidate in [word, *candidates]:
            if found := _as_path(candidate.strip("{}()"), known):
                return found
    return NOBODY


def named_in_comment(line: str, known: Collection[str]) -> Named:
    """The file that the first line of a piece of code names, if that line is a comment which says nothing else."""
    comment = _COMMENT.fullmatch(line) if len(line) <= _MAX_LENGTH else None
    if comment is None:
        return NOBODY
    text = re.sub(r"^(?:file ?name|filepath|file|path)\s*:\s*", "", comment[1], flags=re.IGNORECASE)
    return _as_path(text, known)


def _as_path(text: str, known: Collection[str]) -> Named:
    if text in known:
        return Named(text)
    symbol = _SYMBOL.fullmatch(text)
    if symbol and (symbol[1] in known or _shaped(symbol[1])):
        return Named(symbol[1], symbol[2])
    return Named(text) if _shaped(text) else NOBODY


def _shaped(text: str) -> bool:
    """Whether a word looks like the path of a file; without a folder it needs an ending that files have."""
    if not (_PATH.fullmatch(text) and _ENDING.fullmatch(text)) or "://" in text:
        return False
    name, dot, ending = text.rpartition(".")
    return "/" in text or "\\" in text or not (dot and name) or ending.lower() in ENDINGS


def _bare(line: str) -> str:
    """A line without what Markdown and people put around a name."""
    text = _LEAD.sub("", line.strip())
    for _ in range(3):
        text = _TAIL.sub("", text).strip()
        for mark in ("**", "__", "`", '"', "'", "*"):
            if (
                len(text) > 2 * len(mark)
                and text.startswith(mark)
                and text.endswith(mark)
                and mark not in text[len(mark) : -len(mark)]
            ):
                text = text[len(mark) : -len(mark)].strip()
    return text
