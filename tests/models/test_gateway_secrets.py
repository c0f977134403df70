"""No secret goes to a model, and what it answers about one is about the secret itself."""

import asyncio
from contextlib import aclosing
from pathlib import Path

from devagent.journal.journal import Journal
from devagent.journal.secrets import PREFIX
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import Gap, Message, ModelRequest
from devagent.models.scripted import ScriptedModel

KEY = "q7Zp0Lw2Rt9vXa41"
SOURCE = f'API_KEY = "{KEY}"\n'


def asked(request: ModelRequest) -> str:
    """All that a model is told."""
    gap = request.gap
    texts = [gap.before, gap.after, *(text for _, text in gap.files)] if gap else []
    return "\n".join([*texts, *(message.text for message in request.messages)])


def echo(request: ModelRequest) -> str:
    return f"```\n{asked(request)}\n```"


def test_a_secret_is_masked_on_the_way_out_and_put_back_on_the_way_in(tmp_path: Path) -> None:
    model = ScriptedModel(echo)
    request = ModelRequest([Message("system", "help"), Message("user", SOURCE)], max_tokens=50)
    replies = []
    for _ in range(2):
        with Journal(tmp_path) as journal:
            gateway = Gateway(model, journal, Budget())
            replies.append(asyncio.run(gateway.ask("code/1", request, role="coder", phase="code")).text)
    assert [reply.count(KEY) for reply in replies] == [1, 1]
    (sent,) = model.requests
    assert KEY not in asked(sent) and PREFIX in asked(sent)
    assert KEY not in (tmp_path / "journal.jsonl").read_text()


def test_gaps_are_masked_like_conversations_and_samples_found_again(tmp_path: Path) -> None:
    model = ScriptedModel(echo)
    gap = Gap("a.py", SOURCE, f"print('{KEY}')\n", [("test.py", f"check('{KEY}')\n")])
    calls = [(f"gap/{seed}", ModelRequest(max_tokens=9, seed=seed, gap=gap)) for seed in range(3)]

    async def sample(journal: Journal) -> list[str]:
        async with aclosing(Gateway(model, journal, Budget()).samples(calls, role="coder", phase="code")) as replies:
            return [reply.text async for _, reply in replies]

    for _ in range(2):
        with Journal(tmp_path) as journal:
            assert all(text.count(KEY) == 3 for text in asyncio.run(sample(journal)))
    assert len(model.requests) == 3
    assert not any(KEY in asked(request) for request in model.requests)


def test_a_request_without_secrets_goes_out_as_it_is(tmp_path: Path) -> None:
    model = ScriptedModel(["fine"])
    request = ModelRequest([Message("user", "password = input()")], max_tokens=5, stop=("x",), seed=3)
    with Journal(tmp_path) as journal:
        asyncio.run(Gateway(model, journal, Budget()).ask("a", request, role="r", phase="p"))
    assert model.requests == [request]


def test_what_a_model_makes_up_comes_back_as_it_was_when_a_run_is_resumed(tmp_path: Path) -> None:
    model = ScriptedModel([f'token = "{KEY}"'])
    request = ModelRequest([Message("user", "write a test")], max_tokens=50)
    for _ in range(2):
        with Journal(tmp_path) as journal:
            reply = asyncio.run(Gateway(model, journal, Budget()).ask("a", request, role="r", phase="p"))
        assert reply.text == f'token = "{KEY}"' and type(reply.text) is str
    assert len(model.requests) == 1
