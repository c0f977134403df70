"""Which model is meant, and whether the user has agreed to it.

    (nothing), local, embedded      the embedded model
    none                            no model
    ollama/NAME                     Ollama on this machine, or at the base URL
    http://HOST:PORT/v1#NAME        an OpenAI-compatible server
    NAME with a base URL            the same
    openai/NAME                     OpenAI
    PROVIDER/NAME                   any provider of LiteLLM

A key that lies around in the environment is used only with the user's word, given once per provider: on a terminal,
by the setting `model.allow`, or by a flag. So is the download of the embedded model.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urldefrag, urlsplit

from devagent.config.resources import config_folder
from devagent.errors import CannotRun, UsageError
from devagent.journal.files import write_atomically
from devagent.models import absent, trouble
from devagent.models.cards import card_for
from devagent.models.model import Model, ModelCard
from devagent.models.providers import check_provider
from devagent.models.transport import is_loopback

Kind = Literal["none", "embedded", "openai", "ollama", "litellm"]

OPENAI_URL = "https://api.openai.com/v1"
OLLAMA_URL = "http://127.0.0.1:11434"
OLLAMA_WINDOWS = {"small": 16384, "large": 32768}
"""Tokens of context asked of Ollama at most: it sets memory aside for all of them."""

EMBEDDED = "embedded/qwen2.5-coder-1.5b"

DOWNLOAD = "download"
"""What `Consent` and the consent file call the download of the embedded model."""

KEY_VARIABLES = {
    "anthropic": "ANTHROPIC_API_KEY",
    "azure": "AZURE_API_KEY",
    "cohere": "COHERE_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "fireworks_ai": "FIREWORKS_AI_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "groq": "GROQ_API_KEY",
    "mistral": "MISTRAL_API_KEY",
    "openai": "OPENAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "together_ai": "TOGETHERAI_API_KEY",
    "xai": "XAI_API_KEY",
}


@dataclass(frozen=True)
class ModelChoice:
    """A model that somebody named. `key_variable` is where its key is looked for, empty for none.

    `provider` is whom consent is about: a LiteLLM provider, or the host of a server; empty on this machine.
    """

    kind: Kind
    name: str
    card: ModelCard
    base_url: str = ""
    key_variable: str = ""
    provider: str = ""


class Consent(Protocol):
    """Somebody to ask. The command line implements it on a terminal."""

    def ask(self, question: str) -> bool | None:
        """Whether the user says yes; `None` when there is nobody to ask."""
        ...


def resolve(name: str = "", base_url: str = "", key_variable: str = "") -> ModelChoice:
    """The model that a name means, as a value: nothing is opened, asked or imported.

    Arguments:
        name: see the module; may be empty.
        base_url: base URL of a server that has the model.
        key_variable: environment variable that holds the key for the base URL.

    Raises `UsageError` for a name that means nothing, an unknown provider, or what is no URL.
    """
    if name == absent.NONE:
        return ModelChoice("none", absent.NONE, absent.CARD)
    if name.startswith(("http://", "https://")):
        base_url, name = urldefrag(name)
        if not name:
            raise UsageError(f"{base_url} names a server and no model", hint=f"Write {base_url}#NAME")
    if base_url and not _is_url(base_url):
        raise UsageError(f"{base_url} is not a URL", hint="It looks like http://127.0.0.1:8000/v1")
    if name.startswith("ollama/"):
        return _ollama(name, base_url or OLLAMA_URL)
    if base_url:
        return _server(name, base_url, key_variable)
    if name in ("", "local", "embedded", EMBEDDED):
        return _embedded()
    provider, slash, rest = name.partition("/")
    if slash and provider in ("local", "embedded"):
        raise UsageError(f"there is no model {name}", why="the embedded model is called embedded")
    if not slash or not provider or not rest:
        raise UsageError(
            f"{name} could be a model of any provider", hint=f"Write PROVIDER/{name}, ollama/{name}, or add --base-url"
        )
    if provider == "openai":
        return replace(_server(rest, OPENAI_URL, key_variable or KEY_VARIABLES["openai"]), provider=provider)
    check_provider(provider)
    return _provider(name, provider, key_variable)


def check_key(choice: ModelChoice, environ: Mapping[str, str]) -> None:
    """Raises `ModelError` when the model wants a key and there is none; nothing is asked."""
    if choice.provider and choice.key_variable and not environ.get(choice.key_variable):
        raise trouble.key_missing(choice.provider, choice.key_variable)


def settle_consent(
    choice: ModelChoice,
    *,
    allowed: Collection[str],
    environ: Mapping[str, str],
    consent: Consent | None,
    remembered: Path | None = None,
) -> None:
    """Make sure that the user agrees to this model's key being used; a yes is remembered.

    Arguments:
        allowed: providers that settings or a flag allow.
        consent: somebody to ask; `None` without a terminal.
        remembered: the file of earlier answers.

    Raises `ModelError` when the key is missing, `CannotRun` when the user says no or cannot be asked.
    """
    if not choice.provider:
        return
    check_key(choice, environ)
    to_whom = choice.provider + (f" with the key in {choice.key_variable}" if choice.key_variable else "")
    _agree(
        choice.provider,
        f"May devagent send prompts to {to_whom}?",
        untold=f"sending prompts to {to_whom} needs your word",
        hint=f"Say it with --yes, run it on a terminal to be asked, or add {choice.provider} to model.allow",
        refused="Nothing was sent",
        allowed=allowed,
        consent=consent,
        remembered=remembered,
    )


def settle_download(size: int, *, allowed: bool, consent: Consent | None, remembered: Path | None = None) -> None:
    """Make sure that the user agrees to the download of the embedded model (`size` in bytes); a yes is remembered.

    Raises `CannotRun` when the user says no or cannot be asked.
    """
    _agree(
        DOWNLOAD,
        f"May devagent download its model ({size / 1e9:.1f} GB) into your cache folder?",
        untold=f"the embedded model is not here, and its download ({size / 1e9:.1f} GB) needs your word",
        hint="Say it with --yes or `devagent model pull`; --model names another; model.download = true is for good",
        refused="Nothing was downloaded; --model names another model",
        allowed={DOWNLOAD} if allowed else (),
        consent=consent,
        remembered=remembered,
    )


async def open_model(choice: ModelChoice, environ: Mapping[str, str]) -> Model:
    """The chosen model, ready to be called; consent is the caller's to settle first.

    A server on this machine is asked whether it is Ollama, which has to be spoken to in its own way.
    """
    key = environ.get(choice.key_variable, "") if choice.key_variable else ""
    match choice.kind:
        case "none":
            return absent.NoModel()
        case "embedded":
            from devagent.models.embedded import EmbeddedModel

            return EmbeddedModel()
        case "ollama":
            from devagent.models.ollama import OllamaModel

            return OllamaModel(choice.base_url, choice.name, choice.card, api_key=key)
        case "openai":
            from devagent.models.ollama import OllamaModel, is_ollama
            from devagent.models.openai import OpenAIModel

            if is_loopback(choice.base_url) and await is_ollama(choice.base_url):
                return OllamaModel(choice.base_url, choice.name, _ollama_card(choice.card), api_key=key)
            return OpenAIModel(choice.base_url, choice.name, choice.card, api_key=key, key_variable=choice.key_variable)
        case "litellm":
            from devagent.models.litellm_model import LiteLLMModel

            return LiteLLMModel(choice.name, choice.card, key_variable=choice.key_variable)


def _embedded() -> ModelChoice:
    return ModelChoice("embedded", EMBEDDED, card_for(EMBEDDED))


def _ollama(name: str, base_url: str) -> ModelChoice:
    card = _ollama_card(_local(card_for(name), base_url))
    return ModelChoice("ollama", name.removeprefix("ollama/"), card, base_url, provider=_stranger(base_url))


def _ollama_card(card: ModelCard) -> ModelCard:
    return replace(card, window=min(card.window, OLLAMA_WINDOWS[card.size]))


def _server(name: str, base_url: str, key_variable: str) -> ModelChoice:
    if not name:
        raise UsageError(f"{base_url} names a server and no model", hint="Add --model NAME")
    card = _local(card_for(name), base_url)
    if base_url.rstrip("/") == OPENAI_URL:
        from devagent.models.prices import with_known_prices

        card = with_known_prices(card)
    return ModelChoice("openai", name, card, base_url, key_variable, _stranger(base_url))


def _provider(name: str, provider: str, key_variable: str) -> ModelChoice:
    from devagent.models.prices import with_known_prices

    card = with_known_prices(card_for(name))
    return ModelChoice("litellm", name, card, "", key_variable or KEY_VARIABLES.get(provider, ""), provider)


def _local(card: ModelCard, base_url: str) -> ModelCard:
    """What runs on this machine costs no money, whatever a provider asks for a model of that name."""
    if not is_loopback(base_url):
        return card
    return replace(card, price_in=0.0, price_out=0.0, extra={**card.extra, "local": True})


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _stranger(base_url: str) -> str:
    return "" if is_loopback(base_url) else urlsplit(base_url).hostname or base_url


def _agree(
    subject: str,
    question: str,
    *,
    untold: str,
    hint: str,
    refused: str,
    allowed: Collection[str],
    consent: Consent | None,
    remembered: Path | None,
) -> None:
    path = remembered or config_folder() / "consent.json"
    known = _remembered(path)
    if subject in allowed or subject in known:
        return
    answer = consent.ask(question) if consent is not None else None
    if answer is None:
        raise CannotRun(untold, hint=hint)
    if not answer:
        raise CannotRun("you said no", hint=refused)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, json.dumps(sorted({*known, subject})).encode())


def _remembered(path: Path) -> set[str]:
    try:
        return {str(subject) for subject in json.loads(path.read_text())}
    except (OSError, ValueError, TypeError):
        return set()
