"""Random checkouts of every odd kind, a proposal for each, and what their user does meanwhile.

What the proposal does is written as edits: a word of a file replaced in its bytes. So the same edit says what the file,
the entry of the index and the file of the commit have to be, in whichever line endings and encoding each of them is.
"""

import os
import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from crash_scenario import REACHES, Photograph, propose

from devagent.proposal.candidate import Proposal
from devagent.repo.git import Repository
from devagent.repo.objects import Content, Entry, FileMode, read_tree
from devagent.repo.snapshot import snapshot

FEATURES = (
    *("uncommitted work", "CRLF", "byte-order mark", "Latin-1", "no newline at the end", "symlinks"),
    *("executable bits", "renames", "deletions", "binary files", "submodules", "sparse checkouts", "worktrees"),
    *("odd names", "case clashes", "folders"),
)
MEDDLING = ("nothing", "nothing", "elsewhere", "same line", "line endings", "byte-order mark", "mode", "deleted")
_WORDS = {"proposed": b"alpha", "uncommitted": b"gamma", "meddled": b"kappa", "later": b"omega"}
_UTF8_MARK = b"\xef\xbb\xbf"

Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Planned:
    """What the proposal does with one path. `edit` is of a content, in any form; `None` deletes."""

    edit: Edit | None
    mode: str = ""


@dataclass
class Odd:
    """A checkout, what the proposal does in it, and whether it has to be refused."""

    root: Path
    random: random.Random
    features: frozenset[str]
    reach: str
    planned: dict[str, Planned] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    must_refuse: str = ""


def make_odd(seed: int, folder: Path) -> Odd:
    """The checkout of a seed, in an empty folder."""
    rng = random.Random(seed)
    features = frozenset(rng.sample(FEATURES, rng.randint(2, 7)))
    root = folder / "repo"
    odd = Odd(root, rng, features, rng.choice(["files", "files", *REACHES]))
    _git(folder, "init", "-q", "-b", "main", str(root))
    for setting in ("user.name=Test", "user.email=test@example.invalid", "advice.addEmbeddedRepo=false"):
        _git(root, "config", *setting.split("="))
    if "CRLF" in features:
        _git(root, "config", "core.autocrlf", rng.choice(["false", "false", "true", "input"]))
        if rng.random() < 0.3:
            _write(root, ".gitattributes", b"* text=auto\n")
    for number in range(rng.randint(1, 4)):
        path = _name(odd, f"in/text{number}")
        _write(root, path, _text(odd, number))
        odd.texts.append(path)
        odd.planned[path] = Planned(_proposed("Latin-1" in features))
    _add_oddities(odd)
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "first")
    if "worktrees" in features:
        _git(root, "worktree", "add", "-q", "-b", "side", str(folder / "linked"))
        odd.root = folder / "linked"
    if "sparse checkouts" in features:
        _git(odd.root, "sparse-checkout", "set", "in")
    if "uncommitted work" in features:
        for path in odd.texts:
            _change(odd.root, path, _inserted(_WORDS["uncommitted"], b"uncommitted"))
            if rng.random() < 0.4:
                _git(odd.root, "add", "--", path)
    return odd


def _add_oddities(odd: Odd) -> None:
    """Files of the kinds that the features name, and what the proposal does with them."""
    root, features, planned = odd.root, odd.features, odd.planned
    if "symlinks" in features:
        (root / _name(odd, "in/link")).symlink_to("text0")
        _write(root, _name(odd, "in/tobelink"), b"a file\n")
        planned[_name(odd, "in/link")] = Planned(lambda _: b"nowhere", "120000")
        planned[_name(odd, "in/tobelink")] = Planned(lambda _: b"text0", "120000")
    if "executable bits" in features:
        _write(root, "in/script", b"#!/bin/sh\n", 0o640)
        _write(root, "in/tool", b"#!/bin/sh\n", 0o755)
        planned["in/script"] = Planned(lambda content: content, "100755")
        planned["in/tool"] = Planned(lambda content: content + b"exit", "100644")
    if "deletions" in features:
        _write(root, _name(odd, "in/gone/alone"), b"the folder goes with me\n")
        planned[_name(odd, "in/gone/alone")] = Planned(None)
    if "renames" in features:
        _write(root, _name(odd, "in/old name"), b"renamed, and no line of text")
        planned[_name(odd, "in/old name")] = Planned(None)
        planned[_name(odd, "in/fresh/new name")] = Planned(lambda _: b"renamed, and no line of text!")
    if "binary files" in features:
        content = bytes(odd.random.randrange(256) for _ in range(500)) + b"\0"
        _write(root, _name(odd, "in/image"), content)
        planned[_name(odd, "in/image")] = Planned(lambda _: content[::-1])
    if "folders" in features:
        _write(root, "in/swap", b"a file")
        _write(root, "in/pair/inner", b"in a folder")
        planned |= {"in/swap": Planned(None), "in/swap/inner": Planned(lambda _: b"inside now")}
        planned |= {"in/pair/inner": Planned(None), "in/pair": Planned(lambda _: b"a file now")}
    if "submodules" in features:
        _git(root, "init", "-q", "in/module")
        _write(root / "in/module", "file", b"of another repository\n")
        _git(root / "in/module", "add", "-A")
        _git(root / "in/module", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-qm", "inner")
    if "case clashes" in features:
        planned["in/clash"] = Planned(lambda _: b"theirs")
    if "sparse checkouts" in features:
        _write(root, "out/left", b"outside the cone")
        if odd.random.random() < 0.25:
            planned["out/left"] = Planned(lambda _: b"changed outside")
            odd.must_refuse = "" if odd.reach == "branch" else "a path is outside the sparse checkout"


def propose_planned(repo: Repository, odd: Odd) -> Proposal:
    """A proposal that does what is planned with the files as the snapshot of the run holds them."""
    stored = read_tree(repo, snapshot(repo).commit).files
    wanted: dict[str, Content | None] = {}
    for path, planned in odd.planned.items():
        old = stored.get(path, Entry(b""))
        mode = cast(FileMode, planned.mode or old.mode)
        wanted[path] = Entry(planned.edit(old.content), mode) if planned.edit else None
    return propose(repo, wanted)


def meddle(odd: Odd) -> str:
    """What the user does between the run and the apply; gives what it was."""
    kind = odd.random.choice(MEDDLING)
    path = odd.random.choice(odd.texts)
    if odd.reach == "branch":
        # Whatever becomes of the work tree does not concern the branch.
        kind = "nothing"
    elif "case clashes" in odd.features and odd.random.random() < 0.3:
        _write(odd.root, "in/CLASH", b"mine")
        odd.must_refuse = "a name differs by case only"
    match kind:
        case "elsewhere":
            _change(odd.root, path, _inserted(_WORDS["meddled"], b"meddled"))
        case "same line":
            _change(odd.root, path, lambda content: content.replace(_WORDS["proposed"], b"mine"))
            odd.must_refuse = odd.must_refuse or "the same line was changed"
        case "line endings":
            _change(odd.root, path, _other_endings)
        case "byte-order mark":
            # In a file that is no UTF-8 it would be no mark but characters; the edit is of the same kind all the same.
            _change(odd.root, path, lambda content: _UTF8_MARK + content.removeprefix(_UTF8_MARK))
        case "mode":
            (odd.root / path).chmod(0o755)
        case "deleted":
            (odd.root / path).unlink()
            odd.must_refuse = odd.must_refuse or "the file is gone"
    return kind


def edit_later(odd: Odd, before: Photograph) -> Photograph:
    """The user edits another line after the apply; gives what the checkout is to be like once that is undone."""
    paths = [path for path in odd.texts if (odd.root / path).is_file()]
    if odd.random.random() < 0.5 or not paths:
        return before
    path = odd.random.choice(paths)
    edit = _inserted(_WORDS["later"], b"later")
    _change(odd.root, path, edit)
    mode, content = before.entries[path]
    return replace(before, entries={**before.entries, path: (mode, edit(content))})


def _name(odd: Odd, path: str) -> str:
    return f"{path} größe – 文 $'" if "odd names" in odd.features else path


def _text(odd: Odd, number: int) -> bytes:
    """Sixteen lines in the form that the features ask for."""
    words = {2: "alpha", 6: "gamma", 10: "kappa", 14: "omega"}
    lines = [f"line {n} of text {number} {words.get(n, '')}".strip() for n in range(16)]
    latin = "Latin-1" in odd.features
    text = "\n".join([*lines, "déjà vu"] if latin else lines)
    text += "" if "no newline at the end" in odd.features else "\n"
    if "CRLF" in odd.features and odd.random.random() < 0.7:
        text = text.replace("\n", "\r\n")
    content = text.encode("latin-1" if latin else "utf-8")
    return _UTF8_MARK + content if "byte-order mark" in odd.features and not latin else content


def _proposed(latin: bool) -> Edit:
    return _inserted(_WORDS["proposed"], "proposé".encode("latin-1" if latin else "utf-8"))


def _inserted(word: bytes, tag: bytes) -> Edit:
    """A word gets a tag, and a line after it, with the line ending that the content has."""

    def edit(content: bytes) -> bytes:
        end = b"\r\n" if b"\r\n" in content else b"\n"
        return content.replace(word, word + b" " + tag + end + tag + b" too")

    return edit


def _other_endings(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n") if b"\r\n" in content else content.replace(b"\n", b"\r\n")


def _change(root: Path, path: str, edit: Edit) -> None:
    (root / path).write_bytes(edit((root / path).read_bytes()))


def _write(root: Path, path: str, content: bytes, mode: int = 0o644) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)
    (root / path).chmod(mode)


def _git(folder: Path, *args: str) -> str:
    return os.fsdecode(git_bytes(folder, *args)).strip()


def git_bytes(folder: Path, *args: str) -> bytes:
    return subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True).stdout
