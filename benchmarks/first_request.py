"""How long the first model request takes to leave, once the tests have shown what fails.

    python benchmarks/first_request.py [--runs 5] [--sandbox docker]

A server on loopback is ready and notes when requests arrive; `devagent fix` works on a small failing repository. Told
are the medians of two spans: from the end of the baseline (its event in the journal) to the arrival, and from the last
event before the first call to the arrival. Once by httpx (`--base-url`), once by LiteLLM (a provider whose address is
set to the same server). LiteLLM takes seconds of processor time to import, and what happens meanwhile is the baseline:
it is measured with a suite that takes no time, and judged with one that takes three seconds.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "models"))

from figures import Figure, report
from loopback_server import Answer, LoopbackServer, Received
from scratch import DEVAGENT, clean_environment, make_repository
from scripted_world import FILES

LIMITS = {("httpx", 0): 0.3, ("httpx", 3): 0.3, ("litellm", 0): None, ("litellm", 3): 1.0}
"""Seconds allowed by way and by seconds that the suite takes."""

SLOW = "import time\n\n\ndef test_that_takes_its_time():\n    time.sleep({})\n"
ENOUGH = Answer(['{"error": {"message": "one request was all that is wanted"}}'], status=400)


@dataclass(frozen=True)
class Spans:
    """Seconds until the first request arrived (two spans), and seconds that the baseline took."""

    since_baseline: float
    since_last_event: float
    baseline: float

    def __str__(self) -> str:
        since = f"{self.since_baseline:.3f} s since the baseline, {self.since_last_event:.3f} s since the last event"
        return f"{since}; the baseline took {self.baseline:.2f} s"


def main() -> int:
    """Measure both ways, print, and say by the exit code whether both are as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="runs of each way")
    parser.add_argument("--sandbox", choices=["auto", "docker", "process"], default="auto")
    options = parser.parse_args()
    found: dict[tuple[str, int], list[Spans]] = {case: [] for case in LIMITS}
    for number in range(options.runs + 1):
        for (way, seconds), spans in found.items():
            measured = measure(way, seconds, options.sandbox)
            if number:  # the first one may have had an image to build
                spans.append(measured)
                print(f"{number}/{options.runs} {way:8} {measured}", flush=True)
    figures = []
    for (way, seconds), spans in found.items():
        name, limit = f"{way}, suite of {seconds} s", LIMITS[way, seconds]
        figures.append(Figure(f"{name}: since the baseline's end", median(s.since_baseline for s in spans), limit, "s"))
        figures.append(Figure(f"{name}: since the last event", median(s.since_last_event for s in spans), unit="s"))
    return report(figures)


def measure(way: str, seconds: int, sandbox: str) -> Spans:
    """One run of `devagent fix` until its first request, which is refused."""
    arrivals: list[float] = []

    def respond(received: Received) -> Answer:
        if received.path.endswith("/chat/completions"):
            arrivals.append(time.time())
            return ENOUGH
        return Answer(status=404)

    with tempfile.TemporaryDirectory() as temporary, LoopbackServer(respond) as server:
        repo = make_repository(Path(temporary) / "repo", {**FILES, "tests/test_slow.py": SLOW.format(seconds)})
        flags, variables = model_flags(way, server.url)
        command = [DEVAGENT, "fix", "--events", "--quiet", "--yes", "--sandbox", sandbox, *flags, "-C", str(repo)]
        environment = clean_environment(Path(temporary) / "config") | variables
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if not arrivals:
            raise SystemExit(f"no request came; devagent ended with {done.returncode}: {done.stderr.strip()}")
        return spans_until(arrivals[0], [json.loads(line) for line in done.stdout.splitlines()])


def model_flags(way: str, url: str) -> tuple[list[str], dict[str, str]]:
    """Flags and environment variables that lead a run to the server."""
    if way == "httpx":
        return ["--base-url", f"{url}/v1", "--model", "benchmark"], {}
    variables = {"DEEPSEEK_API_BASE": f"{url}/v1", "DEEPSEEK_API_KEY": "none", "NO_PROXY": "127.0.0.1"}
    return ["--model", "deepseek/benchmark"], variables


def spans_until(arrival: float, events: list[dict[str, Any]]) -> Spans:
    """What the journal says was before the first request."""
    asked = next(number for number, event in enumerate(events) if event["kind"] == "model.call.started")
    started, ended = (
        next(event["at"] for event in events if (event["kind"], event["place"]) == (f"sandbox.run.{what}", "baseline"))
        for what in ("started", "finished")
    )
    return Spans(arrival - ended, arrival - events[asked - 1]["at"], ended - started)


if __name__ == "__main__":
    sys.exit(main())
