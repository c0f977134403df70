"""Text in literals: quantifiers and anchors of patterns, numbers in formats, flags of regular expressions."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_LIKE_A_PATTERN = re.compile(r"\\[dwsbDWSB.]|\.[*+]|\)[*+?]|\][*+?]|%s[*+]|\(\?|\^|\$")
# What is replaced in a pattern, by what, and how likely that is.
_CHANGES = (
    (re.compile(r"(?<=[\w)\].}])\+(?!\+)"), ("*", "", "?"), 1.0),
    (re.compile(r"(?<=[\w)\].}])\*(?!\*)"), ("+", "*?", "?"), 1.0),
    (re.compile(r"(?<=[.\w)\]])[*+](?!\?)"), ("+?", "*?"), 0.5),
    (re.compile(r"\\d(?![+*{?])"), (r"\d+", r"\w"), 0.6),
    (re.compile(r"\\w(?![+*{?])"), (r"\w+", r"\S"), 0.4),
    (re.compile(r"a-z(?!A-Z)"), ("a-zA-Z", r"\w", "a-z0-9"), 0.7),
    (re.compile(r"A-Z(?!a-z)"), ("A-Za-z", "A-Z0-9"), 0.5),
    (re.compile(r"\\s(?!\*|\+)"), (r"\s*", r"\s+"), 0.5),
    (re.compile(r"(?<!\\)\."), (r"\.",), 0.5),
)
_NUMBER = re.compile(r"(?<=[.:<>^0%])\d(?=[dfs,}])|(?<=\{:)\d")
_EDGES = ("'", '"', "`", "/")


@template("pattern", "string", "pattern")
def other_pattern(scene: Scene, node: "Node") -> Iterator[Change]:
    """`\\d+` as `\\d*`, `.*` as `.*?`, `[a-z]` as `[a-zA-Z]`; with `^` in front, with `$` at the end."""
    text = scene.text(node)
    if not _LIKE_A_PATTERN.search(text) or "\n" in text or len(text) > 200:
        return
    for wanted, others, weight in _CHANGES:
        for found in wanted.finditer(text):
            for rank, other in enumerate(others):
                new = text[: found.start()] + other + text[found.end() :]
                yield scene.replace(node, new, weight / (1 + 0.5 * rank))
        if len(wanted.findall(text)) > 1:
            yield scene.replace(node, wanted.sub(others[0].replace("\\", r"\\"), text), 0.6 * weight)
    start = next((index for index, c in enumerate(text) if c in _EDGES), -1) + 1
    end = max(text.rfind(edge) for edge in _EDGES)
    if 0 < start < end:
        body = text[start:end]
        if not body.startswith("^"):
            yield scene.replace(node, f"{text[:start]}^{body}{text[end:]}", 0.6)
        if not body.endswith("$"):
            yield scene.replace(node, f"{text[:start]}{body}${text[end:]}", 0.6)


@template("pattern", "string")
def other_format(scene: Scene, node: "Node") -> Iterator[Change]:
    """`{:.1f}` as `{:.2f}`, `%02d` as `%03d`."""
    text = scene.text(node)
    for found in _NUMBER.finditer(text) if len(text) < 200 else ():
        for other in (int(found.group()) + 1, int(found.group()) - 1):
            if other >= 0:
                yield scene.replace(node, f"{text[: found.start()]}{other}{text[found.end() :]}", 0.5)


@template("pattern", "pattern")
def other_flags(scene: Scene, node: "Node") -> Iterator[Change]:
    """`/a/` as `/a/g`, `/a/i` and `/a/u`; without its flags."""
    body, _, flags = scene.text(node).rpartition("/")
    for flag in ("g", "i", "u"):
        if flag not in flags:
            yield scene.replace(node, f"{body}/{flags}{flag}", 0.8)
    if flags:
        yield scene.replace(node, f"{body}/", 0.4)
