"""Which model is meant, and that no key and no download goes without the user's word."""

import asyncio
import json
from pathlib import Path

import pytest

from devagent.errors import CannotRun, ModelError, UsageError
from devagent.models.embedded import EmbeddedModel
from devagent.models.litellm_model import LiteLLMModel
from devagent.models.ollama import OllamaModel
from devagent.models.openai import OpenAIModel
from devagent.models.select import ModelChoice, open_model, resolve, settle_consent, settle_download
from devagent.models.transport import is_loopback


class Person:
    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.questions: list[str] = []

    def ask(self, question: str) -> bool:
        self.questions.append(question)
        return self.answer


@pytest.mark.parametrize("name", ["", "local", "embedded", "embedded/qwen2.5-coder-1.5b"])
def test_no_name_means_the_embedded_model(name: str) -> None:
    choice = resolve(name)
    assert (choice.kind, choice.provider, choice.key_variable) == ("embedded", "", "")


def test_a_server_is_named_by_url_and_fragment_or_by_name_and_base_url() -> None:
    first = resolve("http://127.0.0.1:8000/v1#mine")
    assert first == resolve("mine", "http://127.0.0.1:8000/v1")
    assert (first.kind, first.name, first.base_url) == ("openai", "mine", "http://127.0.0.1:8000/v1")
    assert (first.provider, first.card.price_in, first.card.extra["local"]) == ("", 0.0, True)


def test_a_server_elsewhere_needs_consent_and_has_no_price_of_ours() -> None:
    choice = resolve("mine", "https://models.example.org/v1", "SOME_KEY")
    assert (choice.provider, choice.key_variable) == ("models.example.org", "SOME_KEY")
    assert choice.card.price_in is None


def test_ollama_is_on_this_machine_unless_told_otherwise() -> None:
    choice = resolve("ollama/qwen2.5-coder:7b")
    assert (choice.kind, choice.name, choice.base_url) == ("ollama", "qwen2.5-coder:7b", "http://127.0.0.1:11434")
    assert (choice.card.size, choice.card.window, choice.card.price_out) == ("small", 16384, 0.0)
    assert resolve("ollama/x", "http://gpu.example.org:11434").provider == "gpu.example.org"


def test_openai_is_spoken_to_directly_and_everybody_else_through_litellm() -> None:
    openai, other = resolve("openai/gpt-4o"), resolve("anthropic/claude-sonnet-4-5")
    assert (openai.kind, openai.name, openai.provider) == ("openai", "gpt-4o", "openai")
    assert (openai.key_variable, openai.card.price_in) == ("OPENAI_API_KEY", 2.5)
    assert (other.kind, other.name, other.key_variable) == (
        "litellm", "anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY",
    )  # fmt: skip


NOT_URLS = ["http://#m", "https://:8000/v1#m", "http://a:b/v1#m"]


@pytest.mark.parametrize("name", ["gpt-4o", "/x", "x/", "http://127.0.0.1:1/v1", "nobody/x", "embedded/x", *NOT_URLS])
def test_a_name_that_means_nothing_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError):
        resolve(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", EmbeddedModel),
        ("ollama/x", OllamaModel),
        ("anthropic/claude-sonnet-4-5", LiteLLMModel),
        ("openai/gpt-4o", OpenAIModel),
    ],
)
def test_every_choice_opens(name: str, kind: type) -> None:
    async def go() -> None:
        model = await open_model(resolve(name), {})
        assert isinstance(model, kind)
        await model.close()

    asyncio.run(go())


ANTHROPIC = resolve("anthropic/claude-sonnet-4-5")
KEYS = {"ANTHROPIC_API_KEY": "sk"}


def settle(
    folder: Path, *, person: Person | None, choice: ModelChoice = ANTHROPIC, allowed: tuple[str, ...] = ()
) -> None:
    settle_consent(choice, allowed=allowed, environ=KEYS, consent=person, remembered=folder / "consent.json")


def test_a_yes_is_remembered_for_that_provider_alone(tmp_path: Path) -> None:
    person = Person(True)
    settle(tmp_path, person=person)
    settle(tmp_path, person=None)
    assert person.questions == ["May devagent send prompts to anthropic with the key in ANTHROPIC_API_KEY?"]
    assert json.loads((tmp_path / "consent.json").read_text()) == ["anthropic"]
    assert (tmp_path / "consent.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CannotRun):
        settle(tmp_path, person=None, choice=resolve("x", "https://models.example.org/v1"))


def test_a_no_is_not_remembered(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(CannotRun, match=r"you said no\. Nothing was sent"):
            settle(tmp_path, person=Person(False))
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_settings_have_to_allow_it(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match=r"add anthropic to model\.allow"):
        settle(tmp_path, person=None)
    settle(tmp_path, person=None, allowed=("anthropic",))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    person = Person(True)
    with pytest.raises(ModelError, match="anthropic needs a key and ANTHROPIC_API_KEY is not set"):
        settle_consent(ANTHROPIC, allowed=(), environ={}, consent=person, remembered=tmp_path / "c")
    assert person.questions == []


def test_what_runs_here_needs_no_consent(tmp_path: Path) -> None:
    settle(tmp_path, person=None, choice=resolve("ollama/x"))
    settle(tmp_path, person=None, choice=resolve())


def test_a_broken_consent_file_is_no_consent(tmp_path: Path) -> None:
    (tmp_path / "consent.json").write_text("{")
    with pytest.raises(CannotRun):
        settle(tmp_path, person=None)


def test_the_download_is_asked_for_once_with_its_size(tmp_path: Path) -> None:
    person, file = Person(True), tmp_path / "consent.json"
    with pytest.raises(CannotRun, match="devagent model pull"):
        settle_download(1_100_000_000, allowed=False, consent=None, remembered=file)
    settle_download(1_100_000_000, allowed=False, consent=person, remembered=file)
    settle_download(1_100_000_000, allowed=False, consent=None, remembered=file)
    assert person.questions == ["May devagent download its model (1.1 GB) into your cache folder?"]


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1:8000", True), ("127.1", True), ("[::1]:8000", True),
     ("127.0.0.1.example.org", False),
     ("127.example.org", False), ("128.0.0.1", False), ("localhost.example.org", False)],
)  # fmt: skip
def test_only_addresses_of_this_machine_count_as_such(host: str, here: bool) -> None:
    assert is_loopback(f"http://{host}/v1") is here
