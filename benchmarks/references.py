"""Do names mean what `def` and `refs` say? Python names sampled from a tree, followed by the index and by jedi.

    python -m venv /tmp/jedi && /tmp/jedi/bin/pip install jedi
    python benchmarks/references.py --jedi /tmp/jedi/bin/python TREE… [--names 500] [--seed 1]

Each TREE is a git repository, for example an unpacked source archive of sympy or Django. Names are drawn from all
identifiers of its Python files, tests and local variables included; those count that stand at no definition and that
jedi finds the definition of, in the tree and outside of any function. Precision is the share of our answers (the sure
ones; all) that are one of jedi's, recall the share of jedi's answers that are found. Names that jedi finds elsewhere,
and we in the tree, count as wrong; not so those that it only finds in stubs that it brings along for the tree's package
(it has them for Django), for then it has not looked at the tree.
"""

import argparse
import io
import json
import keyword
import random
import re
import subprocess
import sys
import token
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from figures import Figure, print_table, report

from devagent.code.index.imports import Meaning
from devagent.code.index.index import Index
from devagent.code.index.resolve import Resolver
from devagent.workflows.indexing import open_index

_SHOWN = 10
_STUB = re.compile(r"/third_party/(?:.+/)?(\w+)-stubs/(.+)\.pyi$")
JEDI = r"""
import json, sys
import jedi
root, names = json.load(sys.stdin)
project = jedi.Project(root)
for path, line, column in names:
    try:
        found = jedi.Script(path=f"{root}/{path}", project=project).goto(line, column, follow_imports=True)
        answers = [
            (str(name.module_path or ""), name.line or 1, name.type, getattr(name.parent(), "type", "") == "function")
            for name in found
        ]
    except Exception:  # a name that jedi breaks on is one that it does not answer
        answers = []
    print(json.dumps(answers), flush=True)
"""


class Name(NamedTuple):
    """An identifier in a file; lines from 1, columns from 0."""

    path: str
    line: int
    column: int
    text: str


class Answer(NamedTuple):
    """Where we say that a name is defined: the places `path:line`, a module without line. `sure` says how we say it."""

    places: frozenset[str]
    sure: bool


def main() -> int:
    """Sample, ask both, print; the exit code is 1 when the precision is too low."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trees", nargs="+", type=Path, metavar="TREE")
    parser.add_argument("--jedi", required=True, help="a Python that has jedi")
    parser.add_argument("--names", type=int, default=500, help="how many names count, over all trees")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    rows = []
    for tree in options.trees:
        counts = compare(tree.resolve(), options.jedi, options.names // len(options.trees), options.seed)
        rows.append((tree.name, *(counts[key] for key in _COUNTED)))
        total.update(counts)
    print_table(("tree", *_COUNTED), rows)
    return report(
        [
            Figure("names", total["names"], options.names - len(options.trees), at_least=True),
            Figure("precision of the sure ones", share(total["sure right"], total["sure"]), 90, "%", at_least=True),
            Figure("precision with the unsure ones", share(total["right"], total["answered"]), unit="%"),
            Figure("recall of the sure ones", share(total["sure right"], total["names"]), unit="%"),
            Figure("recall with the unsure ones", share(total["right"], total["names"]), unit="%"),
        ]
    )


_COUNTED = ("names", "sure", "sure right", "answered", "right", "jedi says outside", "of those we say inside")


def compare(tree: Path, jedi: str, wanted: int, seed: int) -> Counter[str]:
    """Draw names of one tree until so many count."""
    index = open_index(tree)
    index.refresh()
    counts: Counter[str] = Counter()
    shown = 0
    drawn = names_of(tree, index, random.Random(seed))
    while counts["names"] < wanted:
        batch = [name for _, name in zip(range(100), drawn, strict=False) if not is_definition(index, name)]
        if not batch:
            break
        resolver = index.resolver({name.text for name in batch})
        for name, theirs in zip(batch, ask_jedi(jedi, tree, batch), strict=True):
            if counts["names"] >= wanted:
                break
            ours = answer(index, resolver, name)
            wrong = count(counts, tree, ours, theirs)
            if wrong and shown < _SHOWN:
                shown += 1
                print(f"differs: {name.path}:{name.line}: {name.text}: we say {sorted(ours.places)}, jedi {theirs}")
        print(f"{tree.name}: {counts['names']} of {wanted}", flush=True)
    index.close()
    return counts


def count(counts: Counter[str], tree: Path, ours: Answer, theirs: list[list[object]]) -> bool:
    """Count one name. Says whether our sure answer is wrong."""
    places = {place_of(tree, *found[:3]) for found in theirs}
    if not theirs or any(is_stub(tree, path) for path, *_ in theirs):
        return False
    if any(kind == "param" or local for _, _, kind, local in theirs):
        return False
    if not all(places):
        counts["jedi says outside"] += 1
        if not ours.places or not ours.sure:
            return False
        counts.update(["of those we say inside", "sure", "answered"])
        return True
    right = bool(ours.places & places)
    counts["names"] += 1
    counts["answered"] += bool(ours.places)
    counts["right"] += right
    counts["sure"] += bool(ours.places) and ours.sure
    counts["sure right"] += right and ours.sure
    return bool(ours.places) and ours.sure and not right


def names_of(tree: Path, index: Index, chance: random.Random) -> Iterator[Name]:
    """Identifiers in random order, one file after another; as many from a file as its length gives it a right to."""
    paths = [path for path in index.paths() if path.endswith(".py") and (facts := index.facts(path)) and not facts.note]
    weights = [facts.lines if (facts := index.facts(path)) else 0 for path in paths]
    while True:
        path = chance.choices(paths, weights)[0]
        if found := identifiers(path, (tree / path).read_bytes()):
            yield chance.choice(found)


def identifiers(path: str, content: bytes) -> list[Name]:
    """The identifiers in a file that are no keywords."""
    found = []
    try:
        for part in tokenize.tokenize(io.BytesIO(content).readline):
            if part.type == token.NAME and not keyword.iskeyword(part.string):
                found.append(Name(path, *part.start, part.string))
    except (tokenize.TokenError, SyntaxError):
        return []
    return found


def ask_jedi(jedi: str, tree: Path, names: list[Name]) -> list[list[list[object]]]:
    """What jedi says of each name: file, line, type, whether it is in a function."""
    question = json.dumps([str(tree), [name[:3] for name in names]])
    done = subprocess.run([jedi, "-c", JEDI], input=question, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_definition(index: Index, name: Name) -> bool:
    """Whether a name stands where it is defined."""
    facts = index.facts(name.path)
    return facts is not None and any(
        definition.start_line == name.line and definition.name == name.text for definition in facts.definitions
    )


def answer(index: Index, resolver: Resolver, name: Name) -> Answer:
    """What the index says of a name."""
    facts = index.facts(name.path)
    places: set[str] = set()
    sure = True
    if facts is None:
        return Answer(frozenset(), True)
    for entry in facts.imports:
        if entry.line <= name.line <= entry.line + 30 and name.text in (entry.name, entry.alias) and not places:
            found = resolver.imported(name.path, entry)
            if isinstance(found, Meaning):
                places.add(written(resolver, found))
    for reference in facts.references if not places else ():
        if (reference.line, reference.name) != (name.line, name.text):
            continue
        chain = f"{reference.receiver}.{reference.name}" if reference.receiver else reference.name
        found = resolver.follow(name.path, reference.scope, chain)
        if isinstance(found, Meaning):
            places.add(written(resolver, found))
        elif found is None and not places:
            guesses = resolver.guesses(name.path, chain)
            places |= {written(resolver, guess) for guess in guesses}
            sure = not guesses
    return Answer(frozenset(places), sure)


def written(resolver: Resolver, meaning: Meaning) -> str:
    """A meaning as `path:line`, a module as its path."""
    definition = resolver.definition(meaning)
    return f"{meaning.path}:{definition.start_line}" if definition else meaning.path


def place_of(tree: Path, path: object, line: object, kind: object) -> str:
    """The same for an answer of jedi's; empty for one that is not in the tree."""
    if not str(path).startswith(f"{tree}/"):
        return ""
    inside = Path(str(path)).relative_to(tree).as_posix()
    return inside if kind == "module" else f"{inside}:{line}"


def is_stub(tree: Path, path: object) -> bool:
    """Whether a file is jedi's own stub of a module of the tree."""
    found = _STUB.search(str(path))
    if found is None:
        return False
    module = f"{found[1]}/{found[2]}".removesuffix("/__init__")
    return any((tree / f"{module}{end}").is_file() for end in (".py", "/__init__.py"))


def share(part: int, whole: int) -> float:
    """In per cent."""
    return 100 * part / whole if whole else 0.0


if __name__ == "__main__":
    sys.exit(main())
