"""Streamed chat completions in OpenAI's format, pieced together. Pure: lines in, answers out."""

import json
from dataclasses import dataclass
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
    """

    def __init__(self) -> None:
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
            raise Unreadable("it ended before the answer did")
        return answers

    def _chunk(self, chunk: Json) -> list[Answer]:
        answers: list[Answer] = []
        choices = chunk.get("choices") or []
        if choices and set(self._ended) - {c.get("index", 0) for c in choices}:
            answers += self._flush()
        for choice in choices:
            index = choice.get("index", 0)
            text = (choice.get("delta") or {}).get("content") or choice.get("text") or ""
            self._texts.setdefault(index, []).append(text)
            if choice.get("finish_reason"):
                self._ended[index] = choice["finish_reason"]
        return answers + (self._flush(chunk["usage"]) if chunk.get("usage") and self._ended else [])

    def _whole(self, document: Json) -> list[Answer]:
        for choice in document.get("choices") or []:
            text = (choice.get("message") or {}).get("content") or choice.get("text") or ""
            self._texts[choice.get("index", 0)] = [text]
            self._ended[choice.get("index", 0)] = choice.get("finish_reason") or "stop"
        if not self._ended:
            raise Unreadable("it holds no choices", json.dumps(document))
        return self._flush(document.get("usage"))

    def _flush(self, usage: Json = None) -> list[Answer]:
        counts: dict[str, int] = {}
        if isinstance(usage, dict) and len(self._ended) == 1:
            counts = {k: usage[k] for k in ("prompt_tokens", "completion_tokens") if isinstance(usage.get(k), int)}
        answers = [Answer(i, "".join(self._texts[i]), finish, **counts) for i, finish in self._ended.items()]
        self._done |= set(self._ended)
        self._ended = {}
        return answers


def error_text(text: str) -> str:
    """The message inside an error document, in any of the shapes servers use."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    error = document.get("error", document) if isinstance(document, dict) else document
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)


def _parse(data: str) -> dict[str, Json]:
    try:
        chunk = json.loads(data)
    except ValueError:
        raise Unreadable("it is no JSON", data) from None
    if not isinstance(chunk, dict):
        raise Unreadable("it is no JSON object", data)
    if chunk.get("error"):
        raise Unreadable(error_text(data), data)
    return chunk
