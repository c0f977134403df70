"""`def`, `refs` and `callers`: a line for each place, what is unsure is marked, nothing found is one line and 1."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
FILES = {
    "shop/shapes.py": "class Shape:\n    def area(self, unit=1):\n        return unit\n",
    "shop/use.py": "from shop.shapes import Shape\n\n\ndef total(x):\n    return Shape().area() + x.area()\n",
}
EXAMPLES = "For example: area, Shape.area, src/shapes.py:Shape.area"


def devagent(repo: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "devagent", *arguments, "-C", str(repo)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("question", "name", "told"),
    [
        ("def", "Shape.area", "shop/shapes.py:2: def area(self, unit=1)\n"),
        (
            "refs",
            "Shape",
            "shop/use.py:1: from shop.shapes import Shape\nshop/use.py:5: return Shape().area() + x.area()\n",
        ),
        ("callers", "area", "shop/use.py:5: return Shape().area() + x.area()  (in total)\n"),
    ],
)
def test_the_answer_is_a_line_for_each_place(make_repo: MakeRepo, question: str, name: str, told: str) -> None:
    done = devagent(make_repo(FILES), question, name)
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")


def test_what_is_unsure_says_so(make_repo: MakeRepo) -> None:
    done = devagent(make_repo({**FILES, "shop/use.py": "def f(x):\n    x.area()\n"}), "refs", "area")
    assert done.stdout == "shop/use.py:2: x.area()  (not sure: only the name is the same)\n"


def test_json_has_every_place_with_what_is_known_of_it(make_repo: MakeRepo) -> None:
    found = json.loads(devagent(make_repo(FILES), "callers", "Shape.area", "--json").stdout)
    assert found == {
        "devagent": 1,
        "kind": "callers",
        "name": "Shape.area",
        "found": [
            {
                "path": "shop/use.py",
                "line": 5,
                "kind": "call",
                "within": "total",
                "signature": "def total(x)",
                "sure": True,
                "text": "return Shape().area() + x.area()",
            }
        ],
        "defined": ["shop/shapes.py:2"],
        "outside": [],
        "near": [],
        "not_sure": [],
        "notes": [],
        "summary": "",
        "exit_code": 0,
    }


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("def", "nothing"), 1, "devagent: nothing is not defined in the 2 files read\n"),
        (("refs", "nothing.at.all"), 1, "devagent: nothing.at.all is neither defined nor used in the 2 files read\n"),
        (("callers", "Form.nothing"), 1, "devagent: Form.nothing is neither defined nor called in the 2 files read\n"),
        (
            ("callers", "Shape.arae"),
            1,
            "devagent: Shape.arae is neither defined nor called in the 2 files read. Did you mean Shape.area?\n",
        ),
        (
            ("refs", "total"),
            1,
            "devagent: total is not used in the 2 files read; it is defined in shop/use.py:4\n",
        ),
        (("def", "two words"), 2, f"devagent: 'two words' is no name. {EXAMPLES}\n"),
        (("def", ""), 2, f"devagent: '' is no name. {EXAMPLES}\n"),
    ],
)
def test_nothing_found_is_one_line(make_repo: MakeRepo, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = devagent(make_repo(FILES), *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", told)


def test_what_is_called_only_otherwise_says_where_it_is_used(make_repo: MakeRepo) -> None:
    done = devagent(make_repo({**FILES, "more.py": "from shop.use import total\nkeep = [total]\n"}), "callers", "total")
    told = "total is not called in the 3 files read; it is defined in shop/use.py:4, and used in 2 places"
    assert (done.returncode, done.stderr) == (1, f"devagent: {told}: devagent refs total\n")


OUTSIDE = "import numpy as np\nfrom os import path\n\n\ndef f(join):\n    return np.array(path.join('a'), join(','))\n"


@pytest.mark.parametrize(
    ("question", "name", "lines", "told"),
    [
        ("callers", "os.path.join", ["use.py:6"], "os.path.join is not defined here; shown is where it is called"),
        (
            "refs",
            "np",
            ["use.py:1", "use.py:6"],
            "np is not defined here: it is numpy, imported from elsewhere; shown is where it is used",
        ),
        ("def", "np.array", [], "np.array is not defined here: it is numpy.array, imported from elsewhere"),
    ],
)
def test_a_name_from_elsewhere_is_said_to_be_one(
    make_repo: MakeRepo, question: str, name: str, lines: list[str], told: str
) -> None:
    done = devagent(make_repo({"use.py": OUTSIDE}), question, name)
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == lines
    assert "not sure" not in done.stdout
    assert (done.returncode, done.stderr) == (0 if lines else 1, f"devagent: {told}\n")


@pytest.mark.parametrize("question", ["def", "refs", "callers"])
def test_json_comes_also_where_nothing_is_found(make_repo: MakeRepo, question: str) -> None:
    done = devagent(make_repo(FILES), question, "arae", "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, result["devagent"], result["kind"], result["found"]) == (1, 1, question, [])
    assert result["near"] == ["Shape.area"] and "arae" in result["summary"] and result["exit_code"] == 1


def test_what_could_not_be_read_is_told_where_it_matters(make_repo: MakeRepo) -> None:
    broken = "def fine(): pass\ndef area(( :\nclass X:\n"
    repo = make_repo({**FILES, "broken.py": broken, "big.py": "x = [\n" + "    area,\n" * 200_000 + "]\n"})
    done = devagent(repo, "def", "Shape.area")
    places = "area also stands in 2 places that could not be read, the first is big.py: too large"
    assert (done.returncode, done.stdout) == (0, "shop/shapes.py:2: def area(self, unit=1)\n")
    assert done.stderr == f"devagent: not sure: {places}: over 1,500,000 bytes\n"
    assert json.loads(devagent(repo, "refs", "area", "--json").stdout)["not_sure"] == [
        "big.py: too large: over 1,500,000 bytes",
        "broken.py:2: does not parse",
    ]
    assert devagent(repo, "def", "total").stderr == ""


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    done = devagent(tmp_path, "def", "x")
    assert done.returncode == 2
    assert "is not in a git repository" in done.stderr


def test_a_folder_inside_and_a_linked_work_tree_are_the_same_repository(make_repo: MakeRepo, tmp_path: Path) -> None:
    repo = make_repo(FILES)
    command = ["git", "worktree", "add", "-q", str(tmp_path / "second")]
    subprocess.run(command, cwd=repo, check=True, capture_output=True)
    assert devagent(repo / "shop", "def", "total").stdout == "shop/use.py:4: def total(x)\n"
    for _ in range(2):
        assert devagent(tmp_path / "second" / "shop", "def", "total").stdout == "shop/use.py:4: def total(x)\n"
    assert not (tmp_path / "second" / ".git" / "devagent").exists()


def test_damage_is_mended_without_a_word(make_repo: MakeRepo) -> None:
    repo = make_repo(FILES)
    devagent(repo, "def", "total")
    (repo / ".git" / "devagent" / "index.sqlite3").write_bytes(b"no database at all" * 1000)
    done = devagent(repo, "def", "total")
    assert (done.returncode, done.stdout, done.stderr) == (0, "shop/use.py:4: def total(x)\n", "")
