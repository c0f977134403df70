"""The gateway: nothing is sent that does not fit, nothing is paid for twice, nothing goes on after the end."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from devagent.errors import ModelError, OutOfBudget
from devagent.journal.journal import Journal
from devagent.journal.ledger import Ledger
from devagent.models.budget import Budget, Spent
from devagent.models.gateway import Gateway
from devagent.models.model import Message, ModelCard, ModelReply, ModelRequest
from devagent.models.record import CALL, RELEASED, RESERVED
from devagent.models.retry import Patience
from devagent.models.scripted import FREE, ReplayingModel, ScriptedModel
from devagent.models.trouble import BrokenOff, Refused

QUICK = Patience(tries=3, first=0.01, longest=0.05)
REQUEST = ModelRequest([Message("user", "hello")], max_tokens=50)


class PacedModel:
    """Answers with the seed after a time that the seed decides; counts what is under way and what was cancelled."""

    def __init__(self, seconds: Callable[[int], float], parallel: int = 4) -> None:
        self.card = ModelCard("paced", parallel=parallel, price_in=0.0, price_out=0.0)
        self._seconds = seconds
        self.asked: list[int] = []
        self.under_way = self.most = self.cancelled = 0

    async def complete(self, request: ModelRequest) -> ModelReply:
        assert request.seed is not None
        self.asked.append(request.seed)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await asyncio.sleep(self._seconds(request.seed))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        return ModelReply(str(request.seed), 1, 1, cost=0.0)

    async def close(self) -> None:
        pass


def calls(count: int) -> list[tuple[str, ModelRequest]]:
    return [(f"code/sample/{i}", replace(REQUEST, seed=i)) for i in range(count)]


def run(folder: Path, act: Callable[[Journal], Awaitable[None]]) -> None:
    async def go() -> None:
        with Journal(folder) as journal:
            await act(journal)

    asyncio.run(go())


def test_a_finished_call_is_never_made_again(tmp_path: Path) -> None:
    model = ScriptedModel(["first", "second"])

    async def act(journal: Journal) -> None:
        reply = await Gateway(model, journal, Budget()).ask("code/1", REQUEST, role="coder", phase="code")
        assert reply.text == "first"

    run(tmp_path, act)
    run(tmp_path, act)
    assert len(model.requests) == 1


def test_another_seed_of_the_run_draws_other_samples_and_pays_for_them(tmp_path: Path) -> None:
    model = ScriptedModel(["first", "second"])
    request = replace(REQUEST, seed=7)

    async def act(journal: Journal) -> None:
        for seed in (0, 3, 0, 3):
            gateway = Gateway(model, journal, Budget(), seed=seed)
            await gateway.ask(f"code/{seed}", request, role="coder", phase="code")

    run(tmp_path, act)
    first, second = (asked.seed for asked in model.requests)
    assert first == 7
    assert second not in (None, 7)


def test_samples_of_another_seed_are_found_in_the_journal(tmp_path: Path) -> None:
    model = ScriptedModel(["a", "b"])

    async def act(journal: Journal) -> None:
        async for _ in Gateway(model, journal, Budget(), seed=5).samples(calls(2), role="coder", phase="code"):
            pass

    run(tmp_path, act)
    run(tmp_path, act)
    assert len(model.requests) == 2


def test_the_event_tells_role_phase_model_and_what_it_took(tmp_path: Path) -> None:
    async def act(journal: Journal) -> None:
        await Gateway(ScriptedModel(["x"]), journal, Budget()).ask("code/1", REQUEST, role="coder", phase="code")
        reserved, started, finished = journal.find(RESERVED)[0], journal.find(f"{CALL}.started")[0], journal.events[-1]
        assert started.seq < reserved.seq < finished.seq
        assert reserved.data["tokens"] >= REQUEST.max_tokens
        assert {k: finished.data["result"][k] for k in ("role", "phase", "model")} == {
            "role": "coder", "phase": "code", "model": "scripted",
        }  # fmt: skip
        assert Ledger.from_events(journal.events).total.calls == 1

    run(tmp_path, act)


def test_what_does_not_fit_the_window_is_not_sent(tmp_path: Path) -> None:
    model = ScriptedModel(["x"], replace(FREE, window=60))

    async def act(journal: Journal) -> None:
        gateway = Gateway(model, journal, Budget())
        assert not gateway.fits(REQUEST)
        with pytest.raises(ModelError, match="the window of scripted holds 60"):
            await gateway.ask("code/1", REQUEST, role="coder", phase="code")

    run(tmp_path, act)
    assert model.requests == []


def test_what_does_not_fit_the_budget_is_not_sent(tmp_path: Path) -> None:
    model = ScriptedModel(["x"])

    async def act(journal: Journal) -> None:
        with pytest.raises(OutOfBudget):
            await Gateway(model, journal, Budget(tokens=20)).ask("code/1", REQUEST, role="coder", phase="code")

    run(tmp_path, act)
    assert model.requests == []


def test_a_refused_call_gives_its_reserve_back_and_is_tried_again_on_resume(tmp_path: Path) -> None:
    model = ScriptedModel([Refused("no entry"), "fine"])

    async def refused(journal: Journal) -> None:
        budget = Budget(tokens=1000)
        with pytest.raises(Refused):
            await Gateway(model, journal, budget).ask("code/1", REQUEST, role="coder", phase="code")
        assert budget.remaining.tokens == 1000
        assert len(journal.find(RELEASED)) == 1

    async def resumed(journal: Journal) -> None:
        assert Spent.from_events(journal.events).tokens == 0
        reply = await Gateway(model, journal, Budget()).ask("code/1", REQUEST, role="coder", phase="code")
        assert reply.text == "fine"

    run(tmp_path, refused)
    run(tmp_path, resumed)


def test_a_call_that_broke_off_counts_its_reserve_now_and_after_resume(tmp_path: Path) -> None:
    async def broken(journal: Journal) -> None:
        budget = Budget(tokens=1000)
        with pytest.raises(ModelError):
            await Gateway(ScriptedModel([ModelError("cut")]), journal, budget).ask("a", REQUEST, role="r", phase="p")
        assert budget.spent.tokens == Spent.from_events(journal.events).tokens > REQUEST.max_tokens

    run(tmp_path, broken)


def test_a_request_that_was_lost_is_sent_again_with_a_reserve_of_its_own(tmp_path: Path) -> None:
    model = ScriptedModel([BrokenOff("gone"), BrokenOff("gone"), "there"])

    async def act(journal: Journal) -> None:
        budget = Budget(tokens=1000)
        reply = await Gateway(model, journal, budget, QUICK).ask("a", REQUEST, role="r", phase="p")
        lost = [event.data["tokens"] for event in journal.find(RESERVED)][:2]
        assert reply.text == "there"
        taken = sum(lost) + reply.prompt_tokens + reply.completion_tokens
        assert budget.spent.tokens == Spent.from_events(journal.events).tokens == taken

    run(tmp_path, act)


def test_a_lost_request_is_not_sent_again_where_another_reserve_does_not_fit(tmp_path: Path) -> None:
    model = ScriptedModel([BrokenOff("gone"), "never asked for"])

    async def act(journal: Journal) -> None:
        with pytest.raises(OutOfBudget):
            await Gateway(model, journal, Budget(tokens=100), QUICK).ask("a", REQUEST, role="r", phase="p")

    run(tmp_path, act)
    assert len(model.requests) == 1


def test_the_deadline_holds_between_tries_as_well(tmp_path: Path) -> None:
    model = ScriptedModel([BrokenOff("gone")] * 9)

    async def act(journal: Journal) -> None:
        started = time.monotonic()
        with pytest.raises(OutOfBudget):
            patience = Patience(tries=9, first=60.0, longest=60.0)
            await Gateway(model, journal, Budget(seconds=0.1), patience).ask("a", REQUEST, role="r", phase="p")
        assert time.monotonic() - started < 5

    run(tmp_path, act)


def test_the_deadline_cancels_the_call_in_flight(tmp_path: Path) -> None:
    model = PacedModel(lambda _: 30.0)

    async def act(journal: Journal) -> None:
        with pytest.raises(OutOfBudget, match=r"the run has used its 0\.1 s"):
            await Gateway(model, journal, Budget(seconds=0.1)).ask(*calls(1)[0], role="r", phase="p")

    run(tmp_path, act)
    assert model.cancelled == 1


def test_samples_come_as_they_finish_and_no_more_than_the_card_allows_are_under_way(tmp_path: Path) -> None:
    model = PacedModel(lambda seed: 0.2 - 0.03 * seed, parallel=3)

    async def act(journal: Journal) -> None:
        got = [i async for i, _ in Gateway(model, journal, Budget()).samples(calls(5), role="r", phase="p")]
        assert sorted(got) == [0, 1, 2, 3, 4]
        assert got.index(2) < got.index(0)

    run(tmp_path, act)
    assert model.most == 3


def test_closing_the_samples_early_cancels_what_is_under_way(tmp_path: Path) -> None:
    model = PacedModel(lambda seed: 0.05 if seed == 2 else 30.0)

    async def act(journal: Journal) -> None:
        async with aclosing(Gateway(model, journal, Budget()).samples(calls(8), role="r", phase="p")) as samples:
            async for index, reply in samples:
                assert (index, reply.text) == (2, "2")
                break

    run(tmp_path, act)
    assert model.cancelled == model.most - 1
    assert model.under_way == 0


def test_a_resumed_run_sees_the_recorded_samples_first_in_their_order_and_sends_nothing_until_then(
    tmp_path: Path,
) -> None:
    first_order: list[int] = []

    async def first(journal: Journal) -> None:
        model = PacedModel(lambda seed: [0.15, 0.02, 0.09, 30.0][seed])
        async with aclosing(Gateway(model, journal, Budget()).samples(calls(6), role="r", phase="p")) as samples:
            async for index, _ in samples:
                first_order.append(index)
                if len(first_order) == 3:
                    break

    async def second(journal: Journal) -> None:
        model = PacedModel(lambda _: 0.01)
        seen = []
        async for index, _ in Gateway(model, journal, Budget()).samples(calls(6), role="r", phase="p"):
            seen.append(index)
            if len(seen) <= 3:
                assert model.asked == []
        assert seen[:3] == first_order
        assert sorted(model.asked) == sorted(set(range(6)) - set(first_order))

    run(tmp_path, first)
    assert first_order == [1, 2, 0]
    run(tmp_path, second)


def test_an_error_among_the_samples_is_raised_after_those_under_way_were_delivered(tmp_path: Path) -> None:
    def answer(request: ModelRequest) -> str | Exception:
        return Refused("no") if request.seed == 1 else "fine"

    async def act(journal: Journal) -> None:
        got = []
        model = ScriptedModel(answer, replace(FREE, parallel=4))
        with pytest.raises(Refused):
            async for index, _ in Gateway(model, journal, Budget()).samples(calls(4), role="r", phase="p"):
                got.append(index)
        assert got == [0, 2, 3]

    run(tmp_path, act)


def test_samples_stop_at_the_budget_and_deliver_what_fitted(tmp_path: Path) -> None:
    model = PacedModel(lambda _: 0.01, parallel=2)

    async def act(journal: Journal) -> None:
        got = []
        with pytest.raises(OutOfBudget):
            async for index, _ in Gateway(model, journal, Budget(tokens=130)).samples(calls(99), role="r", phase="p"):
                got.append(index)
        assert len(got) >= 2

    run(tmp_path, act)


def test_a_replayed_run_answers_from_the_journal_alone(tmp_path: Path) -> None:
    async def record(journal: Journal) -> None:
        await Gateway(ScriptedModel(["recorded"]), journal, Budget()).ask("code/1", REQUEST, role="r", phase="p")
        model = ReplayingModel(journal.events, FREE)
        assert (await model.complete(REQUEST)).text == "recorded"
        with pytest.raises(ModelError, match="the journal holds no answer"):
            await model.complete(REQUEST)

    run(tmp_path, record)


def test_a_script_that_has_run_out_says_so(tmp_path: Path) -> None:
    async def act(journal: Journal) -> None:
        with pytest.raises(ModelError, match="the script has 0 answers"):
            await Gateway(ScriptedModel([]), journal, Budget()).ask("code/1", REQUEST, role="r", phase="p")

    run(tmp_path, act)


def test_an_answer_that_fails_unexpectedly_ends_the_waiting(tmp_path: Path) -> None:
    def answer(_: ModelRequest) -> str:
        raise RuntimeError("a defect of the model's adapter")

    async def work() -> None:
        with Journal(tmp_path / "run") as journal:
            gateway = Gateway(ScriptedModel(answer), journal, Budget())
            calls = [(f"code/{n}", ModelRequest([Message("user", "hello")], seed=n)) for n in range(3)]
            async with aclosing(gateway.samples(calls, role="coder", phase="code")) as replies:
                async for _ in replies:
                    raise AssertionError("there is no reply")

    with pytest.raises(RuntimeError, match="adapter"):
        asyncio.run(asyncio.wait_for(work(), 20))
