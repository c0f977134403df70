"""Streamed chat completions in OpenAI's format, pieced together. Pure: lines in, answers out."""

import json
from dataclasses import dataclass, replace
from typing import Any

Json = Any


@dataclass(frozen=True)
class Answer:
    """One finished answer of a stream. Token counts are `None` when the server told none."""

    index: int
    text: str
    finish: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Unreadable(ValueError):
    """A line is no part of a completion; `said` is what stood there."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(why)
        self.said = said


class ChatStream:
    """Collects the answers of one request.

    Understands server-sent events, a plain JSON document (of servers that do not stream), and answers with several
    choices. An answer is given out when its usage has followed, or when it is clear that none does.

    Arguments:
        most: characters of an answer after which it is clear that the server does not keep to `max_tokens`.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lengths: dict[int, int] = {}
        self._texts: dict[int, list[str]] = {}
        self._ended: dict[int, str] = {}
        self._document: list[str] = []
        self._done: set[int] = set()

    def feed(self, line: str) -> list[Answer]:
        """The answers that this line completes. Raises `Unreadable`."""
        if self._document or line.lstrip().startswith("{"):
            self._document.append(line)
            return []
        if not line.startswith("data:"):
            return []  # comments, event names, blank lines
        data = line[5:].strip()
        return self._flush() if data == "[DONE]" else self._chunk(_parse(data))

    def end(self) -> list[Answer]:
        """The answers that the end of the stream completes. Raises `Unreadable` when one broke off."""
        if self._document:
            return self._whole(_parse("\n".join(self._document)))
        answers = self._flush()
        if set(self._texts) - self._done or not self._done:
            raise Unreadable("it ended before the answer did" if self._texts else "it is no completion")
        return answers

    def _chunk(self, chunk: Json) -> list[Answer]:
        answers: list[Answer] = []
        choices = _choices(chunk, "delta")
        if choices and set(self._ended) - {c.index for c in choices}:
            answers += self._flush()
        for choice in choices:
            self._take(choice)
        return answers + (self._flush(chunk["usage"]) if chunk.get("usage") and self._ended else [])

    def _take(self, choice: "_Choice") -> None:
        self._texts.setdefault(choice.index, []).append(choice.text)
        self._lengths[choice.index] = self._lengths.get(choice.index, 0) + len(choice.text)
        if self._lengths[choice.index] > self._most:
            raise Unreadable("it is far longer than was asked for")
        if choice.finish:
            self._ended[choice.index] = choice.finish

    def _whole(self, document: Json) -> list[Answer]:
        for choice in _choices(document, "message"):
            self._take(replace(choice, finish=choice.finish or "stop"))
        if not self._ended:
            raise Unreadable("it holds no choices", json.dumps(document))
        return self._flush(document.get("usage"))

    def _flush(self, usage: Json = None) -> list[Answer]:
        counts: dict[str, int] = {}
        if isinstance(usage, dict) and len(self._ended) == 1:
            counts = {k: usage[k] for k in ("prompt_tokens", "completion_tokens") if is_count(usage.get(k))}
        texts = {index: well_formed("".join(self._texts[index])) for index in self._ended}
        answers = [Answer(index, texts[index], finish, **counts) for index, finish in self._ended.items()]
        self._done |= set(self._ended)
        self._ended = {}
        return answers


@dataclass(frozen=True)
class _Choice:
    index: int
    text: str
    finish: str


def _choices(document: dict[str, Json], part: str) -> list[_Choice]:
    choices = document.get("choices") or []
    if not isinstance(choices, list):
        raise Unreadable("it is no completion", str(document))
    return [_choice(choice, part) for choice in choices]


def _choice(choice: Json, part: str) -> _Choice:
    said = choice.get(part) or {} if isinstance(choice, dict) else None
    if not isinstance(said, dict):
        raise Unreadable("it is no completion", str(choice))
    found = _Choice(
        choice.get("index", 0), said.get("content") or choice.get("text") or "", choice.get("finish_reason") or ""
    )
    if not (is_count(found.index) and isinstance(found.text, str) and isinstance(found.finish, str)):
        raise Unreadable("it is no completion", str(choice))
    return found


def is_count(value: Json) -> bool:
    """Whether a value of a stranger can be a number of tokens."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def well_formed(text: str) -> str:
    """Text without halves of characters, which JSON can spell and nothing can write."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def error_text(text: str) -> str:
    """The message inside an error document, in any of the shapes servers use."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    error = document.get("error", document) if isinstance(document, dict) else document
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)


def _parse(data: str) -> dict[str, Json]:
    try:
        chunk = json.loads(data)
    except (ValueError, RecursionError):
        raise Unreadable("it is no JSON", data) from None
    if not isinstance(chunk, dict):
        raise Unreadable("it is no JSON object", data)
    if chunk.get("error"):
        raise Unreadable(error_text(data), data)
    return chunk
