"""Runs of the real program under limits, against a server on loopback that knows what it was asked and what it said."""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.commandline import CommandLine, Ended, make_repository
from models.loopback_server import Answer, LoopbackServer, Received, completion
from scripted_world import FILES
from workflows.killed_run import ANSWERS, EDIT, SUBMIT

PROMPT, COMPLETION = 400, 30
LONG = 2900
"""Tokens that the server says a call took: its prompt, its answer, and an answer that is long."""

PRICE_IN, PRICE_OUT = 2.0, 10.0
CARD = f'[[card]]\nmatch = "priced"\nprice_in = {PRICE_IN}\nprice_out = {PRICE_OUT}\nsize = "large"\n'
ROOM = 10.0
"""Seconds that starting, and taking a sandbox away, may last on a busy machine."""

SILENCE: list[bytes | str | float] = [": still thinking\n\n", 0.5] * 200
"""What a server sends that does not answer: it keeps the line open, and notices when the other side hangs up."""

SLOW = {**FILES, "tests/test_slow.py": "import time\n\n\ndef test_slow():\n    time.sleep(90)\n"}
WRONG_EDIT = EDIT.replace("a + b", "a * b")


def team(body: dict[str, Any], edit: str = EDIT) -> str:
    """What a large model says to a role's request."""
    opening = body["messages"][1]["content"]
    said = [text for words, text in ANSWERS.items() if words in opening]
    return said[0] if said else edit if len(body["messages"]) == 2 else SUBMIT


def wrong(body: dict[str, Any]) -> str:
    """The same, with an edit that passes no gate."""
    return team(body, WRONG_EDIT)


@dataclass(frozen=True)
class Case:
    """A run under limits: how it is begun and has to end, what it says, and how it is resumed and has to end then.

    `long` is the number of the answer that takes many tokens. `stalls` says after how many answers the server falls
    silent, in the first session only. `host` is what the server is called: only on loopback is a model free.
    """

    name: str
    flags: tuple[str, ...]
    code: int
    says: str
    more: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    model: str = "scripted"
    host: str = "127.0.0.1"
    say: Callable[[dict[str, Any]], str] = team
    stalls: int | None = None
    long: int = 0
    fewest: int = 0
    most: int | None = None
    diff: str = ""


MORE_TOKENS, MORE_MONEY = ("--max-tokens", "90000"), ("--max-cost", "1")
CASES = (
    Case("tokens for some calls", ("--max-tokens", "4500"), 4, "the limit of 4500 tokens", MORE_TOKENS, fewest=1),
    Case("money, and a price nobody knows", ("--max-cost", "1"), 2, "the price of unpriced is unknown",
         model="unpriced", host="0.0.0.0", most=0),
    Case("money for no call", ("--max-cost", "0.0001"), 4, "the limit of $0.0001",
         model="priced", host="0.0.0.0", most=0),
    Case("a server that stalls", ("--max-seconds", "8"), 4, "has not answered for", ("--max-seconds", "120"),
         stalls=1),
    Case("tests that take too long", ("--max-seconds", "4"), 4, "tests have been running for", files=SLOW, most=0),
    Case("the best attempt is kept", ("--max-tokens", "7000"), 4, "tokens is reached", say=wrong, fewest=4, long=5,
         diff="+    total = a * b"),
)  # fmt: skip
LONG_CASES = (
    Case("tokens for no call", ("--max-tokens", "300"), 4, "the limit of 300 tokens", MORE_TOKENS, most=0),
    Case("money for some calls", ("--max-cost", "0.03"), 4, "the limit of $0.03", MORE_MONEY,
         model="priced", host="0.0.0.0", fewest=1),
)  # fmt: skip
"""Those that only the benchmark plays."""


@dataclass(frozen=True)
class Outcome:
    """How a case went: exit codes, seconds of the first session, and what was not as it has to be."""

    name: str
    codes: tuple[int, ...]
    seconds: float
    faults: tuple[str, ...]


class Server:
    """Answers as a case says, and counts."""

    def __init__(self, case: Case) -> None:
        self.case, self.healthy, self.answered = case, False, 0

    def respond(self, received: Received) -> Answer:
        """An answer, a long silence, or no such page."""
        if received.method == "GET":
            return Answer(status=404)
        if not self.healthy and self.case.stalls is not None and self.answered >= self.case.stalls:
            return Answer(SILENCE)
        self.answered += 1
        tokens = LONG if self.answered == self.case.long else COMPLETION
        return Answer(completion(self.case.say(received.body), prompt=PROMPT, tokens=tokens))


def play(case: Case) -> Outcome:
    """Begin a run, see how it ends, resume it where the case says so, and see again."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        devagent = CommandLine(folder, {"NO_PROXY": "0.0.0.0,127.0.0.1", "DEVAGENT_MODEL__ALLOW": "0.0.0.0"})
        (folder / "config" / "prompts" / "models").mkdir(parents=True)
        (folder / "config" / "prompts" / "models" / "priced.toml").write_text(CARD)
        root = make_repository(folder / "repo", case.files)
        answers = Server(case)
        with LoopbackServer(answers.respond) as server:
            url = f"{server.url.replace('127.0.0.1', case.host)}/v1#{case.model}"
            started = time.monotonic()
            begun = devagent.process(
                "fix", "--json", "--sandbox", "process", "--model", url, *case.flags, at=root, timeout=120
            )
            seconds = time.monotonic() - started
            faults = list(_faults(case, begun, len(server.posts()), seconds))
            if not case.more:
                return Outcome(case.name, (begun.code,), seconds, tuple(faults))
            if case.stalls is not None and not server.hung_up.wait(5):
                faults.append("the call in flight was not cancelled")
            answers.healthy, before = True, answers.answered
            resumed = devagent.process("resume", "--json", *case.more, at=root, timeout=240)
            faults += _resumed_faults(resumed, answers.answered, before)
        return Outcome(case.name, (begun.code, resumed.code), seconds, tuple(faults))


CALLS = 6
"""How many calls a run makes that nobody stops."""


def _faults(case: Case, ended: Ended, posts: int, seconds: float) -> list[str]:
    told = ended.out + ended.err
    found = [f"it does not say {case.says!r}: {told[-500:]}"] if case.says not in told else []
    found += [f"exit code {ended.code}, not {case.code}"] if ended.code != case.code else []
    if posts < case.fewest or (case.most is not None and posts > case.most):
        found.append(f"{posts} calls were sent")
    limit = dict(zip(case.flags[::2], map(float, case.flags[1::2]), strict=True))
    took = {"--max-tokens": posts * (PROMPT + COMPLETION), "--max-seconds": seconds - ROOM}
    took["--max-cost"] = posts * (PROMPT * PRICE_IN + COMPLETION * PRICE_OUT) / 1e6
    found += [f"{flag}: {took[flag]} of {most}" for flag, most in limit.items() if took[flag] > most]
    if case.diff and (ended.code != 4 or case.diff not in json.loads(ended.out)["diff"]):
        found.append("the best attempt is not shown")
    return found


def _resumed_faults(resumed: Ended, answered: int, before: int) -> list[str]:
    found = [] if resumed.code == 0 else [f"resumed: exit code {resumed.code}: {resumed.err[-500:]}"]
    if answered > CALLS:
        found.append(f"{answered} calls were answered, {before} of them before: some twice")
    return found
