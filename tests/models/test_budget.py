"""Budgets hold, whoever spends and however often a run is resumed."""

import asyncio
import contextlib
import threading
import time
from fractions import Fraction

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
        budget.settle(reservation, reply(min(taken, prompt), max(0, taken - prompt)))
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


def test_a_model_that_counts_more_than_the_worst_case_is_reserved_more_for_from_then_on() -> None:
    budget = Budget(tokens=10_000)
    budget.settle(budget.reserve(100, 50, PRICED), reply(160, 10))
    assert budget.reserve(100, 50, PRICED).tokens == 160 + 50
    assert budget.reserve(100, 50, UNPRICED).tokens == 150
    assert Budget(tokens=10_000, spent=budget.spent).reserve(100, 50, PRICED).tokens == 160 + 50


def test_many_at_once_that_count_more_do_not_add_up() -> None:
    budget = Budget()
    for reservation in [budget.reserve(100, 50, PRICED) for _ in range(8)]:
        budget.settle(reservation, reply(150, 10))
    assert budget.reserve(100, 0, PRICED).tokens == 150


def test_what_a_model_counts_is_remembered_by_the_journal() -> None:
    reservation = Budget().reserve(100, 50, PRICED)
    reserved = Event(0, RESERVED, "place", {"model": "p", **reservation.to_json()}, "0:1")
    result = {"reservation": "0:1", "reply": reply(130, 5).to_json()}
    spent = Spent.from_events([reserved, Event(1, f"{CALL}.finished", "place", {"result": result}, "k")])
    assert spent.stretch == {"p": 1.3}


PRICES = st.sampled_from([0.0, 0.0375, 0.1, 0.3, 2.5, 15.0, 75.0])
STEP = st.tuples(
    st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(["settle", "release", "lose"]), st.floats(0, 1)
)


@given(st.lists(STEP, max_size=40), PRICES, PRICES, st.floats(0.0001, 0.2), st.integers(1, 40_000))
def test_money_and_tokens_stay_below_their_limits_and_add_up_to_the_last_digit(
    steps: list[tuple[int, int, str, float]], price_in: float, price_out: float, most: float, tokens: int
) -> None:
    card = ModelCard("m", price_in=price_in, price_out=price_out)
    budget, spent, used = Budget(cost=most, tokens=tokens), Fraction(0), 0
    per_prompt, per_answer = (Fraction(str(p)) / 10**6 for p in (price_in, price_out))
    for prompt, answer, fate, share in steps:
        try:
            reservation = budget.reserve(prompt, answer, card)
        except OutOfBudget:
            worst = per_prompt * prompt + per_answer * answer
            assert spent + worst > Fraction(most) - Fraction(1, 10**9) or used + prompt + answer > tokens
            continue
        took = (prompt, answer) if fate == "lose" else (int(prompt * share), int(answer * share))
        if fate == "settle":
            budget.settle(reservation, ModelReply("", *took, cost=price(card, *took)))
        elif fate == "release":
            took = (0, 0)
            budget.release(reservation)
        spent += per_prompt * took[0] + per_answer * took[1]
        used += sum(took)
        assert spent <= Fraction(most) + Fraction(1, 10**9) and used <= tokens
    assert budget.spent.tokens == used
    assert abs(Fraction(budget.spent.cost) - spent) < Fraction(1, 10**9)


def test_a_deadline_lets_through_what_ends_in_time_and_what_goes_wrong() -> None:
    async def go() -> None:
        async with Budget(seconds=30).deadline():
            await asyncio.sleep(0)
        async with Budget().deadline():
            await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with Budget(seconds=30).deadline():
                raise TimeoutError
        with pytest.raises(OutOfBudget, match=r"the run has used its 0\.01 s"):
            async with Budget(seconds=0.01).deadline():
                await asyncio.sleep(30)

    asyncio.run(go())


def test_a_deadline_at_the_very_moment_of_the_end_cancels_nobody_else() -> None:
    async def go() -> None:
        budget = Budget(seconds=0.02)
        async with budget.deadline():
            time.sleep(0.05)  # the time is over, and the loop has not noticed yet
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)

    with contextlib.suppress(OutOfBudget):
        asyncio.run(go())


def test_price_is_per_million() -> None:
    assert price(PRICED, 1_000_000, 100_000) == pytest.approx(3.0)
    assert price(UNPRICED, 1, 1) is None
