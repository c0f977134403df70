"""Every kind of bad input, made for real: what is typed where, the exit code it has to have, and what it has to say."""

import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.commandline import CommandLine, Ended, git, make_repository
from cli.limited_runs import SILENCE, team
from cli.surroundings import ENGINE, Line, Mounts, wrong_clock
from models.loopback_server import Answer, LoopbackServer, Received, completion
from scripted_world import FILES

PASSING = {"calc.py": "def add(a, b):\n    return a + b\n"}
GREEN = {**PASSING, "test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n"}
SLOW = {"test_slow.py": "import time\n\n\ndef test_slow():\n    time.sleep(60)\n"}
LACKING = {"test_it.py": "import nosuchpackage\n\n\ndef test_it():\n    assert nosuchpackage.x\n"}
KEY = {"SOME_KEY": "not-the-right-one", "DEVAGENT_MODEL__KEY_VARIABLE": "SOME_KEY"}
PROCESS = ("--sandbox", "process")


@dataclass(frozen=True)
class Seen:
    """What was seen of a case: how the command ended, and what is not as it has to be beside that."""

    ended: Ended
    faults: tuple[str, ...] = ()

    def line(self, says: str) -> str:
        """The line that says this, or else the last one."""
        lines = [*self.ended.out.splitlines(), *self.ended.err.splitlines()]
        return next((line for line in reversed(lines) if re.search(says, line, re.IGNORECASE)), "".join(lines[-1:]))


@dataclass(frozen=True)
class Scene:
    """Where a case is played: a folder of its own, and devagent with a home in it."""

    folder: Path
    devagent: CommandLine

    def repo(self, files: dict[str, str], name: str = "repo", *, commit: bool = True) -> Path:
        """A repository with these files."""
        return make_repository(self.folder / name, files, commit=commit)


@dataclass(frozen=True)
class BadInput:
    """One case. `says` is a pattern of the line that tells it; `needs` is "namespaces", "docker" or nothing."""

    name: str
    play: Callable[[Scene], Ended | Seen]
    code: int
    says: str
    needs: str = ""

    def faults(self, seen: Seen) -> list[str]:
        """What is not as it has to be."""
        found = list(seen.faults)
        if seen.ended.code != self.code:
            found.append(f"exit code {seen.ended.code}, not {self.code}")
        if not re.search(self.says, seen.line(self.says), re.IGNORECASE):
            found.append(f"it does not say {self.says!r}")
        if "Traceback" in seen.ended.err or "internal error" in seen.ended.err:
            found.append("it fails without a reason for people")
        return found


@contextlib.contextmanager
def scene() -> Iterator[Scene]:
    """A scene that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "home").mkdir()
        yield Scene(Path(folder), CommandLine(Path(folder) / "home", {}))


def play(case: BadInput) -> Seen:
    """What is seen of a case."""
    with scene() as at:
        seen = case.play(at)
    return seen if isinstance(seen, Seen) else Seen(seen)


def in_new(
    *command: str,
    files: dict[str, str] = GREEN,
    commit: bool = True,
) -> Callable[[Scene], Ended]:
    """The command in a repository with these files."""

    def act(at: Scene) -> Ended:
        return at.devagent(*command, at=at.repo(files, commit=commit))

    return act


def outside(at: Scene) -> Ended:
    (at.folder / "plain").mkdir()
    return at.devagent("fix", at=at.folder / "plain")


def bare(at: Scene) -> Ended:
    git(at.folder, "init", "-q", "--bare", "bare.git")
    return at.devagent("fix", at=at.folder / "bare.git")


def detached(at: Scene) -> Seen:
    root = at.repo(GREEN)
    git(root, "checkout", "-q", "--detach")
    before = git(root, "rev-parse", "HEAD")
    ended = at.devagent("fix", *PROCESS, at=root)
    moved = git(root, "rev-parse", "HEAD") != before or git(root, "branch", "--show-current") != ""
    return Seen(ended, ("HEAD moved",) if moved else ())


def merging(root: Path) -> Path:
    """Leave a merge in the middle, with a conflict in calc.py."""
    git(root, "checkout", "-q", "-b", "other")
    (root / "calc.py").write_text("def add(a, b):\n    return b + a\n")
    git(root, "commit", "-qam", "theirs")
    git(root, "checkout", "-q", "main")
    (root / "calc.py").write_text("def add(a, b):\n    return sum((a, b))\n")
    git(root, "commit", "-qam", "ours")
    git(root, "merge", "other")
    return root


def merge_in_index(at: Scene) -> Ended:
    return at.devagent("fix", "--base", "index", *PROCESS, at=merging(at.repo(GREEN)))


def merge_in_work_tree(at: Scene) -> Seen:
    root = merging(at.repo(GREEN))
    before = git(root, "ls-files", "--stage") + (root / "calc.py").read_text()
    ended = at.devagent("test", *PROCESS, at=root)
    after = git(root, "ls-files", "--stage") + (root / "calc.py").read_text()
    return Seen(ended, () if before == after else ("the merge was touched",))


def setting(text: str, *command: str) -> Callable[[Scene], Ended]:
    """A command with this config.toml."""

    def act(at: Scene) -> Ended:
        file = at.devagent.home / "config" / "config.toml"
        file.parent.mkdir()
        file.write_text(text)
        return at.devagent(*(command or ("fix",)), at=at.repo(GREEN))

    return act


def told_by(*answers: Answer, flags: Sequence[str] = (), **more: str) -> Callable[[Scene], Seen]:
    """`run` with a server that gives these answers in order, the last one for ever."""

    def act(at: Scene) -> Seen:
        given = list(answers)

        def respond(received: Received) -> Answer:
            if received.method == "GET":
                return Answer(['{"data": [{"id": "alpha"}, {"id": "beta"}]}'])
            return given.pop(0) if len(given) > 1 else given[0]

        root = at.repo(dict(FILES))
        with LoopbackServer(respond) as server:
            ended = at.devagent("fix", *PROCESS, "--model", f"{server.url}/v1#m", *flags, at=root, **more)
        return Seen(ended, _checkout_faults(root, dict(FILES)))

    return act


GARBAGE = {
    "no completion": Answer(["<html>please log in</html>\n"]),
    "broken JSON": Answer(["data: {broken\n\n"]),
    "other JSON": Answer(['data: {"choices": [3]}\n\n']),
    "deep JSON": Answer(["data: " + "[" * 100_000 + "\n\n"]),
    "no end": Answer([b"data: " + b"x" * 60_000] * 400),
}


def small_disk(where: str, spare: int, code_after: int = 0) -> Callable[[Scene], Seen]:
    """`fix` with a full disk for the git folder, the cache or temporary files, and again when there is room."""

    def act(at: Scene) -> Seen:
        root = at.repo(dict(FILES))
        folder = {"git": root / ".git", "cache": at.folder / "cache", "temporary": at.folder / "tmp"}[where]
        more = {"cache": {"DEVAGENT_CACHE": str(folder)}, "temporary": {"TMPDIR": str(folder)}}.get(where, {})
        with Mounts() as mounts, LoopbackServer(_healthy) as server:
            mounts.small(folder, "24m", spare)
            command = ("fix", *PROCESS, "--model", f"{server.url}/v1#m")
            under = mounts.enter(root)
            ended = at.devagent.process(*command, at=root, under=under, timeout=200, **more)
            faults = _checkout_faults(root, dict(FILES))
            mounts.make_room(folder)
            if where == "git":
                again = at.devagent.process(*command, at=root, under=under, timeout=200, **more)
                listed = at.devagent.process("list", at=root, under=under)
                if again.code != code_after or listed.code:
                    faults = (*faults, f"with room again it ends with {again.code}: {again.err[-300:]}")
        return Seen(ended, faults)

    return act


def read_only_checkout(at: Scene) -> Seen:
    root = at.repo(dict(FILES))
    with Mounts() as mounts:
        mounts.read_only(root)
        ended = at.devagent.process("fix", *PROCESS, at=root, under=mounts.enter(root))
    return Seen(ended, _checkout_faults(root, dict(FILES)))


def read_only_work_tree(at: Scene) -> Seen:
    """A proposal made in a linked work tree, which may be read but not written."""
    main = at.repo(dict(FILES))
    tree = at.folder / "tree"
    git(main, "worktree", "add", "-q", str(tree))
    with Mounts() as mounts, LoopbackServer(_healthy) as server:
        mounts.read_only(tree)
        under = mounts.enter(tree)
        fixed = at.devagent.process("fix", *PROCESS, "--model", f"{server.url}/v1#m", at=tree, under=under, timeout=120)
        ended = at.devagent.process("apply", at=tree, under=under)
        listed = at.devagent.process("list", at=tree, under=under)
    faults = [f"fix ended with {fixed.code}: {fixed.err[-300:]}"] if fixed.code else []
    faults += ["the proposal is no longer to be had"] if "proposed" not in listed.out else []
    return Seen(ended, (*faults, *_checkout_faults(tree, dict(FILES))))


def home_that_cannot_be_written(*command: str) -> Callable[[Scene], Ended]:
    """A command whose home, with all that would be in it, is read-only."""

    def act(at: Scene) -> Ended:
        root, home = at.repo(GREEN), at.folder / "nobodys"
        home.mkdir()
        homeless = dict.fromkeys(("DEVAGENT_CONFIG", "DEVAGENT_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), "")
        with Mounts() as mounts:
            mounts.read_only(home)
            return at.devagent.process(
                *command, at=root, under=mounts.enter(root), HOME=str(home), SHELL="/bin/bash", **homeless
            )

    return act


def engine_that_goes_away(at: Scene) -> Seen:
    root = at.repo({**GREEN, **SLOW})
    line = Line(at.folder / "docker.sock")
    command = [sys.executable, "-m", "devagent", "fix", "--sandbox", "docker"]
    environment = at.devagent.environment(DOCKER_HOST=f"unix://{line.path}")
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    told = []
    for text in process.stderr:
        told.append(text)
        if "running the tests" in text:
            time.sleep(4)
            line.cut()
            break
    out, err = process.communicate(timeout=120)
    after = at.devagent.process("test", "--sandbox", "docker", "--", "true", at=root, timeout=120)
    faults = () if after.code == 0 else (f"with the engine back, test ends with {after.code}: {after.err[-300:]}",)
    return Seen(Ended(process.returncode, out, "".join(told) + err), faults)


def clock_going_backwards(at: Scene) -> Seen:
    root = at.repo(dict(FILES))
    with wrong_clock(at.folder / "clock") as (variables, shift):

        def respond(received: Received) -> Answer:
            shift.write_text(str(float(shift.read_text()) - 7200))
            return _healthy(received)

        with LoopbackServer(respond) as server:
            command = ("fix", "--json", *PROCESS, "--model", f"{server.url}/v1#m")
            first = at.devagent.process(*command, at=root, timeout=120, **variables)
            shift.write_text("-86400")
            second = at.devagent.process(*command, at=root, timeout=120, **variables)
            shown = at.devagent.process("show", "--json", at=root, **variables)
    latest = second.json["run"] if second.code == 0 else "(none)"
    faults = [] if first.code == 0 else [f"the first run ended with {first.code}: {first.err[-300:]}"]
    faults += [] if shown.json["run"] == latest else [f"{shown.json['run']} is shown, {latest} was the latest"]
    return Seen(second, tuple(faults))


def _healthy(received: Received) -> Answer:
    if received.method == "GET":
        return Answer(status=404)
    return Answer(completion(team(received.body), prompt=50, tokens=10))


def _checkout_faults(root: Path, files: dict[str, str]) -> tuple[str, ...]:
    """Whether anything of the checkout was lost or is new."""
    there = {str(p.relative_to(root)): p.read_text() for p in root.rglob("*") if p.is_file() and ".git" not in p.parts}
    return () if there == files else ("the checkout changed",)


NAMESPACES, DOCKER = "namespaces", "docker"
CASES = (
    BadInput("not a repository", outside, 2, "is not in a git repository. Go to one, or make one with: git init"),
    BadInput("no commits yet", in_new("fix", *PROCESS, commit=False), 0, "2 of 2|1 of 1 tests pass", NAMESPACES),
    BadInput("no commits yet, from HEAD", in_new("fix", "--base", "HEAD", commit=False), 2, "there is no commit yet"),
    BadInput("no files yet", in_new("fix", files={}, commit=False), 3, "it has no files yet"),
    BadInput("bare repository", bare, 2, "has no work tree: it is a bare repository"),
    BadInput("detached HEAD", detached, 0, "1 of 1 tests pass", NAMESPACES),
    BadInput("merge in progress, from the index", merge_in_index, 2, "unmerged files. Finish the merge, or"),
    BadInput("merge in progress, work tree", merge_in_work_tree, 1, "failed|calc.py", NAMESPACES),
    BadInput("no tests found", in_new("test", *PROCESS, files=PASSING), 3, "no tests were found; .* looks for them in",
             NAMESPACES),
    BadInput("tests need a missing package", in_new("test", *PROCESS, files=LACKING), 3,
             "lacks the package nosuchpackage, .*name it in requirements", NAMESPACES),
    BadInput("config: no TOML", setting("[team\n"), 2, r"config\.toml.* line 1|config\.toml is not TOML.*line 1"),
    BadInput("config: unknown key", setting("[budget]\ntoken = 5\n"), 2, "line 2: there is no setting budget.token"),
    BadInput("config: wrong value", setting('[budget]\ntokens = "many"\n'), 2, "line 2: budget.tokens = 'many'"),
    BadInput("unknown provider", in_new("fix", "--model", "antropic/x"), 2, "Did you mean anthropic"),
    BadInput("unknown model", told_by(Answer(['{"error": "no such model"}'], 404)), 3,
             "has no model m. It has alpha, beta", NAMESPACES),
    BadInput("no key", in_new("run", "add", "--model", "anthropic/claude-sonnet-4-5"), 3, "anthropic needs a key"),
    BadInput("wrong key", told_by(Answer(['{"error": "bad key"}'], 401), **KEY), 3,
             "rejects the key in SOME_KEY: bad key. Check SOME_KEY", NAMESPACES),
    BadInput("nobody there", in_new("fix", *PROCESS, "--model", "http://127.0.0.1:9/v1#m", files=dict(FILES)), 3,
             "nothing answers at http://127.0.0.1:9/v1. Start the server", NAMESPACES),
    *(BadInput(f"garbage: {name}", told_by(answer), 3, "cannot be read", NAMESPACES)
      for name, answer in GARBAGE.items()),
    BadInput("a server that stalls", told_by(Answer(SILENCE), flags=("--max-seconds", "6")), 4,
             "m has not answered for", NAMESPACES),
    BadInput("full disk: git folder", small_disk("git", 0), 3, r"no space left on device", NAMESPACES),
    BadInput("full disk: cache", small_disk("cache", 0), 3, "no space left .*Make room in .*cache", NAMESPACES),
    BadInput("read-only repository", read_only_checkout, 3, "read-only file system", NAMESPACES),
    BadInput("home: environment cannot be kept", home_that_cannot_be_written("test", *PROCESS), 3,
             "nobodys.*read-only file system. Make it writable, or .* DEVAGENT_CACHE", NAMESPACES),
    BadInput("home: settings cannot be written", home_that_cannot_be_written("config", "init"), 3,
             "nobodys.*read-only file system", NAMESPACES),
    BadInput("home: completion cannot be installed", home_that_cannot_be_written("--install-completion", "bash"), 3,
             "nobodys.*read-only file system", NAMESPACES),
    BadInput("home: what needs none works", home_that_cannot_be_written("list"), 0, "No runs yet", NAMESPACES),
    BadInput("engine stops in a run", engine_that_goes_away, 3, "docker.sock: .*Start it and try again", DOCKER),
)  # fmt: skip
LONG_CASES = (
    BadInput("garbage: a line cut off", told_by(Answer(['data: {"choices": [{"de'], cut=True)), 3, "never answered",
             NAMESPACES),
    BadInput("garbage: closed without a word", told_by(Answer([], cut=True)), 3, "never answered", NAMESPACES),
    BadInput("server error for ever", told_by(Answer(["oops"], 500)), 3, "answered 500: oops. .* see its log,",
             NAMESPACES),
    *(BadInput(f"full disk: git folder, {spare // 1024} KiB left", small_disk("git", spare), 3,
               "no space (is )?left", NAMESPACES) for spare in (4 << 10, 8 << 10, 16 << 10, 24 << 10, 40 << 10)),
    BadInput("full disk: TMPDIR", small_disk("temporary", 0), 0, "Next: devagent show", NAMESPACES),
    BadInput("read-only work tree", read_only_work_tree, 3, "could not apply, and nothing was changed: read-only",
             NAMESPACES),
    BadInput("clock going backwards", clock_going_backwards, 0, "", NAMESPACES),
)  # fmt: skip
"""Those that only the benchmark makes."""


def engine_is_here() -> bool:
    """Whether there is a local engine whose line can be cut."""
    return Path(ENGINE).is_socket()
