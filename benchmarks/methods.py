"""The methods that the main benchmark compares, each on one bug in a fresh repository of its own.

`chain` and `lite` are `devagent fix` as a command with the embedded model; `baseline` is baseline.py with the same
server, told the faulty file and function. Whether a bug is resolved is seen from outside, by a plain run of its tests.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import baseline
from scratch import DEVAGENT, clean_environment, copy_repository

from devagent.models.cards import card_for
from devagent.models.embedded import NAME
from devagent.models.model import Message, ModelRequest
from devagent.models.openai import OpenAIModel
from devagent.models.server import Plan, acquire
from devagent.models.store import find

METHODS = ("chain", "lite", "baseline")
PATIENCE = 120.0
"""Seconds beyond its limit after which a command is interrupted, and then again after which it is killed."""


@dataclass(frozen=True)
class Measured:
    """What one method did with one bug.

    `tokens` are all that were paid, `prompt` those of them that were read; `said` is the outcome in its own words.
    """

    bug: str
    method: str
    resolved: bool
    hidden: bool
    seconds: float
    tokens: int
    prompt: int
    way: str
    said: str


@dataclass(frozen=True)
class Bench:
    """What all runs share: where they work, for how long, and the environment without anybody's settings."""

    folder: Path
    seconds: float
    sandbox: str
    seed: int = 0

    def measure(self, bug: Path, method: str) -> Measured:
        """One method on one bug, in a fresh repository."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            repo = Path(scratch) / "repo"
            if method == "baseline":
                return self._naive(bug, repo)
            copy_repository(bug / "repo", repo)
            return self._team(bug, repo, method)

    def build(self, bug: Path) -> None:
        """Make sure that the environment of a bug's tests is there."""
        with tempfile.TemporaryDirectory(dir=self.folder) as scratch:
            repo = copy_repository(bug / "repo", Path(scratch) / "repo")
            command = [DEVAGENT, "sandbox", "build", "--sandbox", self.sandbox, "-C", str(repo)]
            subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL)

    @property
    def _environment(self) -> dict[str, str]:
        return clean_environment(self.folder / "configuration")

    def _team(self, bug: Path, repo: Path, strategy: str) -> Measured:
        flags = ["--model", "embedded", "--sandbox", self.sandbox, "--max-seconds", f"{self.seconds:g}"]
        flags += ["--seed", str(self.seed)]
        command = [DEVAGENT, "fix", "--json", "--quiet", "--yes", "--strategy", strategy, *flags, "-C", str(repo)]
        code, result, seconds = self.timed(command)
        apply = [DEVAGENT, "apply", result.get("run", ""), "-C", str(repo)]
        applied = code == 0 and not subprocess.run(apply, env=self._environment, capture_output=True).returncode
        total = result.get("ledger", {}).get("total", {})
        prompt = total.get("prompt_tokens", 0)
        tokens = prompt + total.get("completion_tokens", 0)
        resolved, hidden = judge(bug, repo) if applied else (False, False)
        said = result.get("outcome", f"exit code {code}")
        return Measured(bug.name, strategy, resolved, hidden, seconds, tokens, prompt, result.get("way", ""), said)

    def _naive(self, bug: Path, repo: Path) -> Measured:
        script = str(Path(__file__).with_name("baseline.py"))
        with embedded_server() as (url, key):
            flags = ["--base-url", url, "--api-key-file", str(key), "--seconds", f"{self.seconds:g}"]
            command = [sys.executable, script, *flags, "--bug", str(bug), "--keep", str(repo)]
            code, result, seconds = self.timed(command)
        resolved, hidden = judge(bug, repo) if result.get("resolved") else (False, False)
        prompt = result.get("prompt_tokens", 0)
        tokens = prompt + result.get("completion_tokens", 0)
        way = f"sample {result['samples']}" if resolved else ""
        said = "resolved" if resolved else f"exit code {code}" if code else "out of time"
        return Measured(bug.name, "baseline", resolved, hidden, seconds, tokens, prompt, way, said)

    def timed(self, command: Sequence[str]) -> tuple[int, dict[str, Any], float]:
        """Exit code, the JSON it printed (empty for none), and seconds; interrupted when it does not end."""
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        output, errors = _waited(process, self.seconds)
        seconds = round(time.monotonic() - started, 1)
        if errors.strip():
            print(f"    {errors.strip().splitlines()[-1]}")
        return process.returncode, json.loads(output) if output.strip() else {}, seconds


def _waited(process: subprocess.Popen[str], seconds: float) -> tuple[str, str]:
    for limit, number in ((seconds + PATIENCE, signal.SIGINT), (PATIENCE, signal.SIGKILL)):
        try:
            return process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
    return process.communicate()


def judge(bug: Path, repo: Path) -> tuple[bool, bool]:
    """Whether the visible tests pass in a plain run, and whether the hidden ones do, once they are put in place."""
    about = about_of(bug)
    visible, _ = baseline.run_tests(about["test_command"], repo)
    place = repo / about["hidden"]
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bug / "hidden" / place.name, place)
    hidden, _ = baseline.run_tests([*about["test_command"], about["hidden"]], repo)
    return visible, visible and hidden


def about_of(bug: Path) -> dict[str, Any]:
    """What bug.toml says."""
    return tomllib.loads((bug / "bug.toml").read_text(encoding="utf-8"))


@contextmanager
def embedded_server() -> Iterator[tuple[str, Path]]:
    """Base URL and key file of the embedded model's server, which is running as long as the context lasts."""
    plan = default_plan()
    lease = asyncio.run(acquire(plan))
    try:
        yield lease.endpoint.base_url, plan.file("key")
    finally:
        lease.release()


def default_plan() -> Plan:
    """The plan by which devagent serves its model: only then is it the same server."""
    weights = find()
    if weights is None:
        raise SystemExit("the embedded model is not here: devagent model pull")
    return Plan(os.fspath(weights.resolve()))


async def warm() -> None:
    """Start the server and let it answer once; it stays up for its idle time of some minutes."""
    lease = await acquire(default_plan())
    model = OpenAIModel(lease.endpoint.base_url, "default", card_for(NAME), api_key=lease.api_key)
    await model.complete(ModelRequest([Message("user", "Say yes.")], max_tokens=4))
    await model.close()
    lease.release()
