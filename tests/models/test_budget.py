"""Budgets hold, whoever spends and however often a run is resumed."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import OutOfBudget, UsageError
from devagent.journal.journal import Event
from devagent.models.budget import Budget, Reservation, Spent, price
from devagent.models.model import ModelCard, ModelReply
from devagent.models.record import CALL, RELEASED, RESERVED

PRICED = ModelCard("p", price_in=2.0, price_out=10.0)
UNPRICED = ModelCard("u")


def reply(prompt: int, completion: int, cost: float | None = 0.0) -> ModelReply:
    return ModelReply("", prompt, completion, cost=cost)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_does_not_fit_is_refused_and_takes_nothing() -> None:
    budget = Budget(tokens=100)
    budget.reserve(30, 30, PRICED)
    with pytest.raises(OutOfBudget, match="the limit of 100 tokens is reached: 60 spent, the next call may take 41"):
        budget.reserve(1, 40, PRICED)
    assert budget.remaining.tokens == 40
    budget.reserve(0, 40, PRICED)


def test_settling_gives_back_what_the_call_did_not_take() -> None:
    budget = Budget(tokens=100)
    budget.settle(budget.reserve(50, 50, PRICED), reply(20, 5))
    assert budget.remaining.tokens == 75
    assert budget.spent.tokens == 25


def test_releasing_gives_everything_back() -> None:
    budget = Budget(tokens=100, cost=1.0)
    budget.release(budget.reserve(50, 50, PRICED))
    assert (budget.remaining.tokens, budget.remaining.cost) == (100, 1.0)


def test_money_is_reserved_by_the_card() -> None:
    budget = Budget(cost=0.001)
    budget.reserve(100, 50, PRICED)  # 0.0002 + 0.0005
    with pytest.raises(OutOfBudget, match=r"\$0\.001 is reached: \$0\.0007 spent, the next call may cost \$0\.0007"):
        budget.reserve(100, 50, PRICED)


def test_a_money_limit_refuses_a_model_of_unknown_price() -> None:
    with pytest.raises(UsageError, match="price of u is unknown"):
        Budget(cost=1.0).reserve(1, 1, UNPRICED)
    Budget().reserve(1, 1, UNPRICED)


def test_time_counts_earlier_sessions() -> None:
    clock = Clock()
    budget = Budget(seconds=60, spent=Spent(seconds=50), clock=clock)
    clock.now += 4
    assert budget.remaining.seconds == 6
    clock.now += 6
    with pytest.raises(OutOfBudget, match="the run has used its 60 s"):
        budget.reserve(1, 1, PRICED)


def test_zero_and_none_mean_no_limit() -> None:
    remaining = Budget(tokens=0, cost=None, seconds=0).remaining
    assert (remaining.tokens, remaining.cost, remaining.seconds) == (None, None, None)


def test_threads_together_never_reserve_more_than_there_is() -> None:
    budget = Budget(tokens=1000)
    taken: list[Reservation] = []

    def spend() -> None:
        for _ in range(100):
            try:
                taken.append(budget.reserve(3, 4, PRICED))
            except OutOfBudget:
                return

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(r.tokens for r in taken) == 7 * (1000 // 7)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 1000)), max_size=30))
def test_the_limit_holds_for_any_calls_that_keep_to_their_reserve(calls: list[tuple[int, int, int]]) -> None:
    budget, used = Budget(tokens=2000), 0
    for prompt, most, actual in calls:
        try:
            reservation = budget.reserve(prompt, most, PRICED)
        except OutOfBudget:
            assert used + prompt + most > 2000
            continue
        taken = min(actual, prompt + most)
        budget.settle(reservation, reply(taken, 0))
        used += taken
    assert budget.spent.tokens == used <= 2000


def test_earlier_sessions_count_finished_calls_as_taken_and_unsettled_ones_in_full() -> None:
    def event(kind: str, key: str, data: dict[str, object]) -> Event:
        return Event(0, kind, "place", data, key)

    finished = {"reservation": "0:1", "reply": reply(10, 5, 0.5).to_json()}
    events = [
        event(RESERVED, "0:1", {"tokens": 100, "cost": 1.0}),
        event(RESERVED, "0:2", {"tokens": 30, "cost": None}),
        event(RESERVED, "0:3", {"tokens": 70, "cost": 2.0}),
        event(RELEASED, "0:3", {}),
        event(f"{CALL}.finished", "k", {"result": finished}),
    ]
    assert Spent.from_events(events, 12.5) == Spent(15 + 30, 0.5, 12.5)


def test_price_is_per_million() -> None:
    assert price(PRICED, 1_000_000, 100_000) == pytest.approx(3.0)
    assert price(UNPRICED, 1, 1) is None
