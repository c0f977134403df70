"""The inputs of `fuzz.py`: files that nobody would write. Each is made from its number and a seed alone."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from devagent.code.language import Language, languages

SAMPLES = Path(__file__).parents[1] / "tests" / "scenarios" / "languages"
HUGE = 50_000_000
MOST = 1_900_000
"""Bytes of what is to be parsed: below the limit over which files are left out."""

_NESTING = (
    *(b"(", b"[", b"{", b"<div>", b"if x:\n ", b"f(lambda: ", b"`${", b"#if 1\n", b"- ", b": ", b"? ", b"'''", b"/*"),
    *(b'"#{', b'f"{', b'$"{', b"<<A ", b"\\", b"a.", b"a->", b"a?", b"!", b"*", b"<", b"begin ", b"{{", b"(a, ", b"> "),
)
_STEPS = (b"if x:\n", b"def f():\n", b"a:\n", b"- a:\n", b"* a\n", b"class A {\n", b"{\n")
_FORMATS = {
    "json": '{\n  "name": "a",\n  "list": [1, 2.5e3, null, true],\n  "deep": {"a": {"b": "\\u00e4\\n"}}\n}\n',
    "toml": '[project]\nname = "a"\nlist = [1, 2]\n\n[[tool.x]]\na.b = 2020-01-01T00:00:00Z\nc = { d = """e""" }\n',
    "yaml": "on: push\njobs:\n  test: &a\n    - run: |\n        make\n      x: [{y: 2}]\n    - *a\n---\n? b\n: !t c\n",
    "html": "<!doctype html>\n<div class='a'><p>b &amp; c<br></p><script>let a = 1;</script></div>\n",
    "css": "@media print { a > b::after { color: #fff; width: calc(1px + 2%) } }\n",
    "markdown": "# A\n\n- b\n  1. `c` *d* [e](f)\n\n> g\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
}
SEEDS = {path.stem: path.read_text("utf-8") for path in SAMPLES.glob("*.sample")} | _FORMATS


class Input(NamedTuple):
    """One input: its kind, its path in the repository that it is put into, its bytes."""

    number: int
    kind: str
    path: str
    content: bytes

    @property
    def large(self) -> bool:
        """Whether it is worth a batch with few others."""
        return len(self.content) > 150_000


def made(number: int, seed: int, kinds: list[str]) -> Input:
    """The input of a number, under the name of some language or format."""
    chance = random.Random(f"{seed} {number}")
    kind = chance.choices(kinds, [_SHARES.get(kind, 1.0) for kind in kinds])[0]
    language = chance.choice(_KNOWN)
    path = f"d{number % 20}/input{number}{chance.choice(language.extensions)}"
    return Input(number, kind, path, KINDS[kind](chance, language)[:HUGE])


def noise(chance: random.Random, _: Language) -> bytes:
    """Random bytes."""
    return chance.randbytes(int(10 ** chance.uniform(0, 4)))


def mutated(chance: random.Random, language: Language) -> bytes:
    """A sample with some bytes changed, cut out, doubled or moved."""
    content = bytearray(SEEDS[language.name].encode() * chance.choice((1, 1, 1, 3, 20)))
    for _ in range(chance.randrange(1, 30)):
        start = chance.randrange(len(content) + 1)
        piece = content[start : start + chance.randrange(40)]
        match chance.randrange(4):
            case 0:
                content[start : start + 1] = chance.randbytes(1)
            case 1:
                del content[start : start + len(piece)]
            case 2:
                content[start:start] = piece * chance.randrange(1, 20)
            case _:
                at = chance.randrange(len(content) + 1)
                content[at:at] = piece
    return bytes(content)


def shuffled(chance: random.Random, language: Language) -> bytes:
    """The tokens of a sample in another order, with keywords, and with tokens of another language."""
    tokens = re.findall(r"\w+|\s+|[^\w\s]+", SEEDS[language.name])
    tokens += [*language.keywords, *re.findall(r"\W", chance.choice(list(SEEDS.values())))]
    return "".join(chance.choices(tokens, k=int(10 ** chance.uniform(1, 3.5)))).encode()


def nested(chance: random.Random, _: Language) -> bytes:
    """Deep nesting, sometimes closed again; by marks, or by indentation."""
    depth = int(10 ** chance.uniform(1, 3.3 if chance.random() < 0.993 else 5.3))
    if chance.random() < 0.25:
        depth, step, margin = min(depth, 800), chance.choice(_STEPS), chance.choice((b" ", b"\t"))
        return b"".join(margin * level + step for level in range(depth))
    opening = b"".join(chance.sample(_NESTING, chance.choice((1, 1, 1, 2))))
    closing = chance.choice((b"", b"x", b")" * depth, b"\n" * depth))
    return (opening * min(depth, 1_400_000 // len(opening)) + closing)[:MOST]


def legacy(chance: random.Random, language: Language) -> bytes:
    """Text that is no UTF-8, or cut within a character, or in two bytes a letter."""
    text = SEEDS[language.name] + "ä é 漢字 🐍 ‮\x85\u2028\x0c\ufeff" * chance.randrange(20)
    content = text.encode(chance.choice(("utf-8", "utf-16", "utf-8-sig", "utf-32", "utf-16-be")))
    start = chance.randrange(8)
    return content[start:] + chance.choice((b"", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\0", b"\r", b"\r\r\n"))


def long_line(chance: random.Random, language: Language) -> bytes:
    """One very long line."""
    sample = SEEDS[language.name].encode().replace(b"\n", b" ")
    word = chance.choice((b"x", b"a.", b"a,", b"f(x);", b"'", b'"', b"\\", b"x+", b"a b", b"x=", sample))
    return word * (int(10 ** chance.uniform(2, 3.7 if chance.random() < 0.993 else 6.1)) // len(word))


def huge(chance: random.Random, language: Language) -> bytes:
    """50 MB, in one line or in many; others as large as what is still parsed."""
    size = chance.choice((HUGE, HUGE, HUGE, HUGE, MOST, 300_000))
    word = chance.choice((b"x", b"\n", b"x = 1\n", SEEDS[language.name].encode()))
    return word * (size // len(word))


KINDS: dict[str, Callable[[random.Random, Language], bytes]] = {
    "random bytes": noise,
    "mutated samples": mutated,
    "shuffled tokens": shuffled,
    "deep nesting": nested,
    "not UTF-8": legacy,
    "long lines": long_line,
    "huge files": huge,
}
_SHARES = {"huge files": 0.03}
"""Kinds of which there are fewer than of the others: one takes as long as hundreds of those."""

_KNOWN = [known for known in languages() for _ in range(3 if "definitions" in known.queries else 1)]
