"""Carries out the attacks of tests/scenarios/adversarial against a sandbox, and judges what happened.

Each attack is a folder: `attack.py`, run inside, prints a line for each attempt ("held: …" or "BREACH: …"), and
`expect.toml` says what is to be seen. Whatever the attack says, the host looks for itself: at listeners that nobody
may reach, a checkout that nobody may touch, a tripwire that nothing may set off, processes that may not live on.
"""

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devagent.errors import SandboxError
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import Command, Execution, File, Sandbox

SCENARIOS = Path(__file__).parents[1] / "scenarios/adversarial"
LIMITS = Limits(memory=256 << 20, cpus=2.0, processes=64, disk=64 << 20)
VICTIM = File(b"original contents\n")

_NEXT = """
import json, os
places = {place: sorted(os.listdir(place)) for place in ("/work", "/tmp", "/home", "/dev/shm")}
with open("victim.txt") as file:
    victim = file.read()
mine = [p for p in os.listdir("/proc") if p.isdigit() and os.stat(f"/proc/{p}").st_uid == os.getuid()]
with open("/proc/sysvipc/shm") as file:
    segments = len(file.readlines()) - 1
print(json.dumps({"places": places, "victim": victim, "segments": segments, "processes": len(mine)}))
"""
_CLEAN = {
    "places": {"/work": ["next.py", "victim.txt"], "/tmp": [], "/home": [], "/dev/shm": []},
    "victim": VICTIM.content.decode(),
    "segments": 0,
    "processes": 1,
}


@dataclass(frozen=True)
class Attack:
    """One folder. `ended` is a pattern for how the run may end, `reads` what reading files afterwards gives."""

    name: str
    about: str
    holds: int
    timeout: float = 15.0
    ended: str = "exited"
    says: str = ""
    reads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What an attack came to. `breaches` is empty when it was contained; `line` is what a person would be told."""

    attack: str
    kind: str
    line: str
    seconds: float
    breaches: tuple[str, ...]
    next_trouble: str
    output: str

    @property
    def contained(self) -> bool:
        return not self.breaches


@dataclass(frozen=True)
class Host:
    """What is there to be attacked on the host. `facts` is what attacks are told about it."""

    facts: Mapping[str, Any]
    listeners: tuple[socket.socket, ...]
    checkout: Path
    tripwire: Path

    def breaches(self) -> Iterator[str]:
        """What the host itself sees that may not be."""
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                listener.accept()[0].close()
                yield f"a connection arrived at {listener.getsockname()!r}"
        if _state(self.checkout) != self.facts["state"]:
            yield "the checkout changed"
        if self.tripwire.exists():
            yield "a planted program ran on the host"

    def left_alive(self) -> list[str]:
        """Command lines of attackers that are still running."""
        lines = (_command_line(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())
        return [line for line in lines if self.facts["daemon"] in line.split() or "attack.py" in line.split()]


def attacks() -> list[Attack]:
    """All attacks there are."""
    return [
        Attack(folder.name, **tomllib.loads((folder / "expect.toml").read_text()))
        for folder in sorted(SCENARIOS.iterdir())
        if (folder / "expect.toml").exists()
    ]


@contextlib.contextmanager
def host(folder: Path) -> Iterator[Host]:
    """A host worth attacking: listeners, a checkout, secrets in a file and in the environment."""
    secret = secrets.token_hex(16)
    variable = f"DEVAGENT_ADVERSARY_{secrets.token_hex(4)}"
    os.environ[variable] = secret
    checkout, canary = _checkout(folder), folder / "canary"
    canary.write_text(secret)
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("0.0.0.0", 0)))
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind("\0devagent-" + secret)
        abstract.listen()
        for listener in (tcp, abstract):
            listener.setblocking(False)
        facts = {
            "port": tcp.getsockname()[1],
            "addresses": _addresses(),
            "abstract": "devagent-" + secret,
            "checkout": str(checkout),
            "state": _state(checkout),
            "commit": _git(checkout, "rev-parse", "HEAD"),
            "canary": secret,
            "canary_file": str(canary),
            "secret": secret,
            "home": str(Path.home()),
            "private": [p.name for p in Path.home().iterdir() if p.name.startswith(".") and p.name != ".pyenv"],
            "tripwire": str(folder / "tripwire"),
            "daemon": str(10**8 + secrets.randbelow(10**8)),
        }
        try:
            yield Host(facts, (tcp, abstract), checkout, folder / "tripwire")
        finally:
            del os.environ[variable]


async def assault(sandbox: Sandbox, attack: Attack, host: Host) -> Outcome:
    """Run one attack, then an ordinary program in the same sandbox."""
    began = time.monotonic()
    breaches, output = [], ""
    try:
        execution = await _attack(sandbox, attack, host)
        line, output = _line(execution), execution.output
        breaches += _judge(attack, execution)
        breaches += [b async for b in _reads(sandbox, attack)]
    except SandboxError as error:
        line = str(error)
        breaches.append("the sandbox failed")
    seconds = time.monotonic() - began
    if "\n" in line:
        breaches.append("the report has more than one line")
    breaches += [f"still alive: {line}" for line in host.left_alive()]
    breaches += host.breaches()
    return Outcome(attack.name, sandbox.kind, line, seconds, tuple(breaches), await _next(sandbox), output)


async def _attack(sandbox: Sandbox, attack: Attack, host: Host) -> Execution:
    tree = {
        "attack.py": File((SCENARIOS / attack.name / "attack.py").read_bytes()),
        "common.py": File((SCENARIOS / "common.py").read_bytes()),
        "victim.txt": VICTIM,
    }
    await sandbox.sync(tree)
    await sandbox.write("/run/devagent/probe.py", b"probe = True\n")
    await sandbox.write("/run/devagent/host.json", json.dumps(host.facts).encode())
    return await sandbox.run(Command(["python3", "attack.py"], timeout=attack.timeout))


def _judge(attack: Attack, execution: Execution) -> Iterator[str]:
    lines = execution.output.splitlines()
    yield from (line for line in lines if line.startswith(("BREACH", "Traceback")) or "HIJACKED" in line)
    if (held := sum(line.startswith("held: ") for line in lines)) < attack.holds:
        yield f"{held} of {attack.holds} attempts were seen to fail"
    if not re.fullmatch(attack.ended, execution.ended):
        yield f"it ended otherwise: {execution.ended}"
    if not re.search(attack.says, execution.output):
        yield f"it did not say {attack.says!r}"
    if len(execution.output) > 1_100_000:
        yield f"{len(execution.output)} characters of output were kept"
    if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", execution.output):
        yield f"a control character got through: {found[0]!r}"


async def _reads(sandbox: Sandbox, attack: Attack) -> Any:
    for path, wanted in attack.reads.items():
        try:
            content = await sandbox.read(path, max_bytes=10_000_000)
        except SandboxError as error:
            content = None
            if "\n" in str(error):
                yield f"reading {path} is reported in several lines"
        if wanted != "any" and content != (None if wanted == "nothing" else wanted.encode()):
            yield f"reading {path} gave {content[:50] if content else content!r}"


async def _next(sandbox: Sandbox) -> str:
    """Empty when the next run finds everything as it should be."""
    try:
        await sandbox.sync({"next.py": File(_NEXT.encode()), "victim.txt": VICTIM})
        done = await sandbox.run(Command(["python3", "next.py"], timeout=10))
        found = json.loads(done.output) if done.ok else done.output
    except (SandboxError, ValueError) as error:
        return str(error)
    return "" if found == _CLEAN else f"the next run found {found}"


def _line(execution: Execution) -> str:
    how = f"ended by itself with exit code {execution.exit_code}" if execution.ended == "exited" else execution.ended
    return how + (", output cut" if execution.truncated else "")


def _checkout(folder: Path) -> Path:
    checkout = folder / "checkout"
    checkout.mkdir()
    (checkout / "file.txt").write_text("content\n")
    for arguments in (
        ("init", "-q"),
        ("config", "user.name", "Test"),
        ("config", "user.email", "test@example.invalid"),
        ("add", "-A"),
        ("commit", "-q", "-m", "first"),
    ):
        _git(checkout, *arguments)
    # As inviting as it gets: what protects it is not its permissions.
    subprocess.run(["chmod", "-R", "a+rwX", str(folder)], check=True)
    return checkout


def _git(checkout: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=checkout, check=True, capture_output=True, text=True).stdout.strip()


def _state(checkout: Path) -> str:
    files = sorted(path for path in checkout.rglob("*") if path.is_file())
    return json.dumps([(str(path), path.stat().st_mtime_ns, path.read_bytes().hex()[:2000]) for path in files])


def _addresses() -> list[str]:
    """Addresses of this machine beside loopback; none when it has no network."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        found.add(probe.getsockname()[0])
    return sorted(found - {"127.0.0.1"})


def _command_line(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
