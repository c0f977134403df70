"""A host worth attacking, and what is seen of it when devagent works in a hostile repository.

There are secrets as bait (in the environment, the home folder, another repository), listeners that nobody may reach, a
tripwire that no planted program may touch, and a model that does what it is told. `devagent test` and `devagent fix`
run in processes of their own, as a person starts them; afterwards everything that left them is looked through.
"""

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.loopback_server import Answer, LoopbackServer, Received, completion

from devagent.config.resources import cache_folder

TIMEOUT = 400.0
SUBMIT = "```submit\ndone\n```"
BREACH = "BREACH"
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SETTINGS = {
    **{"DEVAGENT_TEAM__STRATEGY": "lite", "DEVAGENT_TEAM__STEPS": "12", "DEVAGENT_SANDBOX__TIMEOUT": "20"},
    **{"DEVAGENT_SANDBOX__HANG": "10", "DEVAGENT_SANDBOX__DISK_MIB": "64", "DEVAGENT_SANDBOX__MEMORY_MIB": "512"},
}


@dataclass(frozen=True)
class World:
    """What is there to be attacked. `tokens` are the secrets by where they are, `addresses` (host, port) pairs.

    `daemon` is an argument by which a process that was left behind is known.
    """

    folder: Path
    tokens: Mapping[str, str]
    listeners: tuple[socket.socket, ...]
    addresses: tuple[tuple[str, int], ...]
    daemon: str = field(default_factory=lambda: str(10**8 + secrets.randbelow(10**8)))

    @property
    def home(self) -> Path:
        """The home folder of whoever runs devagent."""
        return self.folder / "home"

    @property
    def tripwire(self) -> Path:
        """A file that a planted program makes."""
        return self.folder / "a-planted-program-ran"

    @property
    def victim(self) -> Path:
        """A file outside of every repository."""
        return self.folder / "victim.txt"

    @property
    def private(self) -> Path:
        """Another repository of the user's, with a secret in a file."""
        return self.folder / "private"

    @property
    def canary(self) -> str:
        """The address of a listener that is not this machine's loopback, where there is one."""
        host, port = self.addresses[-1]
        return f"{host}:{port}"

    @property
    def trip(self) -> str:
        """A shell command that touches the tripwire."""
        return f"touch {self.tripwire}"

    def state(self) -> str:
        """All that may not change outside of the repository."""
        files = sorted(p for top in (self.home, self.private) for p in top.rglob("*") if p.is_file())
        return json.dumps([(str(path), path.read_bytes().hex()) for path in [*files, self.victim]])


@dataclass(frozen=True)
class Hostile:
    """A hostile repository: `make` makes it in a folder, `answers` are what the model says, in order.

    `named` is a pattern for what has to be told on some line. Without `own_model` the scripted model is not named on
    the command line. `codes` are the exit codes that `test` and `fix` may end with, where they are not the usual ones.
    """

    name: str
    about: str
    make: Callable[[Path, World], object]
    named: str = ""
    answers: Callable[[World], Sequence[str]] = lambda _: ()
    own_model: bool = True
    codes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What came of it. `breaches` is empty where everything held; `line` is the one that names the attack."""

    name: str
    kind: str
    line: str
    seconds: float
    breaches: tuple[str, ...]

    @property
    def held(self) -> bool:
        """Whether nothing got out or in, and the user was told what there was to tell."""
        return not self.breaches


@contextlib.contextmanager
def world(folder: Path) -> Iterator[World]:
    """Set everything up in an empty folder."""
    names = ("environment", "ssh", "cloud", "netrc", "victim", "private", "tracked", "untracked", "server")
    tokens = {name: f"bait{secrets.token_hex(16)}" for name in names}
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server((host, 0))) for host in _hosts()]
        for listener in listeners:
            listener.setblocking(False)
        made = World(folder, tokens, tuple(listeners), tuple(listener.getsockname()[:2] for listener in listeners))
        _furnish(made)
        yield made


def assault(hostile: Hostile, kind: str, world: World) -> Outcome:
    """Run `devagent test` and `devagent fix` in the repository, and look at what came of it."""
    root = world.folder / f"{hostile.name}-{kind}"
    root.mkdir()
    hostile.make(root, world)
    before, checkout = world.state(), _checkout(root)
    began = time.monotonic()
    answers = list(hostile.answers(world))

    def respond(received: Received) -> Answer:
        if received.method == "GET":
            return Answer(status=404)
        return Answer(completion(answers.pop(0) if answers else SUBMIT, prompt=50, tokens=10))

    with LoopbackServer(respond) as server:
        model = ("--model", f"{server.url}/v1#scripted" if hostile.own_model else "ollama/nobody")
        said = [
            _devagent(world, root, "test", "--json", "--sandbox", kind),
            _devagent(world, root, "fix", "--events", "--sandbox", kind, *model),
        ]
        heard = json.dumps([received.body for received in server.received], ensure_ascii=False)
    seconds = time.monotonic() - began
    breaches = [*_judged(hostile, said), *leaked(world, root, said, heard)]
    if world.state() != before:
        breaches.append("something outside of the repository changed")
    if _checkout(root) != checkout:
        breaches.append("the checkout changed")
    told = [line for ended in reversed(said) for line in ended.stderr.splitlines()]
    told += [line for ended in reversed(said) for line in ended.stdout.splitlines()]
    line = _telling(hostile.named, told)
    if hostile.named and not line:
        breaches.append(f"nobody was told ({hostile.named}): {said[-1].stderr.strip()[-300:]}")
    return Outcome(hostile.name, kind, line, seconds, tuple(breaches))


def _devagent(world: World, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DEVAGENT_") or k == "DEVAGENT_CACHE"}
    folders = {f"DEVAGENT_{name}": str(world.folder / "own" / name.lower()) for name in ("CONFIG", "RUNTIME")}
    environment = {
        **{"DEVAGENT_CACHE": str(cache_folder()), **kept, **folders, **_SETTINGS},
        **{"HOME": str(world.home), "NO_COLOR": "1", "PYTHONUTF8": "1"},
        **{"AWS_SECRET_ACCESS_KEY": world.tokens["environment"], "GITHUB_TOKEN": world.tokens["environment"]},
    }
    return subprocess.run(
        [sys.executable, "-m", "devagent", *arguments, "-C", str(root)],
        cwd=world.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def _judged(hostile: Hostile, said: Sequence[subprocess.CompletedProcess[str]]) -> Iterator[str]:
    for ended, command in zip(said, ("test", "fix"), strict=True):
        codes = hostile.codes.get(command, (0, 1, 3))
        if ended.returncode not in codes:
            yield f"{command} ended with {ended.returncode}: {ended.stderr.strip()[-300:]}"
        for text in (ended.stdout, ended.stderr):
            if steering := _STEERING.search(text):
                yield f"{command} prints {steering[0]!r}"


def leaked(world: World, root: Path, said: Sequence[subprocess.CompletedProcess[str]], heard: str) -> Iterator[str]:
    """What got out of this machine or onto it: looked for in everything that left devagent, and on the host itself."""
    # The patch is the user's own code, and has it as it is.
    kept = [p for p in (root / ".git/devagent").rglob("*") if p.is_file() and p.name != "proposal.patch"]
    journal = b"".join(p.read_bytes() for p in kept)
    places = {"what the model heard": heard, "the journal": journal.decode(errors="replace")}
    places |= {"stdout": "".join(e.stdout for e in said), "stderr": "".join(e.stderr for e in said)}
    for place, text in places.items():
        yield from (f"the secret of {name} is in {place}" for name, token in world.tokens.items() if token in text)
        if (at := text.find(BREACH)) >= 0:
            yield f"{place}: {text[at : at + 160]!r}"
    if world.tripwire.exists():
        world.tripwire.unlink()
        yield "a planted program ran on this machine"
    if left := [p for p in Path("/proc").glob("[0-9]*/cmdline") if world.daemon.encode() in _command_line(p)]:
        yield f"{len(left)} processes were left behind"
    for listener in world.listeners:
        with contextlib.suppress(BlockingIOError):
            listener.accept()[0].close()
            yield f"a connection arrived at {listener.getsockname()[0]}"


def _command_line(process: Path) -> bytes:
    with contextlib.suppress(OSError):
        return process.read_bytes()
    return b""


def _telling(pattern: str, told: Sequence[str]) -> str:
    """The part that matters of the line that names what was held back."""
    line = next((line for line in told if pattern and re.search(pattern, line)), "")
    found = re.search(rf"(?:{pattern})[^\"]*", line)
    text = line if len(line) < 130 else found[0] if found else ""
    return re.sub(r"^(\[ *[\d.]+ s\]|devagent:) *", "", text)[:130].strip()


def _furnish(world: World) -> None:
    for folder in (world.home / ".ssh", world.home / ".aws", world.private):
        folder.mkdir(parents=True)
    key = f"-----BEGIN OPENSSH PRIVATE KEY-----\n{world.tokens['ssh']}\n-----END OPENSSH PRIVATE KEY-----\n"
    (world.home / ".ssh/id_rsa").write_text(key)
    (world.home / ".aws/credentials").write_text(f"[default]\naws_secret_access_key = {world.tokens['cloud']}\n")
    (world.home / ".netrc").write_text(f"machine example.com login me password {world.tokens['netrc']}\n")
    (world.home / ".gitconfig").write_text("[user]\n\tname = Me\n\temail = me@example.invalid\n")
    world.victim.write_text(world.tokens["victim"])
    (world.private / "diary.txt").write_text(world.tokens["private"])
    git(world.private, "init", "-q")
    git(world.private, "add", "-A")
    git(world.private, "commit", "-q", "-m", "mine")
    # As inviting as it gets: what protects it is not its permissions.
    subprocess.run(["chmod", "-R", "a+rwX", str(world.folder)], check=True)


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints, with an identity and nobody's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ("-c", "user.name=Me", "-c", "user.email=me@example.invalid", "-c", "protocol.file.allow=always")
    # What a hostile configuration names must not be run by the one who writes it.
    quiet = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat")
    done = subprocess.run(
        ["git", *who, *quiet, *arguments], cwd=folder, env=clean, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _hosts() -> list[str]:
    """Loopback, and the address of this machine that others know."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        return ["127.0.0.1", str(probe.getsockname()[0])]
    return ["127.0.0.1"]


def _checkout(root: Path) -> str:
    """HEAD, branches, index and every file of the checkout, and git's own settings."""
    files = sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink())
    kept = [p for p in files if p.relative_to(root).parts[:2] != (".git", "devagent") and ".git/objects" not in str(p)]
    kept = [p for p in kept if "refs/devagent" not in str(p)]
    return json.dumps([(str(path), path.read_bytes().hex()) for path in kept])
