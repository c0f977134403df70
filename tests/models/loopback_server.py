"""A real HTTP server on loopback that answers as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """`chunks` are written one by one; a float among them is a pause in seconds; `cut` breaks the connection off."""

    chunks: Iterable[bytes | str | float] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


class LoopbackServer:
    def __init__(self, respond: Callable[[Received], Answer]) -> None:
        self.received: list[Received] = []
        self.hung_up = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve("GET", None)

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0)))
                self._serve("POST", json.loads(raw))

            def _serve(self, method: str, body: Any) -> None:
                received = Received(method, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                outer.received.append(received)
                answer = respond(received)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.cut:
                    self.send_header("Content-Length", "1000000")
                self.end_headers()
                try:
                    for chunk in answer.chunks:
                        if isinstance(chunk, float):
                            time.sleep(chunk)
                        else:
                            self.wfile.write(chunk.encode() if isinstance(chunk, str) else chunk)
                            self.wfile.flush()
                except OSError:
                    outer.hung_up.set()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def posts(self) -> list[Received]:
        return [r for r in self.received if r.method == "POST"]

    def __enter__(self) -> "LoopbackServer":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(*answers: Answer | Callable[[Received], Answer]) -> Iterator[LoopbackServer]:
    """A server that gives these answers in order, the last one for ever."""
    count = 0

    def respond(received: Received) -> Answer:
        nonlocal count
        answer = answers[min(count, len(answers) - 1)]
        count += 1
        return answer(received) if callable(answer) else answer

    with LoopbackServer(respond) as server:
        yield server


def sse(*events: dict[str, Any] | str) -> list[str]:
    """Server-sent events, one chunk each."""
    return [f"data: {e if isinstance(e, str) else json.dumps(e)}\n\n" for e in events]


def delta(text: str = "", finish: str | None = None, index: int = 0) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]}


def usage(prompt: int, completion: int) -> dict[str, Any]:
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def completion(*texts: str, prompt: int = 7, tokens: int = 3) -> list[str]:
    return sse(*(delta(t) for t in texts), delta(finish="stop"), usage(prompt, tokens), "[DONE]")
