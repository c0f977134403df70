"""The yardstick: a naive bug fixer, which is told the faulty file and function.

It shows the function to the model with the report of the first failing test, and asks for the whole function: once
greedily, then four samples at a time, each checked by the tests. Prints one line of JSON. Runs tests without a sandbox.
"""

import argparse
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

from devagent.code.symbol import symbols


def span(source: str, path: str, name: str) -> tuple[int, int]:
    """The lines `[first:last]` of a function without its decorators. Raises `ValueError` when it is not there."""
    found = [s for s in symbols(path, source.encode()) if name in (s.name, s.short)]
    symbol = min(found, key=lambda s: s.name != name)
    first = symbol.start_line - 1
    while source.splitlines()[first].lstrip().startswith("@"):
        first += 1
    return first, symbol.end_line


def run_tests(command: list[str], repo: Path) -> tuple[bool, str]:
    """`(passed, output)`; tests that do not end are killed with all their processes."""
    command = [sys.executable if part == "python" else part for part in command]
    done = subprocess.run(
        ["timeout", "-s", "KILL", "20", *command], cwd=repo, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    return done.returncode == 0, done.stdout


def first_failure(output: str, language: str) -> str:
    """The part of the output about the first test that failed."""
    begin, end = r"^_{3,} .* _{3,}$", r"(?=^_{3,} .* _{3,}$|^=+ short test summary)"
    if language == "javascript":
        begin, end = r"^\s*not ok \d+", r"^\s*\.\.\.$"
    match = re.search(rf"{begin}(?s:.*?){end}", output, re.MULTILINE)
    return match[0] if match else output


def question(about: dict[str, str], source: str, failure: str) -> str:
    """The prompt: the function, and why it is known to be wrong."""
    lines, language = source.splitlines(), about["language"]
    first, last = span(source, about["file"], about["function"])
    while first > 0 and re.match(r"\s*(/?\*|//)", lines[first - 1]):
        first -= 1  # the comment above a function of JavaScript is its docstring
    shown = textwrap.dedent("\n".join(lines[first:last]))
    report = "\n".join(failure.strip().splitlines()[-25:])
    return (
        f"This {language} function in {about['file']} has a bug:\n\n```{language}\n{shown}\n```\n\n"
        f"Because of it a test fails:\n\n```\n{report}\n```\n\n"
        "Reply with the complete corrected function in one code block and nothing else."
    )


def splice(source: str, path: str, name: str, answer: str) -> str:
    """The file with the function replaced by the one of that name in the answer."""
    block = re.search(r"```\w*\n(.*?)(?:```|\Z)", answer, re.DOTALL)
    code = textwrap.dedent(block[1] if block else answer).strip("\n")
    with suppress(ValueError):  # without a function of that name it goes in as it stands, and the tests will tell
        start, end = span(code, path, name.rpartition(".")[2])
        code = textwrap.dedent("\n".join(code.splitlines()[start:end]))
    lines = source.splitlines()
    first, last = span(source, path, name)
    indent = re.match(r"\s*", lines[first])[0]
    lines[first:last] = textwrap.indent(code, indent).splitlines()
    return "\n".join(lines) + "\n"


def ask(options: argparse.Namespace, prompt: str, temperature: float, deadline: float) -> tuple[str, dict[str, int]]:
    """One chat completion: `(text, usage)`."""
    messages = [{"role": "user", "content": prompt}]
    body = {"model": options.model, "messages": messages, "temperature": temperature, "max_tokens": 700}
    key = Path(options.api_key_file).read_text(encoding="utf-8").strip()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    url = options.base_url.rstrip("/") + "/chat/completions"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=max(deadline - time.monotonic(), 1)) as response:
        reply = json.load(response)
    return reply["choices"][0]["message"]["content"] or "", reply.get("usage", {})


def samples(options: argparse.Namespace, prompt: str, temperature: float, count: int, deadline: float) -> Iterator:
    """So many completions at once, each as it comes, until the deadline."""
    came: queue.Queue = queue.Queue()

    def sample() -> None:
        try:
            came.put(ask(options, prompt, temperature, deadline))
        except (OSError, ValueError, LookupError) as error:  # the main thread decides
            came.put(error)

    for _ in range(count):
        threading.Thread(target=sample, daemon=True).start()
    for _ in range(count):
        try:
            answer = came.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            return
        if isinstance(answer, Exception):
            if time.monotonic() >= deadline:
                return
            raise answer
        yield answer


def fix(options: argparse.Namespace, about: dict, repo: Path) -> dict[str, object]:
    """Try to fix one bug in a copy of its repository; returns what is to be printed."""
    started, file = time.monotonic(), repo / about["file"]
    deadline, source = started + options.seconds, file.read_text(encoding="utf-8")
    prompt = question(about, source, first_failure(run_tests(about["test_command"], repo)[1], about["language"]))
    result = {"bug": options.bug.resolve().name, "resolved": False, "seconds": 0.0}
    result |= {"prompt_tokens": 0, "completion_tokens": 0, "samples": 0}
    tried, wrong, rounds = {source}, "", chain([(0.0, 1)], repeat((0.9, 4)))
    while time.monotonic() < deadline and not result["resolved"]:
        for text, usage in samples(options, prompt + wrong, *next(rounds), deadline):
            result["samples"] += 1
            for kind in ("prompt_tokens", "completion_tokens"):
                result[kind] += usage.get(kind, 0)
            attempt = splice(source, about["file"], about["function"], text)
            if attempt not in tried:
                tried.add(attempt)
                file.write_text(attempt, encoding="utf-8")
                result["resolved"] = run_tests(about["test_command"], repo)[0]
            if result["resolved"]:
                break
            wrong = f"\n\nThis answer was tried and is wrong:\n\n{text.strip()}"
    result["seconds"] = round(time.monotonic() - started, 1)
    return result


def main() -> None:
    """Read the options, work in a copy, print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--api-key-file", required=True)
    parser.add_argument("--bug", required=True, type=Path, help="folder of the bug")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--model", default="default")
    parser.add_argument("--keep", type=Path, help="leave the repository as it ended in this new folder")
    options = parser.parse_args()
    about = tomllib.loads((options.bug / "bug.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as temporary:
        repo = shutil.copytree(options.bug / "repo", options.keep or Path(temporary) / "repo")
        print(json.dumps(fix(options, about, repo)))


if __name__ == "__main__":
    main()
