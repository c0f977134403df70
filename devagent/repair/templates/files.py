"""Files and bytes: how they are opened, what is written, what is there already."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from devagent.repair.edit import Change
from devagent.repair.scene import Scene
from devagent.repair.templates.names import reads
from devagent.repair.templates.ranges import call_parts
from devagent.repair.templates.template import template

if TYPE_CHECKING:
    from tree_sitter import Node

_BYTES = re.compile(r"subprocess\.|\brecv\(|urlopen\(|b64|\"rb\"|'rb'|read_bytes|\bbytes\b")


@template("opened", "call")
def opened_otherwise(scene: Scene, node: "Node") -> Iterator[Change]:
    """`open(path)` with an encoding; `open(path, "w")` to add to it, or without changed line breaks; as bytes."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is None or holder is None or scene.grammar.bracketed or parts[0] not in ("open", "io.open"):
        return
    given, inner = parts[1], ", ".join(parts[1])
    mode = given[1].strip("\"'") if len(given) > 1 and given[1][0] in "\"'" else ""
    forms = [] if "encoding" in inner or "b" in mode else [f'{inner}, encoding="utf-8"']
    forms += [f'{inner}, newline=""'] if mode and "newline" not in inner else []
    others = {"": ["rb"], "r": ["rb"], "w": ["a", "wb"], "a": ["w"], "rb": ["r"], "wb": ["w", "ab"]}.get(mode, [])
    forms += [", ".join([given[0], f'"{other}"', *given[2:]]) for other in others if given]
    for rank, form in enumerate(forms):
        yield scene.replace(holder, f"({form})", 1.0 / (1 + 0.2 * rank))


@template("opened", "call")
def there_already(scene: Scene, node: "Node") -> Iterator[Change]:
    """`path.mkdir()` and `makedirs(path)` with `exist_ok=True`; `path.unlink()` with `missing_ok=True`."""
    parts, holder = call_parts(scene, node), scene.grammar.field(node, "arguments")
    if parts is None or holder is None or "_ok=" in scene.text(holder):
        return
    word = {"mkdir": "exist_ok", "makedirs": "exist_ok", "unlink": "missing_ok"}.get(parts[0].rpartition(".")[2])
    if word is not None and not scene.grammar.bracketed:
        yield scene.replace(holder, f"({', '.join([*parts[1], f'{word}=True'])})", 1.0)


@template("separator", "call")
def each_on_its_line(scene: Scene, node: "Node") -> Iterator[Change]:
    """`f.write(line)` as `f.write(line + "\\n")`."""
    parts = call_parts(scene, node)
    if parts is not None and parts[0].endswith(".write") and len(parts[1]) == 1 and not scene.grammar.bracketed:
        holder = scene.grammar.field(node, "arguments")
        if holder is not None and not parts[1][0].endswith(('\\n"', "\\n'")):
            yield scene.replace(holder, f'({parts[1][0]} + "\\n")', 1.0)


@template("wrap", "name")
def bytes_as_text(scene: Scene, node: "Node") -> Iterator[Change]:
    """`out.splitlines()` as `out.decode().splitlines()`, where the function has to do with bytes."""
    function = scene.within_definition(node)
    if function is None or scene.grammar.bracketed or scene.grammar.position(node) not in ("receiver", "result"):
        return
    if (
        reads(scene, node)
        and scene.text(node) not in scene.vocabulary.top_names
        and _BYTES.search(scene.text(function))
    ):
        yield scene.replace(node, f"{scene.text(node)}.decode()", 0.7)
