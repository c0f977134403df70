"""The yardstick: a naive bug fixer, which is told the faulty file.

It picks a function of that file, shows it to the model with the report of the first
failing test, and asks for the whole function: once greedily, then four samples at a
time, each checked by the tests. Prints one line of JSON. Runs tests without a sandbox.
"""

import argparse
import ast
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
from pathlib import Path

JS_HEAD = re.compile(
    r"^\s*(?:export\s+|default\s+|static\s+|async\s+|function\s+)*"
    r"(?!(?:if|for|while|switch|catch)\b)(?:const\s+)?(\w+)\s*(?:=.*=>|\(.*\))\s*\{\s*$"
)


def functions(source, language):
    """``(name, first line, last line)`` of each function, lines counted from 1."""
    if language == "python":
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
        return [(node.name, node.lineno, node.end_lineno) for node in found]
    found = []
    lines = source.splitlines()
    for first, line in enumerate(lines, 1):
        if match := JS_HEAD.match(line):
            depth, last = 0, first - 1
            while last == first - 1 or (depth > 0 and last < len(lines)):
                depth += lines[last].count("{") - lines[last].count("}")
                last += 1
            found.append((match[1], first, last))
    return found


def run_tests(command, repo):
    """``(passed, output)``; tests that do not end are killed with all their processes."""
    command = [sys.executable if part == "python" else part for part in command]
    done = subprocess.run(
        ["timeout", "-s", "KILL", "20", *command],
        cwd=repo, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    return done.returncode == 0, done.stdout


def first_failure(output, language):
    """The part of the output about the first test that failed."""
    begin, end = r"^_{3,} .* _{3,}$", r"(?=^_{3,} .* _{3,}$|^=+ short test summary)"
    if language == "javascript":
        begin, end = r"^\s*not ok \d+", r"^\s*\.\.\.$"
    match = re.search(rf"{begin}(?s:.*?){end}", output, re.MULTILINE)
    return match[0] if match else output


def choose(source, language, file, failure):
    """The function in the deepest frame, else the one with most words of the failure."""
    frames = [int(line) for line in re.findall(re.escape(file) + r":(\d+)", failure)]
    for line in frames[::-1] if language == "python" else frames:
        for function in functions(source, language):
            if function[1] <= line <= function[2]:
                return function

    def words(text):
        return set(re.findall(r"[a-z]{3,}", re.sub(r"([A-Z])", r"_\1", text).lower()))

    def overlap(function):
        body = "\n".join(source.splitlines()[function[1] - 1 : function[2]])
        return 3 * len(words(function[0]) & words(failure)) + len(words(body) & words(failure))

    return max(functions(source, language), key=overlap)


def splice(source, language, function, answer):
    """The file with the function replaced by the one of that name in the answer."""
    name, first, last = function
    block = re.search(r"```\w*\n(.*?)(?:```|\Z)", answer, re.DOTALL)
    code = textwrap.dedent(block[1] if block else answer).strip("\n")
    try:
        spans = [span[1:] for span in functions(code, language) if span[0] == name]
    except SyntaxError:
        spans = []
    for start, end in spans[:1]:
        code = textwrap.dedent("\n".join(code.splitlines()[start - 1 : end]))
    lines = source.splitlines()
    indent = re.match(r"\s*", lines[first - 1])[0]
    lines[first - 1 : last] = textwrap.indent(code, indent).splitlines()
    return "\n".join(lines) + "\n"


def ask(options, prompt, temperature, seconds):
    """One chat completion: ``(text, usage)``."""
    messages = [{"role": "user", "content": prompt}]
    body = {"model": options.model, "messages": messages, "temperature": temperature}
    key = Path(options.api_key_file).read_text(encoding="utf-8").strip()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    url = options.base_url.rstrip("/") + "/chat/completions"
    data = json.dumps({**body, "max_tokens": 700}).encode()
    request = urllib.request.Request(url, data, headers)
    with urllib.request.urlopen(request, timeout=max(seconds, 1)) as response:
        reply = json.load(response)
    return reply["choices"][0]["message"]["content"] or "", reply.get("usage", {})


def fix(options, bug, repo):
    """Try to fix one bug in a copy of its repository; returns what is to be printed."""
    about = tomllib.loads((bug / "bug.toml").read_text(encoding="utf-8"))
    language, command, file = about["language"], about["test_command"], about["file"]
    source = (repo / file).read_text(encoding="utf-8")
    result = {"bug": bug.name, "resolved": False, "seconds": 0}
    result |= {"prompt_tokens": 0, "completion_tokens": 0, "samples": 0}
    started = time.monotonic()
    failure = first_failure(run_tests(command, repo)[1], language)
    function = choose(source, language, file, failure)
    first = function[1] - 1
    while first > 0 and re.match(r"\s*(/?\*|//)", source.splitlines()[first - 1]):
        first -= 1  # the comment above a function of JavaScript is its docstring
    shown = textwrap.dedent("\n".join(source.splitlines()[first : function[2]]))
    report = "\n".join(failure.strip().splitlines()[-25:])
    prompt = (
        f"This {language} function in {file} has a bug:\n\n```{language}\n{shown}\n```\n\n"
        f"Because of it a test fails:\n\n```\n{report}\n```\n\n"
        "Reply with the complete corrected function in one code block and nothing else."
    )
    answers, tried, wrong, temperature, count = queue.Queue(), {source}, "", 0, 1

    def left():
        return options.seconds - (time.monotonic() - started)

    def sample(prompt, temperature):
        try:
            answers.put(ask(options, prompt, temperature, left()))
        except (OSError, ValueError, LookupError) as error:  # the main thread decides
            answers.put(error)

    while left() > 0 and not result["resolved"]:
        for _ in range(count):
            task = (prompt + wrong, temperature)
            threading.Thread(target=sample, args=task, daemon=True).start()
        for _ in range(count):
            try:
                answer = answers.get(timeout=max(left(), 0))
            except queue.Empty:
                break
            if isinstance(answer, Exception):
                if left() <= 0:
                    break
                raise answer
            result["samples"] += 1
            for kind in ("prompt_tokens", "completion_tokens"):
                result[kind] += answer[1].get(kind, 0)
            attempt = splice(source, language, function, answer[0])
            if attempt not in tried:
                tried.add(attempt)
                (repo / file).write_text(attempt, encoding="utf-8")
                result["resolved"] = run_tests(command, repo)[0]
            if result["resolved"]:
                break
            wrong = f"\n\nThis answer was tried and is wrong:\n\n{answer[0].strip()}"
        temperature, count = 0.9, 4
    result["seconds"] = round(time.monotonic() - started, 1)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--api-key-file", required=True)
    parser.add_argument("--bug", required=True, type=Path, help="folder of the bug")
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--model", default="default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        repo = shutil.copytree(options.bug / "repo", Path(temporary) / "repo")
        print(json.dumps(fix(options, options.bug.resolve(), repo)))


if __name__ == "__main__":
    main()
