"""LiteLLMModel through the real LiteLLM, against servers on loopback. Slow: the import takes seconds."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from loopback_server import Answer, completion, serving

SCRIPT = """
import asyncio, json, os, sys, time
sys.path.insert(0, {root!r})
from devagent.errors import ModelError
from devagent.models.litellm_model import LiteLLMModel
from devagent.models.model import Message, ModelCard, ModelRequest
from devagent.models.retry import Patience
from devagent.models.transport import Timeouts

REQUEST = ModelRequest([Message("user", "hello")], 9, 0.5, seed=3, stop=["END"])

async def ask(url):
    card = ModelCard("openai/m", price_in=1.0, price_out=2.0)
    model = LiteLLMModel(
        "openai/m", card, key_variable="OPENAI_API_KEY", base_url=url,
        patience=Patience(2, 0.01), timeouts=Timeouts(2.0, 4.0),
    )
    model.warm_up()
    ticks = 0
    while not model._importing.done():
        await asyncio.sleep(0.05)
        ticks += 1
    try:
        reply = await model.complete(REQUEST)
        return {{**reply.to_json(), "ticks": ticks}}
    except ModelError as error:
        return {{"error": type(error).__name__, "line": str(error)}}
    finally:
        await model.close()

async def main(urls):
    for url in urls:
        print(json.dumps(await ask(url)))

asyncio.run(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, object]]:
    """What one process, which imports LiteLLM once, saw of several servers."""
    import json
    import os

    with (
        serving(
            Answer(completion("Hel", "lo", prompt=11, tokens=2), headers={"Content-Type": "text/event-stream"})
        ) as ok,
        serving(Answer(['{"error": {"message": "bad key"}}'], 401)) as rejected,
        serving(Answer(['{"error": {"message": "slow down"}}'], 429)) as busy,
        serving(Answer(['{"error": {"message": "no such model", "code": "model_not_found"}}'], 404)) as unknown,
        serving(Answer([20.0])) as silent,
    ):
        servers = {"ok": ok, "rejected": rejected, "busy": busy, "unknown": unknown, "silent": silent}
        script = textwrap.dedent(SCRIPT).format(root=str(Path(__file__).parents[2]))
        run = subprocess.run(
            [sys.executable, "-c", script, *(s.url for s in servers.values()), "http://127.0.0.1:9"],
            check=False, capture_output=True, text=True, env={**os.environ, "OPENAI_API_KEY": "sk-test"}, timeout=120,
        )  # fmt: skip
        lines = run.stdout.splitlines()
        assert len(lines) == 6, run.stderr
        outcomes = dict(zip([*servers, "nobody"], map(json.loads, lines), strict=True))
        outcomes["ok"]["request"] = ok.posts()[0].body
        outcomes["busy"]["tries"] = len(busy.posts())
        outcomes["all"] = {"stderr": run.stderr}
        return outcomes


def test_an_answer_has_text_usage_and_price(outcomes: dict[str, dict[str, object]]) -> None:
    reply = outcomes["ok"]
    assert (reply["text"], reply["prompt_tokens"], reply["completion_tokens"]) == ("Hello", 11, 2)
    assert (reply["finish"], reply["estimated"]) == ("stop", False)
    assert reply["cost"] == pytest.approx(15e-6)
    request = reply["request"]
    assert isinstance(request, dict)
    assert (request["seed"], request["stop"], request["max_tokens"]) == (3, ["END"], 9)


def test_the_import_leaves_the_loop_free(outcomes: dict[str, dict[str, object]]) -> None:
    ticks = outcomes["ok"]["ticks"]
    assert isinstance(ticks, int) and ticks >= 5


@pytest.mark.parametrize(
    ("server", "error", "line"),
    [
        ("rejected", "Refused", "openai rejects the key in OPENAI_API_KEY"),
        ("busy", "Refused", "openai answered 429"),
        ("unknown", "Refused", "openai has no model openai/m"),
        ("silent", "ModelError", "openai sent nothing for 4 s"),
        ("nobody", "Unreachable", "nothing answers at http://127.0.0.1:9"),
    ],
)
def test_failures_are_our_one_liners(
    outcomes: dict[str, dict[str, object]], server: str, error: str, line: str
) -> None:
    assert outcomes[server]["error"] == error
    assert str(outcomes[server]["line"]).startswith(line)
    assert "\n" not in str(outcomes[server]["line"])


def test_retries_are_ours_and_bounded(outcomes: dict[str, dict[str, object]]) -> None:
    assert outcomes["busy"]["tries"] == 2


def test_litellm_prints_nothing(outcomes: dict[str, dict[str, object]]) -> None:
    assert outcomes["all"]["stderr"] == ""


def test_importing_the_module_imports_neither_litellm_nor_httpx() -> None:
    code = (
        "import sys, devagent.models.litellm_model, devagent.models.gateway, devagent.models.select;"
        "sys.exit(bool({'litellm', 'httpx', 'openai', 'xllamacpp', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
