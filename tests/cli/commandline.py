"""devagent as a person or a script meets it: arguments, two streams and an exit code."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devagent.proposal.candidate import Alternative, Candidate, Evidence, Origin, Proposal, Verdict
from devagent.proposal.store import new_run, publish
from devagent.repo.git import find_root
from devagent.repo.objects import Content, Entry, commit_changes
from devagent.repo.snapshot import snapshot

WHEN = 1_700_000_000


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as the one JSON value that it has to be."""
        return json.loads(self.out)

    @property
    def told(self) -> str:
        """The one line on stderr of an error, without the program's name."""
        assert self.out == ""
        assert self.err.startswith("devagent: ") and self.err.count("\n") == 1, self.err
        return self.err.removeprefix("devagent: ").strip()


@dataclass(frozen=True)
class CommandLine:
    """Runs commands with folders of their own, so that nothing of the user's is read or written."""

    home: Path
    extra: Mapping[str, str]

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a command."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DEVAGENT_")}
        folders = {f"DEVAGENT_{n}": str(self.home / n.lower()) for n in ("CONFIG", "RUNTIME")}
        return {**kept, **folders, "NO_COLOR": "1", **self.extra, **more}

    def __call__(self, *arguments: str, at: Path | None = None, stdin: str = "", **more: str) -> Ended:
        """Run `devagent ARGUMENTS` in a folder, within this process: most of a command's time is Python starting."""
        from devagent.cli.main import main

        out, err = _stream(), _stream()
        before = dict(os.environ), Path.cwd(), sys.argv, sys.stdin
        os.environ.clear()
        os.environ.update(self.environment(**more))
        os.chdir(at or self.home)
        sys.argv, sys.stdin = ["devagent", *arguments], io.StringIO(stdin)
        code = 0
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    main()
                except SystemExit as exit_:
                    code = int(exit_.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            os.chdir(before[1])
            sys.argv, sys.stdin = before[2:]
        return Ended(code, _text(out), _text(err))

    def process(
        self, *arguments: str, at: Path | None = None, timeout: float = 60, under: Sequence[str] = (), **more: str
    ) -> Ended:
        """Run `devagent ARGUMENTS` in a folder, in a process of its own; `under` is a command that starts it."""
        done = subprocess.run(
            [*under, sys.executable, "-m", "devagent", *arguments],
            cwd=at or self.home,
            env=self.environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def make_repository(folder: Path, files: Mapping[str, str], *, commit: bool = True) -> Path:
    """A git repository with these files, in one commit or not yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "Test")
    git(folder, "config", "user.email", "test@example.invalid")
    if commit:
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "first")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What a git command prints. It need not succeed: a merge with conflicts does not."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def propose(
    root: Path,
    changes: Mapping[str, str | None],
    *,
    verified: bool = True,
    instead: Sequence[Mapping[str, str | None]] = (),
) -> Proposal:
    """A published proposal in a repository, as a run would leave it; `instead` are what its alternatives change."""
    repo = find_root(root)
    base = snapshot(repo).commit
    run = new_run(repo, WHEN)

    def committed(changed: Mapping[str, str | None]) -> str:
        entries: dict[str, Content | None] = {p: None if t is None else Entry(t.encode()) for p, t in changed.items()}
        return commit_changes(repo, base, entries, "candidate\n", WHEN)

    others = [Alternative(committed(other), tuple(other), "another way", "add(1, -1)", "0", "2") for other in instead]
    proposal = Proposal(
        run.id,
        Candidate(committed(changes), base, tuple(changes), Origin("chain", "code", 0, ("coder",), ("scripted",))),
        evidence=(Evidence("tests", Verdict.PASS if verified else Verdict.NO_VERDICT, "1 failing test(s) now pass"),),
        verified=verified,
        assumptions=("sums are sums",),
        alternatives=tuple(others),
    )
    return publish(repo, proposal, "Fix it", when=WHEN)
