"""`fix --no-model` as a person would call it: search alone, in a real sandbox."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli.commandline import CommandLine

pytestmark = [pytest.mark.namespaces, pytest.mark.usefixtures("namespaces")]

MakeRepo = Callable[..., Path]
FILES = {
    "stock.py": (
        "def to_order(level, wanted):\n"
        '    """How many to order, so that `wanted` are there; never less than none."""\n'
        "    missing = wanted + level\n"
        "    return max(0, missing)\n"
    ),
    "tests/test_stock.py": (
        "from stock import to_order\n\n\n"
        "def test_what_is_missing_is_ordered():\n    assert to_order(3, 10) == 7\n\n\n"
        "def test_nothing_is_ordered_where_enough_is_there():\n    assert to_order(12, 10) == 0\n"
    ),
}


def test_a_small_slip_is_found_without_a_model_and_without_a_token(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    ended = devagent.process("fix", "--no-model", "--sandbox", "process", "--json", "--quiet", "-C", str(root))
    assert ended.code == 0, ended.err
    assert ended.json["way"].startswith("search: line 3: `+` → `-`")
    assert ended.json["ledger"]["total"]["calls"] == 0
    assert not devagent.process("apply", "-C", str(root)).code
    assert "wanted - level" in (root / "stock.py").read_text()
