"""Places to look at, a line each."""

import pytest

from devagent.report.places import print_places
from devagent.workflows.locate import Found


def test_a_place_has_a_line_and_one_long_name_moves_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    places = [
        Found("cart.py", 5, 9, "total", 1.0, ("named in the question",)),
        Found("a/b.py", 12, 20, "A" * 50, 0.5, ("words of the task: cart", "changed lately"), (13, 14)),
        Found("c.py", 1, 2, "f", 0.1),
    ]
    print_places(places)
    assert capsys.readouterr().out == (
        "cart.py:5  total  named in the question\n"
        f"a/b.py:12  {'A' * 50}  words of the task: cart; changed lately; lines 13, 14\n"
        "c.py:1     f\n"
    )
