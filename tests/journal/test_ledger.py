"""The ledger adds up what a journal holds."""

from typing import Any

import pytest

from devagent.journal.journal import Event
from devagent.journal.ledger import LOCAL_WATTS, Ledger, Line


def call(
    seq: int,
    phase: str,
    role: str,
    *,
    model: str = "m",
    ended: float = 0.0,
    seconds: float = 1.0,
    cost: float | None = 0.5,
    **more: Any,
) -> Event:
    reply = {"prompt_tokens": 10, "completion_tokens": 2, "seconds": seconds, "cost": cost, "estimated": False}
    result = {"phase": phase, "role": role, "model": model, "local": more.get("local", False), "reply": reply}
    return Event(
        seq, "model.call.finished", f"p/{seq}", {"result": result}, session=more.get("session", 0), elapsed=ended
    )


def test_nothing_adds_up_to_nothing() -> None:
    assert Ledger.from_events([]) == Ledger(total=Line())


def test_calls_are_summed_per_phase_role_and_model() -> None:
    other = Event(9, "sandbox.run.finished", "x", {"result": {}})
    ledger = Ledger.from_events(
        [call(0, "code", "coder"), other, call(1, "code", "tester"), call(2, "review", "coder")]
    )
    assert (ledger.total.calls, ledger.total.tokens, ledger.total.cost) == (3, 36, 1.5)
    assert {k: v.calls for k, v in ledger.phases.items()} == {"code": 2, "review": 1}
    assert {k: v.calls for k, v in ledger.roles.items()} == {"coder": 2, "tester": 1}
    assert ledger.models["m"].seconds == 3.0


def test_one_unknown_price_makes_the_sum_unknown() -> None:
    ledger = Ledger.from_events([call(0, "a", "r", model="x"), call(1, "a", "r", model="y", cost=None)])
    assert ledger.total.cost is None
    assert ledger.models["x"].cost == 0.5


def test_energy_counts_local_calls_and_parallel_ones_once() -> None:
    events = [
        call(0, "a", "r", ended=10, seconds=10, local=True),
        call(1, "a", "r", ended=12, seconds=10, local=True),
        call(2, "a", "r", ended=5, seconds=3, local=True, session=1),
        call(3, "a", "r", ended=99, seconds=50),
    ]
    assert Ledger.from_events(events).total.joules == pytest.approx(LOCAL_WATTS * (12 + 3))


def test_to_json_has_the_total_and_every_group() -> None:
    document = Ledger.from_events([call(0, "code", "coder")]).to_json()
    assert set(document) == {"total", "phases", "roles", "models"}
    assert document["phases"]["code"]["prompt_tokens"] == 10
