"""One-edit variants of a function: proposed by templates, ranked, each different and still code."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import Language, language_for, parse
from devagent.repair.edit import Change, Edit, apply_spans, edit
from devagent.repair.grammar import grammar_of
from devagent.repair.scene import Scene
from devagent.repair.templates.template import Template, templates

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 600
# A line that no failing test is known to run may still be the place for an inserted statement.
_UNSEEN = 0.1
# The k-th idea of one template on one line, and of one line in all, counts 1 / (1 + rate × k).
# A name that is bound and never read is often what the fix has to use.
_USES_UNUSED = 1.7
_SAME_TEMPLATE, _SAME_LINE = 0.25, 0.06


@dataclass(frozen=True)
class _Idea:
    change: Change
    template: str
    line: int
    score: float


def candidates(
    content: bytes,
    path: str,
    start_line: int,
    end_line: int,
    line_scores: Mapping[int, float] | None = None,
    *,
    context: Mapping[str, bytes] | None = None,
    most: int = MOST,
) -> list[Edit]:
    """One-edit variants of lines `start_line` to `end_line` (1-based, inclusive), the likeliest fix first.

    Arguments:
        line_scores: how suspicious each line is (any scale); empty when nothing is known.
        context: other files of the repository, whose members, strings and functions may be used.
        most: how many at most.

    Gives nothing for a file in a language without templates, or one that cannot be parsed.
    """
    language = language_for(path)
    scene = _scene(content, language, start_line, end_line, context or {}) if language is not None else None
    if scene is None or language is None:
        return []
    ranked = _ranked(list(_ideas(scene, line_scores or {})))
    return _distinct(scene, ranked, language, most)


def _scene(
    content: bytes, language: Language, start_line: int, end_line: int, context: Mapping[str, bytes]
) -> Scene | None:
    grammar = grammar_of(language.name)
    if grammar is None:
        return None
    try:
        roots = {p: parse(c, language).root_node for p, c in context.items() if language_for(p) is language}
        return Scene(content, parse(content, language).root_node, grammar, start_line, end_line, roots)
    except CannotParse:
        return None


def _ideas(scene: Scene, line_scores: Mapping[int, float]) -> Iterator[_Idea]:
    highest = max(line_scores.values(), default=0.0)
    statements = {node.id for node in scene.statements}
    for node in scene.nodes:
        suspicion = _suspicion(scene, node, line_scores, highest)
        for template in templates():
            if template.sees(scene, node, statement=node.id in statements):
                for change in template.propose(scene, node):
                    yield _idea(scene, node, template, change, suspicion)


def _idea(scene: Scene, node: "Node", template: Template, change: Change, suspicion: float) -> _Idea:
    uses = (
        _USES_UNUSED
        if any(name in span.text.decode("utf-8", "replace") for span in change.spans for name in scene.unused)
        else 1.0
    )
    return _Idea(change, template.name, scene.line(node), suspicion * uses * template.prior * change.weight)


def _suspicion(scene: Scene, node: "Node", line_scores: Mapping[int, float], highest: float) -> float:
    if not highest:
        return 1.0
    lines = range(scene.line(node), int(node.end_point[0]) + 2)
    return max(_UNSEEN, max(line_scores.get(line, 0.0) for line in lines) / highest)


def _ranked(ideas: list[_Idea]) -> list[_Idea]:
    """By score, where each further idea for a line counts less, so that no line starves the others."""
    by_score = sorted(ideas, key=lambda idea: -idea.score)
    seen: Counter[object] = Counter()
    discounted: list[tuple[float, int]] = []
    for index, idea in enumerate(by_score):
        line, kind = seen[idea.line], seen[idea.line, idea.template]
        discounted.append((idea.score / (1 + _SAME_LINE * line) / (1 + _SAME_TEMPLATE * kind), index))
        seen.update((idea.line, (idea.line, idea.template)))
    return [by_score[index] for _, index in sorted(discounted, key=lambda item: (-item[0], item[1]))]


def _distinct(scene: Scene, ideas: list[_Idea], language: Language, most: int) -> list[Edit]:
    found: list[Edit] = []
    seen = {_normal_form(scene.content)}
    errors = scene.root.has_error
    for idea in ideas:
        if len(found) >= most:
            break
        content = apply_spans(scene.content, idea.change.spans)
        form = _normal_form(content)
        if form in seen:
            continue
        seen.add(form)
        if errors or not parse(content, language).root_node.has_error:
            found.append(edit(scene.content, idea.change, idea.template, idea.line, idea.score))
    return found


def _normal_form(content: bytes) -> bytes:
    """A file up to empty lines and white space within lines: enough to tell one-edit variants apart."""
    lines = (line.rstrip() for line in content.splitlines())
    return b"\n".join(line[: len(line) - len(line.lstrip())] + b" ".join(line.split()) for line in lines if line)
