"""Names mean what imports, scopes and bases say, not whatever is spelled like them."""

import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from devagent.code.index.asked import names_outside, read_name
from devagent.code.index.index import Index
from devagent.code.index.navigate import Spot, callers, definitions, references
from devagent.workflows.indexing import ask_index

SCENARIOS = Path(__file__).parents[2] / "scenarios" / "references"
MakeRepo = Callable[[Mapping[str, str | bytes]], Path]


def _told(spot: Spot) -> str:
    return f"{spot.path}:{spot.line}{'' if spot.sure else '?'}"


PYTHON = {
    "pkg/__init__.py": "from .shapes import Shape as Form\n",
    "pkg/shapes.py": (
        "from . import base\n"
        "\n"
        "class Shape(base.Base):\n"
        "    unit = 1\n"
        "    def area(self):\n"
        "        return self.width() * self.unit\n"
        "def make() -> Shape:\n"
        "    return Shape()\n"
    ),
    "pkg/base.py": "class Base:\n    def width(self):\n        return 2\n    def area(self):\n        return 0\n",
    "other.py": "class Wheel:\n    def area(self): ...\n    def width(self): ...\ndef area(x): return x\n",
}


@pytest.mark.parametrize(
    ("uses", "name", "lines"),
    [
        ("from pkg.shapes import Shape\nShape().area()\n", "Shape.area", ["use.py:2"]),
        ("from pkg import Form\nForm().area()\n", "Shape.area", ["use.py:2"]),
        ("import pkg.shapes\npkg.shapes.Shape().area()\n", "Shape", ["use.py:2"]),
        ("import pkg.shapes as s\ns.make().area()\n", "shapes.make", ["use.py:2"]),
        ("from pkg.shapes import *\nx = Shape()\nx.area()\n", "Shape.area", ["use.py:3"]),
        ("from pkg.shapes import make\ndef f():\n    m = make()\n    return m.area()\n", "Shape.area", ["use.py:4"]),
        ("from pkg.shapes import Shape\ndef f(s: Shape):\n    return s.area()\n", "Shape.area", ["use.py:3"]),
        ("from pkg.shapes import Shape\ndef f(Shape):\n    return Shape.area()\n", "Shape.area", ["use.py:3?"]),
        ("from other import area\ndef f(area):\n    return area(1)\n", "other.area", ["use.py:1"]),
        ("from other import area as surface\nsurface(1)\n", "other.area", ["use.py:1", "use.py:2"]),
        ("def area(): ...\narea()\n", "other.area", []),
        ("from pkg.shapes import Shape\nclass Big(Shape):\n    def go(self):\n        self.width()\n",
         "Base.width", ["use.py:4"]),
        ("from pkg.shapes import Shape\nclass Big(Shape):\n    def area(self):\n        return super().area()\n",
         "Shape.area", ["use.py:4"]),
        ("from pkg.shapes import Shape\nclass A:\n    def __init__(self):\n        self.s = Shape()\n"
         "    def go(self):\n        return self.s.area()\n", "Shape.area", ["use.py:6"]),
        ("class A:\n    def go(self):\n        def area(): ...\n        return area()\n", "other.area", []),
        ("import nowhere\nnowhere.area()\n", "Shape.area", []),
        ('"""area"""\n# area()\nx = "area()"\ny = f"{x}"\n', "other.area", []),
        ("from other import area\nx = f'{area(1)}'\n", "other.area", ["use.py:1", "use.py:2"]),
        ("from other import area\nf(area=1)\n", "other.area", ["use.py:1"]),
    ],
)  # fmt: skip
def test_python_names_are_followed(make_repo: MakeRepo, uses: str, name: str, lines: list[str]) -> None:
    repo = make_repo({**PYTHON, "use.py": uses})
    found = ask_index(repo, lambda index, _: [_told(spot) for spot in references(index, name)])
    assert [place for place in found if place.startswith("use.py")] == lines


def test_where_only_the_name_speaks_for_it_the_answer_is_unsure(make_repo: MakeRepo) -> None:
    repo = make_repo({**PYTHON, "use.py": "def f(x):\n    return x.width() + x.unit\n"})
    found = ask_index(repo, lambda index, _: [_told(spot) for spot in references(index, "Shape.unit")])
    assert found == ["pkg/shapes.py:6", "use.py:2?"]


def test_bases_that_go_round_in_circles_end(make_repo: MakeRepo) -> None:
    first = "from b import B\nclass A(B):\n    def f(self): self.g()\n"
    second = "from a import A\nfrom a import *\nclass B(A):\n    def h(self): self.g()\nx = x.x\n"
    repo = make_repo({"a.py": first, "b.py": second})
    assert ask_index(repo, lambda index, _: [_told(spot) for spot in callers(index, "g")]) == ["a.py:3?", "b.py:4?"]


def test_files_that_include_each_other_in_many_ways_are_gone_through_once(make_repo: MakeRepo) -> None:
    layers = {f"h{n}_{k}.h": f'#include "h{n + 1}_0.h"\n#include "h{n + 1}_1.h"\n' for n in range(11) for k in (0, 1)}
    ends = {f"h11_{k}.h": f"static int end{k}(void) {{ return {k}; }}\n" for k in (0, 1)}
    uses = (
        '#include "h0_0.h"\nint main(void) { return end1() + ' + " + ".join(f"none{n}()" for n in range(200)) + "; }\n"
    )
    repo = make_repo({**layers, **ends, "src/use.c": uses.replace('"h0', '"../h0')})
    started = time.process_time()
    assert ask_index(repo, lambda index, _: [_told(spot) for spot in references(index, "end1")]) == ["src/use.c:2"]
    assert time.process_time() - started < 5


def test_callers_are_told_with_the_function_they_stand_in(make_repo: MakeRepo) -> None:
    repo = make_repo({**PYTHON, "use.py": "from pkg import Form\ndef big():\n    f = Form\n    return Form()\n"})
    found = ask_index(repo, lambda index, _: callers(index, "Shape"))
    assert [(spot.path, spot.line, spot.within) for spot in found] == [
        ("pkg/shapes.py", 8, "make"),
        ("use.py", 4, "big"),
    ]


@pytest.mark.parametrize(
    "name", ["Shape.area", "shapes.Shape.area", "pkg.shapes.Shape.area", "pkg/shapes.py:Shape.area", "shapes.py:area"]
)
def test_a_name_may_be_qualified_in_several_ways(make_repo: MakeRepo, name: str) -> None:
    repo = make_repo(PYTHON)
    assert ask_index(repo, lambda index, _: [_told(spot) for spot in definitions(index, name)]) == ["pkg/shapes.py:5"]


ALIASES = {
    **PYTHON,
    "pkg/__init__.py": "from .shapes import Shape as Form\nfrom .base import *\n",
    "use.py": (
        "import numpy as np\nfrom os import path\nfrom os.path import join as j\nimport pkg.shapes as s\n"
        "from pkg import Form as F\ndef f(x):\n    np.array(1)\n    path.join('a')\n    j('b')\n"
        "    F().area()\n    return ','.join(x)\n"
    ),
}


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("F", ["pkg/shapes.py:3"]),
        ("pkg.Form", ["pkg/shapes.py:3"]),
        ("pkg::Form", ["pkg/shapes.py:3"]),
        ("pkg.Form.area", ["pkg/shapes.py:5"]),
        ("Form.unit()", ["pkg/shapes.py:4"]),
        ("Form.width", ["pkg/base.py:2"]),
        ("pkg.Base", ["pkg/base.py:1"]),
        ("s", ["pkg/shapes.py:1"]),
        ("pkg.shapes", ["pkg/shapes.py:1"]),
        ("np", []),
        ("np.array", []),
    ],
)
def test_a_name_may_be_one_that_imports_give(make_repo: MakeRepo, name: str, places: list[str]) -> None:
    repo = make_repo(ALIASES)
    assert ask_index(repo, lambda index, _: [_told(spot) for spot in definitions(index, name)]) == places


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("numpy", ["use.py:1", "use.py:7"]),
        ("np", ["use.py:1", "use.py:7"]),
        ("numpy.array", ["use.py:7"]),
        ("os.path.join", ["use.py:3", "use.py:8", "use.py:9"]),
        ("join", ["use.py:3", "use.py:8", "use.py:9", "use.py:11?"]),
        ("F", ["pkg/__init__.py:1", "pkg/shapes.py:7", "pkg/shapes.py:8", "use.py:5", "use.py:10"]),
        ("s", ["use.py:4"]),
    ],
)
def test_the_uses_of_what_is_imported_are_found_by_any_of_its_names(
    make_repo: MakeRepo, name: str, places: list[str]
) -> None:
    repo = make_repo(ALIASES)
    assert ask_index(repo, lambda index, _: [_told(spot) for spot in references(index, name)]) == places


def test_what_is_imported_from_elsewhere_is_known_by_its_name_there(make_repo: MakeRepo) -> None:
    repo = make_repo(ALIASES)
    asked = [read_name(name) for name in ("np.array", "j", "F", "nothing")]
    found = ask_index(repo, lambda index, _: [names_outside(index, each) for each in asked])
    assert found == [["numpy.array"], ["os.path.join"], [], []]


@pytest.mark.parametrize("scenario", sorted(path.name for path in SCENARIOS.iterdir()))
def test_names_are_followed_across_files(make_repo: MakeRepo, scenario: str) -> None:
    folder = SCENARIOS / scenario
    expected = tomllib.loads((folder / "expect.toml").read_text())
    inputs = (path for path in folder.rglob("*") if path.is_file() and path.name != "expect.toml")
    repo = make_repo({path.relative_to(folder).as_posix(): path.read_bytes() for path in inputs})

    def places(index: Index, name: str) -> list[str]:
        return [_told(spot) for spot in references(index, name) if spot.sure]

    assert ask_index(repo, lambda index, _: {name: places(index, name) for name in expected}) == expected
