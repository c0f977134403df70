"""OpenAIModel against a real server on loopback."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_server import Answer, Received, completion, delta, serving, sse, usage

from devagent.errors import ModelError
from devagent.models.model import Message, ModelCard, ModelReply, ModelRequest
from devagent.models.openai import OpenAIModel
from devagent.models.retry import Patience
from devagent.models.stream import ChatStream, Unreadable
from devagent.models.transport import Timeouts
from devagent.models.trouble import BrokenOff, Refused, Unreachable

CARD = ModelCard("m", price_in=1.0, price_out=2.0, schema=True)
QUICK = Patience(tries=3, first=0.01, longest=0.5)
KEYS = ["choices", "delta", "message", "content", "index", "finish_reason", "usage", "prompt_tokens", "text", "error"]
REQUEST = ModelRequest([Message("system", "be short"), Message("user", "hello")], max_tokens=9, temperature=0.5)


def ask(url: str, request: ModelRequest = REQUEST, *, silence: float = 5.0, **options: str) -> ModelReply:
    async def go() -> ModelReply:
        model = OpenAIModel(url, "m", CARD, patience=QUICK, timeouts=Timeouts(2.0, silence), **options)
        try:
            return await model.complete(request)
        finally:
            await model.close()
            await model.close()

    return asyncio.run(go())


def test_streamed_pieces_are_joined_and_usage_is_the_servers() -> None:
    with serving(Answer(completion("Hel", "lo", prompt=11, tokens=2))) as server:
        reply = ask(server.url)
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens, reply.finish) == ("Hello", 11, 2, "stop")
    assert not reply.estimated
    assert reply.cost == pytest.approx((11 * 1.0 + 2 * 2.0) / 1e6)


def test_the_request_says_everything_it_was_asked_to() -> None:
    request = ModelRequest(REQUEST.messages, 9, 0.5, seed=3, stop=["END"], schema={"type": "object"})
    with serving(Answer(completion("x"))) as server:
        ask(server.url, request, api_key="secret")
    received = server.posts()[0]
    assert received.headers["authorization"] == "Bearer secret"
    assert received.body["messages"] == [
        {"role": "system", "content": "be short"},
        {"role": "user", "content": "hello"},
    ]
    assert (received.body["max_tokens"], received.body["temperature"]) == (9, 0.5)
    assert (received.body["seed"], received.body["stop"]) == (3, ["END"])
    assert received.body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_usage_is_estimated_when_the_server_tells_none() -> None:
    with serving(Answer(sse(delta("four words of text"), delta(finish="length"), "[DONE]"))) as server:
        reply = ask(server.url)
    assert reply.estimated and reply.finish == "length"
    assert 3 <= reply.completion_tokens <= 6


def test_a_server_that_does_not_stream_is_understood() -> None:
    document = (
        '{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}],'
        ' "usage": {"prompt_tokens": 5, "completion_tokens": 1}}'
    )
    with serving(Answer([document])) as server:
        reply = ask(server.url)
    assert (reply.text, reply.prompt_tokens) == ("whole", 5)


def test_several_answers_to_one_prompt_come_as_each_ends() -> None:
    events = sse(
        delta("a", index=0), delta("b", index=1), delta(finish="stop", index=1), usage(5, 1),
        delta("A", index=0), delta(finish="stop", index=0), usage(5, 2), "[DONE]",
    )  # fmt: skip

    async def go(url: str) -> list[tuple[int, str, int]]:
        model = OpenAIModel(url, "m", CARD)
        replies = [(i, r.text, r.completion_tokens) async for i, r in model.answers(REQUEST, 2)]
        await model.close()
        return replies

    with serving(Answer(events)) as server:
        assert asyncio.run(go(server.url)) == [(1, "b", 1), (0, "aA", 2)]
    assert server.posts()[0].body["n"] == 2


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_passing_failures_are_tried_again(status: int) -> None:
    with serving(Answer(["busy"], status), Answer(["busy"], status), Answer(completion("ok"))) as server:
        assert ask(server.url).text == "ok"
    assert len(server.posts()) == 3


def test_tries_are_bounded() -> None:
    with serving(Answer(['{"error": {"message": "too many"}}'], 429)) as server, pytest.raises(Refused) as caught:
        ask(server.url)
    assert len(server.posts()) == QUICK.tries
    assert "answered 429: too many" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "way_on"),
    [(500, "The fault is the server's: see its log"), (429, "Wait and go on, or"), (418, "Name another model with")],
)
def test_an_error_that_does_not_pass_says_what_to_do(status: int, way_on: str) -> None:
    with serving(Answer(["oops"], status)) as server, pytest.raises(Refused, match=f"{status}: oops. {way_on}"):
        ask(server.url)


def test_retry_after_is_waited_for() -> None:
    with serving(Answer([], 429, {"Retry-After": "0.4"}), Answer(completion("ok"))) as server:
        started = time.monotonic()
        ask(server.url)
    assert time.monotonic() - started >= 0.4


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for() -> None:
    with serving(Answer(["later"], 429, {"Retry-After": "3600"})) as server, pytest.raises(Refused):
        ask(server.url)
    assert len(server.posts()) == 1


def test_a_used_up_quota_is_not_tried_again() -> None:
    with serving(Answer(['{"error": {"code": "insufficient_quota"}}'], 429)) as server, pytest.raises(Refused):
        ask(server.url)
    assert len(server.posts()) == 1


@pytest.mark.parametrize("answer", [Answer([], cut=True), Answer(["gone"], 502), Answer(["slow"], 504)])
def test_a_request_of_which_nobody_knows_what_became_is_not_sent_again_unasked(answer: Answer) -> None:
    with serving(answer, Answer(completion("ok"))) as server, pytest.raises(BrokenOff, match="never answered"):
        ask(server.url)
    assert len(server.posts()) == 1


def test_a_connection_cut_in_the_answer_is_an_error_and_not_tried_again() -> None:
    with (
        serving(Answer(sse(delta("half")), cut=True)) as server,
        pytest.raises(ModelError, match="cannot be read") as caught,
    ):
        ask(server.url)
    assert not isinstance(caught.value, Refused)
    assert len(server.posts()) == 1


def test_nobody_listening_is_one_line_with_the_address_and_no_second_try() -> None:
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"^nothing answers at http://127\.0\.0\.1:9/v1\. Start the server"):
        ask("http://127.0.0.1:9/v1")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"key_variable": "SOME_KEY"}, "needs a key and SOME_KEY is not set. export SOME_KEY="),
        ({"key_variable": "SOME_KEY", "api_key": "bad"}, "rejects the key in SOME_KEY: no entry"),
        ({}, "rejects the request without a key"),
    ],
)
def test_a_rejected_key_names_its_variable_and_never_its_value(options: dict[str, str], line: str) -> None:
    with serving(Answer(['{"error": "no entry"}'], 401)) as server, pytest.raises(Refused) as caught:
        ask(server.url, **options)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_model_lists_what_the_server_has() -> None:
    def respond(received: Received) -> Answer:
        if received.path == "/models":
            return Answer(['{"data": [{"id": "alpha"}, {"id": "beta"}]}'])
        return Answer(['{"error": {"message": "model not found"}}'], 404)

    with serving(respond) as server, pytest.raises(Refused, match=r"has no model m\. It has alpha, beta"):
        ask(server.url)


def test_a_prompt_the_server_finds_too_long_is_said_to_be_that() -> None:
    said = '{"error": {"message": "request exceeds the available context size"}}'
    with serving(Answer([said], 400)) as server, pytest.raises(Refused, match="the prompt is too long for m"):
        ask(server.url)


def test_a_silent_server_is_given_up() -> None:
    with serving(Answer([3.0])) as server, pytest.raises(ModelError, match=r"sent nothing for 0 s"):
        ask(server.url, silence=0.2)


@pytest.mark.parametrize("piece", ["data: " + "x" * 50_000, "data: {}\n\n", delta("word " * 50)])
def test_an_answer_without_end_is_cut_off(piece: str | dict[str, Any]) -> None:
    chunk = piece if isinstance(piece, str) else sse(piece)[0]
    with serving(Answer([chunk] * 200_000)) as server, pytest.raises(ModelError, match="far longer than was asked"):
        ask(server.url)
    assert server.hung_up.wait(5)


def test_an_error_page_without_end_is_cut_off() -> None:
    with serving(Answer(["x" * 100_000] * 10_000, 400)) as server, pytest.raises(Refused, match="answered 400: xxx"):
        ask(server.url)
    assert server.hung_up.wait(5)


def test_halves_of_characters_are_put_together_or_replaced() -> None:
    events = [
        f'data: {{"choices": [{{"delta": {{"content": "\\{half}"}}}}]}}\n\n' for half in ("ud83d", "ude42", "ud83d")
    ]
    with serving(Answer([*events, *sse(delta(finish="stop"), "[DONE]")])) as server:
        assert ask(server.url).text == "🙂\ufffd"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4), max_size=4), st.booleans())
def test_whatever_json_a_server_sends_is_an_answer_or_unreadable(chunks: list[dict[str, Any]], plain: bool) -> None:
    stream = ChatStream(1000)
    try:
        answers = [
            answer for chunk in chunks for answer in stream.feed(("" if plain else "data: ") + json.dumps(chunk))
        ]
        answers += stream.end()
    except Unreadable:
        return
    for answer in answers:
        assert isinstance(answer.text, str) and answer.text.encode() is not None
        assert (answer.prompt_tokens or 0) >= 0 and (answer.completion_tokens or 0) >= 0


@pytest.mark.parametrize(
    "chunks",
    [
        ["data: {broken\n\n"],
        ["data: []\n\n"],
        ["data: " + "[" * 100_000 + "\n\n"],
        sse({"choices": [3]}),
        sse({"choices": {"a": 1}}),
        sse({"choices": [{"delta": "x"}]}),
        sse({"choices": [{"delta": {"content": 3}}]}),
        ["<html>captive portal</html>\n"],
        ['{"detail": "hello"}'],
        [],
        sse(delta("half")),
        sse({"error": {"message": "out of memory"}}),
    ],
)
def test_garbage_is_one_line(chunks: list[str]) -> None:
    with serving(Answer(chunks)) as server, pytest.raises(ModelError, match="cannot be read") as caught:
        ask(server.url)
    assert "\n" not in str(caught.value)


def test_comments_and_pings_are_skipped() -> None:
    with serving(Answer([": ping\n\n", "event: x\n", *completion("ok")])) as server:
        assert ask(server.url).text == "ok"


def test_cancelling_closes_the_connection() -> None:
    def endless() -> "list[str | float]":
        return [chunk for _ in range(200) for chunk in (sse(delta("x"))[0], 0.02)]

    async def go(url: str) -> None:
        model = OpenAIModel(url, "m", CARD)
        task = asyncio.create_task(model.complete(REQUEST))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.close()

    with serving(Answer(endless())) as server:
        asyncio.run(go(server.url))
        assert server.hung_up.wait(2)


def test_reasoning_models_are_sent_neither_temperature_nor_stop() -> None:
    card = ModelCard("r", extra={"reasoning": True})

    async def go(url: str) -> None:
        model = OpenAIModel(url, "r", card)
        await model.complete(ModelRequest(REQUEST.messages, 9, 0.5, stop=["END"]))
        await model.close()

    with serving(Answer(completion("x"))) as server:
        asyncio.run(go(server.url))
    body = server.posts()[0].body
    assert body["max_completion_tokens"] == 9
    assert not {"temperature", "stop", "max_tokens"} & set(body)


def test_waits_double_and_stay_within_bounds() -> None:
    patience = Patience(first=1.0, longest=8.0)
    bounds: Callable[[int], tuple[float, float]] = lambda n: (min(8, 2 ** (n - 1)) / 2, min(8, 2 ** (n - 1)))  # noqa: E731
    for failures in range(1, 12):
        low, high = bounds(failures)
        assert low <= patience.wait(failures) <= high
