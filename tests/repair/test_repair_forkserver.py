"""The Python runner with several variants in flight: real tests that could disturb each other, or see too little."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from sandbox.local_sandbox import LocalSandbox, tree

from devagent.repair.batch import Goal, Outcome, Variant, run_batch
from devagent.repair.edit import Change, Span, edit
from devagent.sandbox.ecosystem import detect

CODE = "import os\n\n\ndef value():\n    return 0\n"
VALUE = "test_calc.py::test_value"
READS = "import pathlib\nfrom calc import value\n"


def tried(root: Path, tests: str, values: list[str], goal: Goal | None = None, **more: str) -> list[Outcome]:
    """What becomes of `return 0` in calc.py, replaced by each of the values."""
    files: Mapping[str, str] = {"calc.py": CODE, "test_calc.py": tests, **more}

    async def go() -> list[Outcome]:
        sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        await sandbox.sync(tree(files))
        original, goal_ = CODE.encode(), goal or Goal([VALUE], [], 5.0)
        variants = [Variant("calc.py", edit(original, change(v), "test", 5, 1.0)) for v in values]
        return await run_batch(sandbox, detect(tree(files)), {"calc.py": original}, variants, goal_, seconds=60)

    return asyncio.run(go())


def change(value: str) -> Change:
    start = CODE.index("return 0")
    return Change((Span(start, len(CODE) - 1, value.encode()),))


def survivors(outcomes: list[Outcome]) -> list[int]:
    return [outcome.variant for outcome in outcomes if outcome.survives]


def test_several_at_a_time_come_to_the_same_as_one_at_a_time(tmp_path: Path) -> None:
    tests = "from calc import value\ndef test_value(): assert value() == 9\ndef test_less(): assert value() < 10\n"
    values = ["return 10", "return", "return (", "1 / 0", "return 'x'", *(f"return {n}" for n in range(12))]
    goal = Goal([VALUE], ["test_calc.py::test_less"], 5.0)
    alone = "import pytest, pathlib\n@pytest.fixture(autouse=True)\ndef f(): pathlib.Path('calc.py').read_text()\n"
    together = tried(tmp_path / "together", tests, values, goal)
    one_by_one = tried(tmp_path / "alone", tests, values, goal, **{"conftest.py": alone})
    assert survivors(together) == survivors(one_by_one) == [14]
    assert together[:15] == one_by_one


@pytest.mark.skipif(os.cpu_count() == 1, reason="one processor")
def test_several_are_in_flight(tmp_path: Path) -> None:
    tests = "import time\nfrom calc import value\ndef test_value():\n    time.sleep(0.5)\n    assert value()\n"
    start = time.monotonic()
    assert len(tried(tmp_path, tests, ["return None"] * 14)) == 14
    assert time.monotonic() - start < 14 * 0.5


def test_of_two_survivors_in_flight_the_first_is_taken(tmp_path: Path) -> None:
    tests = "from calc import value\ndef test_value(): assert value()\n"
    values = ["import time; time.sleep(0.1); return 1", "return 1", "return 1"]
    assert survivors(tried(tmp_path, tests, values)) == [0]


@pytest.mark.parametrize(
    "tests",
    [
        "import subprocess, sys\ndef test_value():\n    assert subprocess.check_output([sys.executable, '-c', "
        "'import calc; print(calc.value())']) == b'4\\n'\n",
        "import os\ndef test_value():\n    assert os.system('grep -q 4 calc.py') == 0\n",
        "import multiprocessing, calc\ndef test_value():\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool: assert pool.apply(calc.value) == 4\n",
        READS + "def test_value(): assert 'return 4' in pathlib.Path('calc.py').read_text()\n",
        READS + "import inspect\ndef test_value(): assert '4' in inspect.getsource(value)\n",
        "def test_value():\n    from calc import value\n    assert value() == 4\n",
        READS + "def test_value():\n    assert value() == 4\n    assert '4' in pathlib.Path('calc.py').read_text()\n",
    ],
    ids=["subprocess", "shell", "multiprocessing", "source", "inspect", "late import", "source behind the failure"],
)
def test_what_sees_the_file_sees_the_variant(tmp_path: Path, tests: str) -> None:
    assert survivors(tried(tmp_path, tests, [f"return {n}" for n in range(8)])) == [4]


@pytest.mark.parametrize(
    "tests",
    [
        READS + "import time\ndef test_value():\n    p = pathlib.Path('out.txt')\n    p.write_text(str(value()))\n"
        "    time.sleep(0.05)\n    assert p.read_text() == str(value()) == '7'\n",
        READS + "import time\ndef test_value():\n    p = pathlib.Path('out')\n    p.mkdir()\n"
        "    time.sleep(0.05)\n    p.rmdir()\n    assert value() == 7\n",
        READS + "import sqlite3\ndef test_value():\n    with sqlite3.connect('base') as base:\n"
        "        base.execute('create table if not exists t (n)')\n        base.execute('delete from t')\n"
        "        base.execute(f'insert into t values ({value()})')\n"
        "    assert base.execute('select n from t').fetchall() == [(7,)]\n",
        READS + "import socket, time\ndef test_value():\n    with socket.socket() as s:\n"
        "        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n        s.bind(('127.0.0.1', 28417))\n"
        "        time.sleep(0.05)\n        assert value() == 7\n",
    ],
    ids=["file", "folder", "database", "port"],
)
def test_tests_that_would_disturb_each_other_do_not(tmp_path: Path, tests: str) -> None:
    outcomes = tried(tmp_path, tests, [f"return {n}" for n in range(1, 9)])
    assert survivors(outcomes) == [6]


def test_temporary_files_are_each_variants_own(tmp_path: Path) -> None:
    tests = (
        "import pathlib, tempfile\nfrom calc import value\ndef test_value(tmp_path):\n"
        "    assert list(tmp_path.iterdir()) == [] and tmp_path.name == 'test_value0'\n"
        "    (tmp_path / 'a').write_text('1')\n"
        "    with tempfile.TemporaryDirectory() as folder: pathlib.Path(folder, 'fixed').write_text('1')\n"
        "    place = pathlib.Path(tempfile.gettempdir(), 'fixed')\n    assert not place.exists()\n"
        "    place.write_text('1')\n    assert value() == 7\n"
    )
    assert survivors(tried(tmp_path, tests, [f"return {n}" for n in range(9)])) == [7]


def test_variants_that_loop_fork_exit_or_kill_harm_no_other(tmp_path: Path) -> None:
    bad = [
        "while True: pass",
        "os.fork(); return 1",
        "os._exit(0)",
        "os.closerange(0, 100)",
        "os.kill(os.getpid(), 9)",
        "os.kill(os.getppid(), 9)",
        "open('calc.py', 'w').close()",
        "exec('import tempfile, shutil; shutil.rmtree(tempfile.gettempdir())')",
        "return " + "(" * 300 + ")" * 300,
        "return " + "-" * 100_000 + "1",
    ]
    tests = "from calc import value\ndef test_value(): assert value() == 7\n"
    outcomes = tried(tmp_path, tests, [*bad, "return 3", "return 4", "return 7"])
    assert survivors(outcomes) == [12]
    assert {outcomes[0].ended, outcomes[2].ended, outcomes[8].ended} == {"timed out", "exited", "does not compile"}


def test_a_survivor_must_pass_with_its_file_in_place(tmp_path: Path) -> None:
    size = f"os.stat('calc.py').st_size == {len(CODE)}"  # holds for longer variants only while they are not written
    tests = f"import os\nfrom calc import value\ndef test_value(): assert value() and {size}\n"
    assert survivors(tried(tmp_path, tests, ["return 10", "return 7"])) == [1]
