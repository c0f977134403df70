"""One-edit variants of functions: proposed by templates, ranked over all of them, each different and still code."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from devagent.code.errors import CannotParse
from devagent.code.language import language_for, parse
from devagent.repair.edit import Change, Edit, edit
from devagent.repair.grammar import grammar_of
from devagent.repair.scene import Scene
from devagent.repair.sieve import Sieve
from devagent.repair.templates.template import Template, templates
from devagent.repair.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tree_sitter import Node

# A line that no failing test is known to run may still be the place for an inserted statement.
_UNSEEN = 0.1
# The k-th idea of one template on one line, and of one line in all, counts 1 / (1 + rate × k).
# A name that is bound and never read is often what the fix has to use.
_USES_UNUSED = 1.7
# A mistake made at several alike places of a function, beside the same mistake made once. Names are rarely wrong twice.
_EVERYWHERE, _EVERYWHERE_ELSE = {"operator": 0.8, "name": 0.35, "value": 0.25}, 0.5
_SAME_TEMPLATE, _SAME_LINE = 0.25, 0.06


@dataclass(frozen=True)
class Stretch:
    """Lines `start_line` to `end_line` (1-based, inclusive) of a file, which may be edited.

    `weight` is how suspicious the stretch is beside others, `line_scores` how suspicious its lines are (any scale);
    empty when nothing is known.
    """

    path: str
    content: bytes
    start_line: int
    end_line: int
    line_scores: Mapping[int, float] = field(default_factory=dict)
    weight: float = 1.0


@dataclass(frozen=True)
class _Idea:
    stretch: Stretch
    change: Change
    template: str
    line: int
    score: float


def candidates(
    stretches: Sequence[Stretch], context: Mapping[str, bytes] | None = None, only: Collection[str] = ()
) -> Iterator[tuple[str, Edit]]:
    """One-edit variants of some stretches as (path, edit), the likeliest fix first over all of them.

    `context` are other files of the repository, whose members, strings and functions may be used; `only` are the names
    of the templates that are asked, all where there is none. Gives nothing for files in a language without templates,
    or that cannot be parsed.
    """
    asked = [template for template in templates() if not only or template.name in only]
    ideas: list[_Idea] = []
    known: dict[tuple[str, bytes], Vocabulary] = {}
    for stretch in stretches:
        scene = scene_of(stretch, context or {}, known.get((stretch.path, stretch.content)))
        if scene is None:
            continue
        known[stretch.path, stretch.content] = scene.vocabulary
        own = list(_ideas(stretch, scene, asked))
        ideas += [*own, *_everywhere(own)]
    yield from _distinct(_ranked(ideas))


def _ideas(stretch: Stretch, scene: Scene, asked: Sequence[Template]) -> Iterator[_Idea]:
    highest = max(stretch.line_scores.values(), default=0.0)
    statements = {node.id for node in scene.statements}
    for node in scene.nodes:
        suspicion = stretch.weight * _suspicion(scene, node, stretch.line_scores, highest)
        for template in asked:
            if template.sees(scene, node, statement=node.id in statements):
                for change in template.propose(scene, node):
                    yield _idea(stretch, scene, node, template, change, suspicion)


def _everywhere(ideas: Sequence[_Idea]) -> Iterator[_Idea]:
    """The same replacement at every place of a stretch where one template has proposed it: two `||` as two `??`."""
    alike: dict[tuple[str, bytes, bytes], list[_Idea]] = defaultdict(list)
    for idea in ideas:
        if len(idea.change.spans) == 1 and (span := idea.change.spans[0]).end > span.start:
            alike[idea.template, idea.stretch.content[span.start : span.end], span.text].append(idea)
    for same in alike.values():
        spans = sorted({idea.change.spans[0] for idea in same}, key=lambda span: span.start)
        if len(spans) > 1 and all(one.end <= other.start for one, other in pairwise(spans)):
            likeliest = max(same, key=lambda idea: idea.score)
            share = _EVERYWHERE.get(likeliest.template, _EVERYWHERE_ELSE)
            yield replace(likeliest, change=Change(tuple(spans)), score=share * likeliest.score)


def scene_of(stretch: Stretch, context: Mapping[str, bytes], words: Vocabulary | None = None) -> Scene | None:
    """A stretch as the templates see it; `None` in a language without templates, or where it cannot be parsed.

    `words` are those of its file, where they are known already.
    """
    language = language_for(stretch.path)
    grammar = grammar_of(language.name) if language is not None else None
    if language is None or grammar is None:
        return None
    if words is not None:
        return Scene(stretch.content, words, grammar, stretch.start_line, stretch.end_line)
    others = {p: c for p, c in context.items() if p != stretch.path and language_for(p) is language}
    try:
        roots = {path: parse(content, language).root_node for path, content in others.items()}
        root = parse(stretch.content, language).root_node
    except CannotParse:
        return None
    words = Vocabulary(root, grammar, roots.values())
    return Scene(stretch.content, words, grammar, stretch.start_line, stretch.end_line)


def _idea(stretch: Stretch, scene: Scene, node: "Node", template: Template, change: Change, suspicion: float) -> _Idea:
    uses = (
        _USES_UNUSED
        if any(name in span.text.decode("utf-8", "replace") for span in change.spans for name in scene.unused)
        else 1.0
    )
    return _Idea(stretch, change, template.name, scene.line(node), suspicion * uses * template.prior * change.weight)


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
        place = idea.stretch.path, idea.line
        line, kind = seen[place], seen[place, idea.template]
        discounted.append((idea.score / (1 + _SAME_LINE * line) / (1 + _SAME_TEMPLATE * kind), index))
        seen.update((place, (place, idea.template)))
    return [by_score[index] for _, index in sorted(discounted, key=lambda item: (-item[0], item[1]))]


def _distinct(ideas: Iterable[_Idea]) -> Iterator[tuple[str, Edit]]:
    seen: set[tuple[str, bytes]] = set()
    sieves: dict[int, Sieve] = {}
    for idea in ideas:
        stretch = idea.stretch
        sieve = sieves.get(id(stretch))
        if sieve is None:
            sieve = sieves[id(stretch)] = Sieve(stretch.path, stretch.content, stretch.start_line, stretch.end_line)
        form = sieve.form(idea.change.spans)
        if form is not None and (stretch.path, form) not in seen:
            seen.add((stretch.path, form))
            yield stretch.path, edit(stretch.content, idea.change, idea.template, idea.line, idea.score)
