"""OllamaModel against a server on loopback that speaks Ollama's interface."""

import asyncio
import json

import pytest
from loopback_server import Answer, Received, serving

from devagent.errors import ModelError
from devagent.models.model import Message, ModelCard, ModelReply, ModelRequest
from devagent.models.ollama import OllamaModel, is_ollama
from devagent.models.retry import Patience
from devagent.models.select import open_model, resolve
from devagent.models.trouble import Refused

CARD = ModelCard("ollama/qwen", window=12345, price_in=0.0, price_out=0.0)
REQUEST = ModelRequest([Message("user", "hello")], 9, 0.5, seed=3, stop=["END"], schema={"type": "object"})


def lines(*pieces: dict[str, object]) -> list[str]:
    return [json.dumps(piece) + "\n" for piece in pieces]


def said(text: str) -> dict[str, object]:
    return {"message": {"role": "assistant", "content": text}, "done": False}


LAST: dict[str, object] = {
    "message": {"content": ""}, "done": True, "done_reason": "length", "prompt_eval_count": 11, "eval_count": 2,
}  # fmt: skip


def ask(url: str) -> ModelReply:
    async def go() -> ModelReply:
        model = OllamaModel(url, "qwen", CARD, patience=Patience(tries=2, first=0.01))
        try:
            return await model.complete(REQUEST)
        finally:
            await model.close()

    return asyncio.run(go())


def test_the_context_window_is_asked_for_and_the_pieces_are_joined() -> None:
    with serving(Answer(lines(said("Hel"), said("lo"), LAST))) as server:
        reply = ask(server.url + "/v1")
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens, reply.finish) == ("Hello", 11, 2, "length")
    assert (reply.estimated, reply.cost) == (False, 0.0)
    received = server.posts()[0]
    assert received.path == "/api/chat"
    assert received.body["options"] == {
        "num_ctx": 12345, "num_predict": 9, "temperature": 0.5, "seed": 3, "stop": ["END"],
    }  # fmt: skip
    assert received.body["format"] == {"type": "object"}


def test_a_model_that_is_not_there_lists_those_that_are_and_says_how_to_get_it() -> None:
    def respond(received: Received) -> Answer:
        if received.path == "/api/tags":
            return Answer(['{"models": [{"name": "llama3:8b"}]}'])
        return Answer(['{"error": "model qwen not found"}'], 404)

    with serving(respond) as server, pytest.raises(Refused, match="It has llama3:8b; `ollama pull qwen` gets it"):
        ask(server.url)


@pytest.mark.parametrize("chunks", [["{broken\n"], [], lines(said("half")), lines({"error": "out of memory"})])
def test_garbage_is_one_line(chunks: list[str]) -> None:
    with serving(Answer(chunks)) as server, pytest.raises(ModelError, match="cannot be read"):
        ask(server.url)


def test_a_server_error_is_tried_again() -> None:
    with serving(Answer(["loading"], 503), Answer(lines(said("ok"), LAST))) as server:
        assert ask(server.url).text == "ok"


def test_ollama_is_recognised_by_its_port_or_by_what_it_answers() -> None:
    with serving(Answer(['{"version": "0.9.0"}'])) as ollama, serving(Answer([], 404)) as other:
        assert asyncio.run(is_ollama(ollama.url))
        assert not asyncio.run(is_ollama(other.url))
    assert asyncio.run(is_ollama("http://127.0.0.1:11434/v1"))


def test_an_ollama_behind_another_port_is_spoken_to_in_its_own_way() -> None:
    with serving(Answer(['{"version": "0.9.0"}'])) as server:
        model = asyncio.run(open_model(resolve(f"{server.url}/v1#qwen2.5-coder:7b"), {}))
    assert isinstance(model, OllamaModel)
    assert model.card.window == 16384
