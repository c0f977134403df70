"""Repositories in every state in which git stops with conflicts, and what has to become of each of them.

Shared by tests/workflows (all of them, by way of the workflow) and benchmarks/merge/states.py (by way of the command).
"""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devagent.repo.operation import Operation
from devagent.workflows.conflicts.resolution import Outcome

RESOLVED, PARTLY, LEFT, EDITED = Outcome.RESOLVED, Outcome.PARTLY, Outcome.LEFT, Outcome.EDITED

HEAD = "def first():\n    return 'one'\n\n\n"
TAIL = "\n\ndef last():\n    return 'last'\n"


def easy(value: str = "a + b") -> str:
    """A file whose conflict can be resolved: the versions of the sides differ in blanks only."""
    return f"{HEAD}def middle(a, b):\n    return {value}\n{TAIL}"


EASY_BASE, EASY_OURS, ALIKE = easy(), easy("max(a, b)"), easy("max(a,  b)")
EASY_THEIRS = ALIKE.replace("'last'", "'theirs'")


def hard(value: str = "10", more: str = "") -> str:
    """A file whose conflict nobody can resolve who does not know what is meant."""
    return f"{HEAD}LIMIT = {value}\n{more}{TAIL}"


HARD_BASE = hard()
HARD_OURS = hard("20", "if fast:\n    LIMIT += 1\n")
HARD_THEIRS = hard("30", "while slow:\n    LIMIT -= 2\n")


class Work:
    """A git repository that is being brought into a state."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def new(cls, root: Path, *init: str) -> "Work":
        """A new repository."""
        root.mkdir(parents=True)
        work = cls(root)
        work("init", "-q", "-b", "main", *init)
        for key, value in (("user.name", "Test"), ("user.email", "test@example.invalid"), ("core.autocrlf", "false")):
            work("config", key, value)
        return work

    def __call__(self, *command: str, fails: bool = False, env: Mapping[str, str] | None = None) -> str:
        """Run git. `fails`: it is expected to stop with a conflict."""
        done = subprocess.run(
            ["git", *command],
            cwd=self.root,
            env={**_environment(), **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, (command, done.stdout, done.stderr)
        return done.stdout

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files into the work tree; `None` removes one."""
        for path, content in files.items():
            target = self.root / path
            if content is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, message: str, files: Mapping[str, str | bytes | None]) -> str:
        """Write files and commit everything; gives the commit."""
        self.write(files)
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", message)
        return self("rev-parse", "HEAD").strip()

    def sides(
        self,
        base: Mapping[str, str | bytes | None],
        ours: Mapping[str, str | bytes | None],
        theirs: Mapping[str, str | bytes | None],
    ) -> "Work":
        """Two branches, `main` (ours, checked out) and `topic` (theirs), with one commit each on top of a base."""
        self.commit("base", base)
        self("checkout", "-q", "-b", "topic")
        self.commit("their change", theirs)
        self("checkout", "-q", "main")
        self.commit("our change", ours)
        return self


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_EDITOR": "true"}


Build = Callable[[Path], Path]
"""Makes a repository in a folder that is not there yet; gives the root of the work tree that is in conflict."""


@dataclass(frozen=True)
class State:
    """One state, and what has to become of it.

    Arguments:
        expected: what becomes of each path.
        refused: part of the refusal, where nothing may be done at all.
        finishes: whether `--continue` brings the operation to its end.
    """

    name: str
    build: Build
    operation: Operation
    expected: Mapping[str, Outcome] = field(default_factory=dict)
    refused: str = ""
    finishes: bool = False


@dataclass(frozen=True)
class Photograph:
    """All that a person can see: every file, the index with its stages, the branches, and where HEAD is."""

    files: Mapping[str, tuple[str, bytes]]
    index: str
    refs: str
    head: str


def photograph(root: Path) -> Photograph:
    """The work tree and its repository as they are now, without what devagent keeps in .git."""
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] != ".git" and "/.git/" not in name:
            content = bytes(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            files[name] = (oct(path.lstat().st_mode), content)
    return Photograph(files, _git(root, "ls-files", "--stage"), _refs(root), (_git(root, "rev-parse", "HEAD")))


def _refs(root: Path) -> str:
    listed = _git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return "\n".join(line for line in listed if not line.startswith("refs/devagent/"))


def _git(root: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", *command], cwd=root, env=_environment(), capture_output=True, check=True
    )
    return os.fsdecode(done.stdout)


def _merge(
    root: Path,
    base: Mapping[str, str | bytes | None],
    ours: Mapping[str, str | bytes | None],
    theirs: Mapping[str, str | bytes | None],
    *options: str,
) -> Path:
    Work.new(root).sides(base, ours, theirs)("merge", *options, "topic", fails=True)
    return root


def _easy(root: Path) -> Path:
    return _merge(root, {"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})


def _hard(root: Path) -> Path:
    return _merge(root, {"a.py": HARD_BASE}, {"a.py": HARD_OURS}, {"a.py": HARD_THEIRS})


def _several(root: Path) -> Path:
    files = ("easy.py", "hard.py", "both.py")
    base, ours, theirs = (
        dict(zip(files, (e, h, e + h), strict=True))
        for e, h in ((EASY_BASE, HARD_BASE), (EASY_OURS, HARD_OURS), (EASY_THEIRS, HARD_THEIRS))
    )
    return _merge(root, base, ours, theirs)


def _added(root: Path) -> Path:
    return _merge(root, {"x": ""}, {"a.py": EASY_OURS, "b.py": HARD_OURS}, {"a.py": ALIKE, "b.py": HARD_THEIRS})


def _deleted_by_them(root: Path) -> Path:
    return _merge(root, {"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": None})


def _deleted_by_us(root: Path) -> Path:
    return _merge(root, {"a.py": EASY_BASE, "x": "x"}, {"a.py": None}, {"a.py": EASY_OURS})


def _renamed_and_edited(root: Path) -> Path:
    """One side renames and edits, the other edits: git puts the stages under the new name."""
    return _merge(root, {"old.py": EASY_BASE}, {"old.py": None, "new.py": EASY_OURS}, {"old.py": EASY_THEIRS})


def _renamed_twice(root: Path) -> Path:
    return _merge(root, {"old.py": EASY_BASE}, {"old.py": None, "a.py": EASY_BASE}, {"old.py": None, "b.py": EASY_BASE})


def _renamed_into_one(root: Path) -> Path:
    base = {"a.py": EASY_BASE, "b.py": HARD_BASE}
    return _merge(root, base, {"a.py": None, "c.py": EASY_BASE}, {"b.py": None, "c.py": HARD_BASE})


def _modes(root: Path) -> Path:
    work = Work.new(root)
    work.commit("base", {"x": ""})
    work("checkout", "-q", "-b", "topic")
    work.write({"tool.sh": "#!/bin/sh\necho tool\n"})
    (root / "tool.sh").chmod(0o755)
    work.commit("executable", {})
    work("checkout", "-q", "main")
    work.commit("plain", {"tool.sh": "#!/bin/sh\necho tool\n"})
    work("merge", "topic", fails=True)
    return root


def _mode_and_text(root: Path) -> Path:
    """One side makes it executable, and both change the text: the result is executable."""
    work = Work.new(root)
    work.commit("base", {"a.py": EASY_BASE})
    work("checkout", "-q", "-b", "topic")
    (root / "a.py").chmod(0o755)
    work.commit("executable", {"a.py": EASY_THEIRS})
    work("checkout", "-q", "main")
    work.commit("our change", {"a.py": EASY_OURS})
    work("merge", "topic", fails=True)
    return root


def _links(root: Path) -> Path:
    work = Work.new(root)
    work.commit("base", {"x": "x", "y": "y", "z": "z"})
    for branch, target in (("topic", "y"), ("main", "z")):
        work("checkout", "-q", *(("-b",) if branch == "topic" else ()), branch)
        (root / "link").symlink_to(target)
        work.commit(branch, {})
    work("merge", "topic", fails=True)
    return root


def _binary(root: Path) -> Path:
    return _merge(root, {"a.bin": bytes(range(64))}, {"a.bin": b"\0ours"}, {"a.bin": b"\0theirs"})


def _submodule(root: Path) -> Path:
    inner = Work.new(root.with_name(root.name + "-inner"))
    commits = [inner.commit(str(number), {"f": str(number)}) for number in range(2)]
    inner("checkout", "-q", commits[0])
    commits.append(inner.commit("aside", {"f": "aside"}))
    work = Work.new(root)
    work.commit("base", {"x": "x"})
    work("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.root), "inner")
    work("update-index", "--cacheinfo", f"160000,{commits[0]},inner")
    work("commit", "-qm", "with a submodule")
    for branch, commit in (("topic", commits[1]), ("main", commits[2])):
        work("checkout", "-q", *(("-b",) if branch == "topic" else ()), branch)
        work("update-index", "--cacheinfo", f"160000,{commit},inner")
        work("commit", "-qm", branch)
    work("merge", "topic", fails=True)
    return root


def _lock_file(root: Path) -> Path:
    base, ours, theirs = ({"package-lock.json": f'{{"v": {v}}}\n'} for v in "123")
    return _merge(root, base, ours, theirs)


def _crlf(root: Path) -> Path:
    base, ours, theirs = ({"a.py": text.replace("\n", "\r\n")} for text in (EASY_BASE, EASY_OURS, EASY_THEIRS))
    return _merge(root, base, ours, theirs)


def _crlf_in_the_work_tree(root: Path) -> Path:
    work = Work.new(root).sides(
        {"a.py": EASY_BASE, "b.py": HARD_BASE, ".gitattributes": "*.py text eol=crlf\n"},
        {"a.py": EASY_OURS, "b.py": HARD_OURS},
        {"a.py": EASY_THEIRS, "b.py": HARD_THEIRS},
    )
    work("merge", "topic", fails=True)
    return root


def _one_side_to_crlf(root: Path) -> Path:
    """One side changes all line endings and a line, the other that line alike."""
    return _merge(root, {"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS.replace("\n", "\r\n")})


def _latin1(root: Path) -> Path:
    base, ours, theirs = (
        {"a.py": text.replace("'one'", "'\u00e9t\u00e9'").encode("latin-1")}
        for text in (EASY_BASE, EASY_OURS, EASY_THEIRS)
    )
    return _merge(root, base, ours, theirs)


def _utf16(root: Path) -> Path:
    """A file that is UTF-16 in the work tree and UTF-8 in git."""
    texts = [text.encode("utf-16") for text in (EASY_BASE, EASY_OURS, EASY_THEIRS)]
    attributes = "a.py text working-tree-encoding=UTF-16\n"
    Work.new(root).sides({"a.py": texts[0], ".gitattributes": attributes}, {"a.py": texts[1]}, {"a.py": texts[2]})(
        "merge", "topic", fails=True
    )
    return root


def _many_picks(root: Path, stops: Mapping[int, tuple[str, str]]) -> Work:
    """Ten commits on `topic`, some of which change what `main` changes as well."""
    work = Work.new(root)
    work.commit("base", {path: EASY_BASE for path, _ in stops.values()} | {"x": "x"})
    work("checkout", "-q", "-b", "topic")
    for number in range(1, 11):
        path, text = stops.get(number, (f"file{number}", str(number)))
        work.commit(f"topic {number}", {path: text})
    work("checkout", "-q", "main")
    work.commit("main", {path: EASY_OURS for path, _ in stops.values()})
    return work


_THREE_STOPS = {3: ("a.py", EASY_THEIRS), 5: ("b.py", EASY_THEIRS), 8: ("c.py", EASY_THEIRS)}


def _rebase(root: Path) -> Path:
    work = _many_picks(root, _THREE_STOPS)
    work("checkout", "-q", "topic")
    work("rebase", "main", fails=True)
    return root


def _rebase_by_patches(root: Path) -> Path:
    work = _many_picks(root, _THREE_STOPS)
    work("checkout", "-q", "topic")
    work("rebase", "--apply", "main", fails=True)
    return root


def _rebase_onto(root: Path) -> Path:
    work = _many_picks(root, _THREE_STOPS)
    work("rebase", "--onto", "main", "topic~9", "topic", fails=True)
    return root


def _cherry_picks(root: Path) -> Path:
    work = _many_picks(root, _THREE_STOPS)
    work("cherry-pick", "topic~9..topic", fails=True)
    return root


def _cherry_pick(root: Path) -> Path:
    work = _many_picks(root, {4: ("a.py", HARD_THEIRS)})
    work("cherry-pick", "topic~6", fails=True)
    return root


def _revert(root: Path) -> Path:
    work = Work.new(root)
    work.commit("base", {"a.py": EASY_BASE})
    second = work.commit("second", {"a.py": EASY_OURS})
    work.commit("third", {"a.py": easy("a  +  b")})
    work("revert", "--no-edit", second, fails=True)
    return root


def _stash(root: Path) -> Path:
    work = Work.new(root)
    work.commit("base", {"a.py": EASY_BASE})
    work.write({"a.py": EASY_THEIRS})
    work("stash")
    work.commit("meanwhile", {"a.py": EASY_OURS})
    work("stash", "pop", fails=True)
    return root


def _squash(root: Path) -> Path:
    return _merge(root, {"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS}, "--squash")


def _mailbox(root: Path) -> Path:
    work = Work.new(root).sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})
    patch = root / "topic.patch"
    patch.write_text(work("format-patch", "--stdout", "main..topic"))
    work("am", "-3", str(patch), fails=True)
    patch.unlink()
    return root


def _criss_cross(root: Path) -> Path:
    """Two merges of the same two commits, each resolved in its own way: git's ancestor holds markers."""
    work = Work.new(root)
    work.commit("base", {"a.py": HARD_BASE + EASY_BASE})
    work("checkout", "-q", "-b", "topic")
    work.commit("topic 1", {"a.py": HARD_THEIRS + EASY_BASE})
    work("checkout", "-q", "main")
    work.commit("main 1", {"a.py": HARD_OURS + EASY_BASE})
    work("branch", "main-1")
    work("merge", "topic", fails=True)
    work.commit("main 2", {"a.py": hard("50") + EASY_BASE})
    work("checkout", "-q", "topic")
    work("merge", "main-1", fails=True)
    work.commit("topic 2", {"a.py": hard("50") + EASY_THEIRS})
    work("checkout", "-q", "main")
    work.commit("main 3", {"a.py": hard("50") + EASY_OURS})
    work("merge", "topic", fails=True)
    return root


def _nested_criss_cross(root: Path) -> Path:
    """Crosswise twice: the two common ancestors have two of their own, and all four disagree about one place."""
    work = Work.new(root)
    work.commit("base", {"a.py": HARD_BASE + EASY_BASE})
    work("branch", "topic")
    work.commit("main 1", {"a.py": HARD_OURS + EASY_BASE})
    work("checkout", "-q", "topic")
    work.commit("topic 1", {"a.py": HARD_THEIRS + EASY_BASE})
    for value in ("50", "60"):
        work("branch", "-f", "before", "main")
        work("checkout", "-q", "main")
        work("merge", "topic", fails=True)
        work.commit(f"main, {value}", {"a.py": hard(value) + EASY_BASE})
        work("checkout", "-q", "topic")
        work("merge", "before", fails=True)
        work.commit(f"topic, {value}", {"a.py": hard(value, "while slow:\n    LIMIT -= 2\n") + EASY_BASE})
    work.commit("topic last", {"a.py": hard("70") + EASY_THEIRS})
    work("checkout", "-q", "main")
    work.commit("main last", {"a.py": hard("70") + EASY_OURS})
    work("merge", "topic", fails=True)
    return root


def _linked_work_tree(root: Path) -> Path:
    work = Work.new(root).sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})
    linked = root.with_name(root.name + "-linked")
    work("worktree", "add", "-q", "-b", "linked", str(linked))
    work("-C", str(linked), "merge", "topic", fails=True)
    return linked


def _sparse(root: Path) -> Path:
    files = ("in/a.py", "out/b.py", "out/c.txt")
    base, ours, theirs = (
        dict(zip(files, (text, text, "c\n"), strict=True)) for text in (EASY_BASE, EASY_OURS, EASY_THEIRS)
    )
    work = Work.new(root).sides(base, ours, theirs)
    work("sparse-checkout", "set", "in")
    work("merge", "topic", fails=True)
    return root


def _octopus(root: Path) -> Path:
    """git refuses most of these itself; here the state is made in which it would leave one."""
    work = Work.new(root).sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})
    work("checkout", "-q", "-b", "third", "topic~1")
    third = work.commit("third", {"b.py": "b"})
    work("checkout", "-q", "main")
    work("merge", "topic", fails=True)
    with (root / ".git" / "MERGE_HEAD").open("a") as heads:
        heads.write(f"{third}\n")
    return root


def _edited(root: Path) -> Path:
    files = ("edited.py", "easy.py")
    base, ours, theirs = (dict.fromkeys(files, text) for text in (EASY_BASE, EASY_OURS, EASY_THEIRS))
    _merge(root, base, ours, theirs)
    path = root / "edited.py"
    path.write_text(path.read_text().replace("'one'", "'mine'"))
    return root


def _styled(style: str) -> Build:
    def build(root: Path) -> Path:
        work = Work.new(root).sides(
            {"a.py": EASY_BASE, "b.py": HARD_BASE},
            {"a.py": EASY_OURS, "b.py": HARD_OURS},
            {"a.py": EASY_THEIRS, "b.py": HARD_THEIRS},
        )
        work("config", "merge.conflictStyle", style)
        work("merge", "topic", fails=True)
        return root

    return build


def _long_markers(root: Path) -> Path:
    files = {"a.py": EASY_BASE, "b.py": HARD_BASE, ".gitattributes": "*.py conflict-marker-size=12\n"}
    Work.new(root).sides(files, {"a.py": EASY_OURS, "b.py": HARD_OURS}, {"a.py": EASY_THEIRS, "b.py": HARD_THEIRS})(
        "merge", "topic", fails=True
    )
    return root


def _file_and_folder(root: Path) -> Path:
    return _merge(root, {"x": "x"}, {"name": "a file\n"}, {"name/inner.py": "a folder\n"})


def _markers_only(root: Path) -> Path:
    """Somebody staged the markers of a merge."""
    work = Work.new(root)
    marked = f"{HEAD}<<<<<<< a\n    x = f(1, 2)\n||||||| base\n    x = 0\n=======\n    x = f(1,  2)\n>>>>>>> b\n{TAIL}"
    without_base = f"{HEAD}<<<<<<< a\nx = 1\n=======\nx = 2\n>>>>>>> b\n"
    work.commit("a text about merges", {"merges.txt": marked})
    work.write({"a.py": marked, "b.py": without_base, "c.py": EASY_BASE})
    work("add", "-A")
    return root


def _rerere(root: Path) -> Path:
    work = Work.new(root).sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})
    work("config", "rerere.enabled", "true")
    work("merge", "topic", fails=True)
    return root


ODD_NAMES = ("with blank.py", "-dash.py", "\u00fcml\u00e4ut/\u00e9.py", 'quo"te.py', ":colon.py", "*.py")


def _odd_names(root: Path) -> Path:
    base, ours, theirs = (dict.fromkeys(ODD_NAMES, text) for text in (EASY_BASE, EASY_OURS, EASY_THEIRS))
    return _merge(root, base, ours, theirs)


def _detached(root: Path) -> Path:
    work = Work.new(root).sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})
    work("checkout", "-q", "--detach")
    work("merge", "topic~0", fails=True)
    return root


def _filtered(root: Path) -> Path:
    work = Work.new(root)
    work("config", "filter.large.clean", "cat")
    work("config", "filter.large.smudge", "cat")
    work.sides(
        {"a.py": EASY_BASE, ".gitattributes": "a.py filter=large\n"}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS}
    )("merge", "topic", fails=True)
    return root


def _sha256(root: Path) -> Path:
    work = Work.new(root, "--object-format=sha256")
    work.sides({"a.py": EASY_BASE}, {"a.py": EASY_OURS}, {"a.py": EASY_THEIRS})("merge", "topic", fails=True)
    return root


def _unrelated(root: Path) -> Path:
    """Histories without a common ancestor: every file of both is added by both."""
    work = Work.new(root)
    work.commit("ours", {"a.py": EASY_OURS})
    work("checkout", "-q", "--orphan", "topic")
    work.commit("theirs", {"a.py": ALIKE})
    work("checkout", "-q", "main")
    work("merge", "--allow-unrelated-histories", "topic", fails=True)
    return root


def _nothing(root: Path) -> Path:
    Work.new(root).commit("all is well", {"a.py": EASY_BASE})
    return root


A, AB = {"a.py": RESOLVED}, {"a.py": RESOLVED, "b.py": LEFT}
MERGE, REBASE, PICK = Operation.MERGE, Operation.REBASE, Operation.CHERRY_PICK

STATES = (
    State("nothing in conflict", _nothing, Operation.NONE),
    State("merge, blanks only", _easy, MERGE, A, finishes=True),
    State("merge, two numbers", _hard, MERGE, {"a.py": LEFT}),
    State("merge, three files", _several, MERGE, {"both.py": PARTLY, "easy.py": RESOLVED, "hard.py": LEFT}),
    State("both added", _added, MERGE, AB),
    State("changed and deleted by them", _deleted_by_them, MERGE, {"a.py": LEFT}),
    State("changed and deleted by us", _deleted_by_us, MERGE, {"a.py": LEFT}),
    State("renamed on one side, edited on both", _renamed_and_edited, MERGE, {"new.py": RESOLVED}, finishes=True),
    State("renamed to two names", _renamed_twice, MERGE, {"a.py": LEFT, "b.py": LEFT, "old.py": LEFT}),
    State("two files renamed to one name", _renamed_into_one, MERGE, {"c.py": LEFT}),
    State("added with two modes", _modes, MERGE, {"tool.sh": LEFT}),
    State("mode of one side, text of both", _mode_and_text, MERGE, A, finishes=True),
    State("symbolic links", _links, MERGE, {"link": LEFT}),
    State("binary", _binary, MERGE, {"a.bin": LEFT}),
    State("submodule", _submodule, MERGE, {"inner": LEFT}),
    State("lock file", _lock_file, MERGE, {"package-lock.json": LEFT}),
    State("CRLF", _crlf, MERGE, A, finishes=True),
    State("CRLF in the work tree only", _crlf_in_the_work_tree, MERGE, AB),
    State("CRLF on one side only", _one_side_to_crlf, MERGE, A, finishes=True),
    State("Latin-1", _latin1, MERGE, A, finishes=True),
    State("UTF-16 in the work tree", _utf16, MERGE, A, finishes=True),
    State("rebase of ten commits, three conflicts", _rebase, REBASE, A, finishes=True),
    State("rebase by patches", _rebase_by_patches, REBASE, A, finishes=True),
    State("rebase --onto", _rebase_onto, REBASE, A, finishes=True),
    State("cherry-pick of a range", _cherry_picks, PICK, A, finishes=True),
    State("cherry-pick of one", _cherry_pick, PICK, {"a.py": LEFT}),
    State("revert", _revert, Operation.REVERT, A),
    State("stash pop", _stash, Operation.STASH, A),
    State("merge --squash", _squash, Operation.SQUASH, A),
    State("git am -3", _mailbox, Operation.MAILBOX, A, finishes=True),
    State("criss-cross", _criss_cross, MERGE, A, finishes=True),
    State("criss-cross, nested", _nested_criss_cross, MERGE, A, finishes=True),
    State("linked work tree", _linked_work_tree, MERGE, A, finishes=True),
    State("sparse checkout", _sparse, MERGE, {"in/a.py": RESOLVED, "out/b.py": RESOLVED}, finishes=True),
    State("octopus", _octopus, MERGE, refused="more than two branches"),
    State("edited by hand", _edited, MERGE, {"edited.py": EDITED, "easy.py": RESOLVED}),
    State("diff3", _styled("diff3"), MERGE, AB),
    State("zdiff3", _styled("zdiff3"), MERGE, AB),
    State("long markers", _long_markers, MERGE, AB),
    State("file and folder", _file_and_folder, MERGE, {"name~HEAD": LEFT}),
    State("markers without stages", _markers_only, Operation.NONE, {"a.py": RESOLVED, "b.py": LEFT}),
    State("rerere", _rerere, MERGE, A, finishes=True),
    State("odd names", _odd_names, MERGE, dict.fromkeys(ODD_NAMES, RESOLVED), finishes=True),
    State("detached HEAD", _detached, MERGE, A, finishes=True),
    State("git filter", _filtered, MERGE, {"a.py": LEFT}),
    State("sha256", _sha256, MERGE, A, finishes=True),
    State("unrelated histories", _unrelated, MERGE, A, finishes=True),
)
