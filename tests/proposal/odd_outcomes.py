"""What must come of applying a proposal in an odd checkout, of taking it back, and of kills in between.

Shared by tests/proposal/test_odd_checkouts.py (a sample) and benchmarks/checkouts.py (hundreds). What is expected is
worked out without devagent, from the edits that were planned.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from crash_scenario import REACHES, Photograph, killed_at, photograph
from odd_checkouts import Odd, edit_later, git_bytes, make_odd, meddle, propose_planned

from devagent.errors import DevagentError
from devagent.proposal.apply import apply, recover, undo
from devagent.proposal.candidate import Proposal
from devagent.proposal.store import Run, run_folder
from devagent.proposal.transaction import Step
from devagent.repo.git import Repository, find_root

Blobs = dict[str, tuple[str, str]]
Files = dict[str, tuple[int, bytes] | None]
Act = Callable[[Step], object]
Span = tuple[float, int]


@dataclass(frozen=True)
class Outcome:
    """What came of one checkout. `wrong` says what was neither exact nor a refusal that changes nothing."""

    features: frozenset[str]
    reach: str
    meddled: str
    refused: str = ""
    killed: tuple[str, ...] = ()
    wrong: str = ""


def examine(seed: int, folder: Path) -> Outcome:
    """Make the checkout of a seed in an empty folder, and apply, undo, kill and recover in it."""
    odd = make_odd(seed, folder)
    repo = find_root(odd.root)
    proposal = propose_planned(repo, odd)
    outcome = Outcome(odd.features, odd.reach, meddle(odd))
    acts = _acts(repo, proposal, odd.reach)
    before = photograph(odd.root)
    started = time.monotonic()
    refused, span = _attempt(acts["apply"])
    if refused:
        _kill(odd, acts["apply"], (time.monotonic() - started, 0))
        _recover(repo)
        return replace(outcome, refused=refused, killed=("refusal",), wrong=_wrong_refusal(odd, before, refused))
    if odd.must_refuse:
        return replace(outcome, wrong=f"applied, although {odd.must_refuse}")
    if wrong := _not_applied(odd, before):
        return replace(outcome, wrong=f"apply: {wrong}")
    before = edit_later(odd, before)
    if said := _attempt(acts["undo"])[0]:
        return replace(outcome, wrong=f"undo refused: {said}")
    if wrong := _difference(photograph(odd.root), before):
        return replace(outcome, wrong=f"undo: {wrong}")
    ended = [_killed(odd, repo, name, acts[name], before, span) for name in acts]
    wrong = _difference(photograph(odd.root), before)
    killed = tuple(end for end in ended if not end.startswith("wrong"))
    return replace(outcome, killed=killed, wrong=" ".join([e for e in ended if e not in killed] + [wrong]).strip())


def _acts(repo: Repository, proposal: Proposal, reach: str) -> dict[str, Act]:
    run = Run(proposal.run, run_folder(repo, proposal.run))
    return {
        "apply": lambda step: apply(repo, proposal, reach=REACHES[reach], step=step),
        "undo": lambda step: undo(repo, run, step=step),
    }


def _killed(odd: Odd, repo: Repository, name: str, act: Act, before: Photograph, span: Span) -> str:
    """Do it once more, killed, recovered, and then done; gives what the recovery led to, or what is wrong."""
    _kill(odd, act, span)
    if said := _recover(repo):
        return f"wrong: what a killed {name} left could not be finished: {said}"
    applied, as_before = _not_applied(odd, before), _difference(photograph(odd.root), before)
    if applied and as_before:
        return f"wrong: a killed {name} left neither: {applied}; {as_before}"
    done = not (applied if name == "apply" else as_before)
    if not done and (said := _attempt(act)[0]):
        return f"wrong: {name} after a kill was refused: {said}"
    return f"{name} {'after' if done else 'before'}"


def _expected(odd: Odd, before: Photograph) -> Files:
    """What each planned path has to be in the work tree: type and permissions, and bytes."""
    found: Files = {}
    for path, planned in odd.planned.items():
        if planned.edit is None:
            found[path] = None
            continue
        mode, content = before.entries.get(path, ("0o100644", b""))
        number = int(mode, 8)
        if planned.mode == "120000":
            number = 0o120777
        elif planned.mode:
            number = number | (number & 0o444) >> 2 if planned.mode == "100755" else number & ~0o111
        elif number & 0o170000 != 0o100000:
            number, content = 0o100644, b""
        found[path] = (number, planned.edit(content))
    return found


def _not_applied(odd: Odd, before: Photograph) -> str:
    """What is not as it has to be after the apply; empty if all is."""
    expected = _expected(odd, before)
    now = photograph(odd.root)
    files = {path: entry for path, entry in before.entries.items() if not _is_folder(entry)}
    wanted = dict(files)
    for path, result in expected.items() if odd.reach != "branch" else ():
        wanted.pop(path, None)
        if result is not None:
            wanted[path] = (oct(result[0]), result[1])
    got = {path: entry for path, entry in now.entries.items() if not _is_folder(entry)}
    if wrong := [path for path in wanted.keys() | got.keys() if wanted.get(path) != got.get(path)]:
        return f"{wrong[0]}: {got.get(wrong[0])} instead of {wanted.get(wrong[0])}"
    left = [path for path, entry in now.entries.items() if _is_folder(entry) and not _is_used(path, now, before)]
    if left:
        return f"the folder {left[0]} is left over"
    return _beyond(odd, before)


def _is_used(folder: str, now: Photograph, before: Photograph) -> bool:
    """Whether a folder holds something, or held nothing before either."""
    inside = f"{folder}/"
    return any(path.startswith(inside) for path in now.entries) or (
        folder in before.entries and not any(path.startswith(inside) for path in before.entries)
    )


def _beyond(odd: Odd, before: Photograph) -> str:
    """What is wrong in the index, HEAD and the branches after an apply."""
    was, now = _entries(before.staged), _entries(photograph(odd.root).staged)
    if odd.reach in ("files", "branch") and was != now:
        return "the index was changed"
    if odd.reach in ("index", "commit") and (path := _odd_path(odd, was, now)):
        return f"the index holds {path} wrong"
    if odd.reach in ("commit", "branch"):
        name = "HEAD" if odd.reach == "commit" else "made"
        if path := _odd_path(odd, _tree(odd.root, f"{name}^"), _tree(odd.root, name)):
            return f"the commit holds {path} wrong"
    return ""


def _odd_path(odd: Odd, old: Blobs, new: Blobs) -> str:
    """A path that did not become what was planned; empty if there is none."""
    for path in old.keys() | new.keys():
        if path not in odd.planned:
            if old.get(path) != new.get(path):
                return path
            continue
        got = (new[path][0], git_bytes(odd.root, "cat-file", "blob", new[path][1])) if path in new else None
        if got != _planned_entry(odd, path, old.get(path)):
            return path
    return ""


def _planned_entry(odd: Odd, path: str, old: tuple[str, str] | None) -> tuple[str, bytes] | None:
    planned = odd.planned.get(path)
    if planned is None or planned.edit is None:
        return None
    content = git_bytes(odd.root, "cat-file", "blob", old[1]) if old else b""
    return planned.mode or (old[0] if old else "100644"), planned.edit(content)


def _entries(staged: str) -> Blobs:
    """Path → (mode, blob) of `git ls-files --stage`."""
    pairs = (line.split("\t", 1) for line in staged.splitlines())
    return {_unquoted(path): (head.split()[0], head.split()[1]) for head, path in pairs}


def _tree(root: Path, commit: str) -> Blobs:
    listed = subprocess.run(["git", "ls-tree", "-r", "-z", commit], cwd=root, check=False, capture_output=True)
    lines = listed.stdout.split(b"\0")[:-1]
    pairs = (line.split(b"\t", 1) for line in lines)
    return {os.fsdecode(path): (head.split()[0].decode(), head.split()[2].decode()) for head, path in pairs}


def _wrong_refusal(odd: Odd, before: Photograph, refused: str) -> str:
    if difference := _difference(photograph(odd.root), before):
        return f"refused ({refused}), and yet: {difference}"
    return "" if odd.must_refuse else f"refused without need: {refused}"


def _difference(now: Photograph, before: Photograph) -> str:
    if changed := [
        p for p in now.entries.keys() | before.entries.keys() if now.entries.get(p) != before.entries.get(p)
    ]:
        return f"{changed[0]} is {now.entries.get(changed[0])} and was {before.entries.get(changed[0])}"
    if now.staged != before.staged:
        return "the index differs"
    return "" if now.branches == before.branches else "HEAD or a branch differs"


def _attempt(act: Act) -> tuple[str, Span]:
    """Why it was refused, empty if it was not, and how long it is, in seconds and steps."""
    steps: list[str] = []
    started = time.monotonic()
    try:
        act(steps.append)
    except DevagentError as error:
        return str(error), (0.0, 0)
    return "", (time.monotonic() - started, len(steps))


def _kill(odd: Odd, act: Act, span: Span) -> None:
    """Do it in another process that is killed: at any moment, or at any step, which is where most can go wrong."""

    def elsewhere(step: Step) -> None:
        # What it leaves of temporary files goes where everything is thrown away.
        tempfile.tempdir = str(odd.root.parent)
        act(step)

    seconds, steps = span
    by_step = steps > 0 and odd.random.random() < 0.6
    child = killed_at(elsewhere, odd.random.randint(1, steps) if by_step else 0)
    if not by_step:
        time.sleep(odd.random.uniform(0, seconds * 1.1))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _recover(repo: Repository) -> str:
    """What the next command does, and why it cannot; a git that outlived devagent is given the time to end."""
    ends = time.monotonic() + 20
    while any((repo.git_dir / "devagent" / name).exists() for name in ("applying", "undoing")):
        try:
            recover(repo)
        except DevagentError as error:
            return str(error)
        if time.monotonic() > ends:
            return "git does not end"
        time.sleep(0.02)
    return ""


def _is_folder(entry: tuple[str, bytes]) -> bool:
    return int(entry[0], 8) & 0o170000 == 0o040000


def _unquoted(path: str) -> str:
    """A path as git prints it: in quotes, with octal escapes, where it is not plain ASCII."""
    if not path.startswith('"'):
        return path
    return os.fsdecode(path[1:-1].encode().decode("unicode_escape").encode("latin-1"))
