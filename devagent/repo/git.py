"""The one way to git: a thin wrapper over GitPython's `git.Git`, and the repository it works in.

Calls are synchronous and safe to make from several threads at once; workflows go through `asyncio.to_thread`.
No hook, file-system monitor, filter, pager, prompt or optional lock is ever started, nothing is fetched, and no `GIT_*`
variable of the caller gets through, except those that say where git and the user's own configuration are.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from devagent.errors import CannotRun, UsageError

OLDEST_GIT = (2, 25)
_SETTINGS = (
    *("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.splitIndex=false", "core.safecrlf=false"),
    *("core.quotePath=false", "i18n.commitEncoding=UTF-8"),
)
_OURS = {
    **{"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"},
    # A partial clone fetches what it lacks by the programs and addresses that its configuration names.
    **{"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"},
}
_FILTER = re.compile(r"filter\.(.*)\.(?:clean|smudge|process|required)", re.DOTALL)
_WITHOUT_FILTERS = ("config", "rev-parse", "version")
_KEPT = ("GIT_EXEC_PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_PYTHON_")


@dataclass(frozen=True)
class Output:
    """What one git command gave. `stderr` ends without a newline."""

    returncode: int
    stdout: bytes
    stderr: str

    @property
    def line(self) -> str:
        """The output as one line of text; a name that is no UTF-8 survives as surrogates."""
        return os.fsdecode(self.stdout).removesuffix("\n")

    @property
    def fields(self) -> list[str]:
        """The parts of NUL-separated output (`-z`)."""
        return [os.fsdecode(part) for part in self.stdout.split(b"\0") if part]


class Git:
    """git in one folder.

    Arguments:
        root: where commands run: the top of a work tree, or any folder while one is looked for.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, check: bool = True) -> Output:
        """Run `git ARGS`; user data belongs after `--`, into `stdin`, or behind the `=` of an option.

        Raises `CannotRun` when git is missing, and, with `check`, when it exits with anything but 0.
        """
        ours = {**_OURS, **(env or {})}
        with tempfile.TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            output = self._execute(self._command(args, ours), file, ours)
        if check and output.returncode != 0:
            raise CannotRun(f"git {args[0]} failed", why=_reason(output.stderr), details=output.stderr)
        return output

    @cached_property
    def filters(self) -> frozenset[str]:
        """The names of the filters that the configuration has programs for. None of them is ever run."""
        keys = self.run("config", "--null", "--name-only", "--get-regexp", r"^filter\.", check=False).fields
        return frozenset(match[1] for key in keys if (match := _FILTER.fullmatch(key)))

    @property
    def _unfiltered(self) -> tuple[str, ...]:
        if odd := next((name for name in self.filters if "=" in name), None):
            raise CannotRun(f"the git filter {odd!r} cannot be switched off", hint="Take it out of the configuration")
        off = ("clean=", "smudge=", "process=", "required=false")
        return tuple(f"filter.{name}.{setting}" for name in sorted(self.filters) for setting in off)

    def commit(self, index: Path, message: Path, log: Path, *, held: int) -> int:
        """`git commit` of what the file `index` holds, as the user would run it: their name, signature and hooks.

        What git and the hooks say goes to the file `log`; a pipe would wait for programs that a hook leaves behind. All
        of them inherit the descriptor `held`, so that a lock on it says whether they are at work. Gives the exit code.
        """
        env = {"GIT_INDEX_FILE": str(index), **{name: os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL")}}
        settings = ("-c", "i18n.commitEncoding=UTF-8", "-c", "core.splitIndex=false")
        command = ["git", "-C", str(self.root), *settings, "commit", "-q", "--cleanup=whitespace", "-F", str(message)]
        shell = ["sh", "-c", 'exec "$@" >"$0" 2>&1', str(log), *_without({**env, **identity()}), *command]
        with Path(os.devnull).open("rb") as nothing:
            return self._execute(shell, nothing, env, pass_fds=(held,)).returncode

    def go_on(self, command: Sequence[str], log: Path) -> int:
        """`git rebase --continue` and the like, as the user would run it, except that no editor opens.

        Their name, signature, hooks, filters and merge drivers are used. What git and they say goes to the file `log`.
        Gives the exit code.
        """
        env = {name: os.environ.get(name, "") for name in ("LANGUAGE", "LC_ALL")}
        env |= {"GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "true", "GIT_TERMINAL_PROMPT": "0"}
        git = ["git", "-C", str(self.root), *command]
        shell = ["sh", "-c", 'exec "$@" >"$0" 2>&1', str(log), *_without({**env, **identity()}), *git]
        with Path(os.devnull).open("rb") as nothing:
            return self._execute(shell, nothing, env).returncode

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of many blobs, by id, read by one process."""
        wanted = list(dict.fromkeys(ids))
        stream = self.run("cat-file", "--batch", stdin="".join(f"{i}\n" for i in wanted).encode()).stdout
        contents: dict[str, bytes] = {}
        at = 0
        for blob in wanted:
            end = stream.index(b"\n", at)
            header = stream[at:end].split()
            if len(header) != 3 or header[1] != b"blob":
                raise CannotRun(f"git has no blob {blob}", why=stream[at:end].decode(errors="replace"))
            at = end + 1 + int(header[2]) + 1
            contents[blob] = stream[end + 1 : at - 1]
        return contents

    def _command(self, args: tuple[str, ...], env: Mapping[str, str]) -> list[str]:
        # GitPython runs in the caller's folder when it may not enter the given one; `-C` makes git refuse instead.
        settings = (*_SETTINGS, *(() if args[0] in _WITHOUT_FILTERS else self._unfiltered))
        return [*_without(env), "git", "-C", str(self.root), *(part for s in settings for part in ("-c", s)), *args]

    def _execute(self, command: list[str], stdin: BinaryIO, env: dict[str, str], **more: Any) -> Output:
        # GitPython looks for git when it is imported, and by default fails there if it finds none.
        os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
        import git

        try:
            code, stdout, stderr = git.Git(self.root).execute(
                command,
                istream=stdin,
                env=env,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                shell=False,
                **more,
            )
        except git.GitCommandNotFound as error:
            raise CannotRun(
                "git was not found", hint="Install git and put it on the PATH", details=str(error)
            ) from None
        return Output(code, stdout, stderr)


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree.

    `git_dir` belongs to this work tree alone, `common_dir` is shared by all work trees of the repository.
    """

    root: Path
    git_dir: Path
    common_dir: Path

    @cached_property
    def git(self) -> Git:
        """git at the top of the work tree."""
        return Git(self.root)

    def head(self) -> str | None:
        """The commit that HEAD stands on, or `None` before the first commit."""
        output = self.git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False)
        return output.line if output.returncode == 0 else None

    @cached_property
    def zero_id(self) -> str:
        """The id that stands for "no object" (its length follows the repository's hash)."""
        return "0" * len(self.git.run("hash-object", "-t", "blob", "--stdin").line)


def find_root(path: Path) -> Repository:
    """The repository that `path` (a folder or a file) lies in: main or linked work tree, or submodule.

    Raises `UsageError` where there is none, and `CannotRun` where git is missing, too old, or refuses the owner.
    """
    path = path.absolute()
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    start = path if path.is_dir() else path.parent
    _check_version(Git(start))
    top = Git(start).run("rev-parse", "--show-toplevel", check=False)
    if top.returncode != 0:
        raise _no_repository(start, top.stderr)
    root = Path(top.line)
    _check_root(start, root)
    own, common = Git(root).run("rev-parse", "--git-dir", "--git-common-dir").line.split("\n")
    return Repository(root, (root / own).resolve(), (root / common).resolve())


def identity() -> dict[str, str]:
    """Who the caller's environment says author and committer are; git's settings say what is missing there."""
    return {name: value for name, value in os.environ.items() if name.startswith(("GIT_AUTHOR_", "GIT_COMMITTER_"))}


def _check_root(start: Path, root: Path) -> None:
    """A configuration (core.worktree) may say that the work tree is another folder, one that never was a repository."""
    if not (root / ".git").exists() or not start.resolve().is_relative_to(root):
        raise UsageError(
            f"the repository at {start} says that its files are in {root}",
            why="its setting core.worktree points there",
            hint="Work in a repository of its own: git clone it",
        )


def _check_version(git: Git) -> None:
    text = git.run("version").line
    numbers = tuple(int(n) for n in text.split()[2].split(".")[:2])
    if numbers < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        raise CannotRun(f"{text} is too old", why=f"devagent needs {oldest} or later", hint="Upgrade git")


def _no_repository(folder: Path, stderr: str) -> CannotRun | UsageError:
    if "dubious ownership" in stderr or "unsafe repository" in stderr:
        command = next((line.strip() for line in stderr.splitlines() if "--add safe.directory" in line), "")
        return CannotRun(
            f"git refuses the repository at {folder}",
            why="it belongs to another user",
            hint=f"If you trust it: {command}",
            details=stderr,
        )
    if "work tree" in stderr:
        return UsageError(f"{folder} has no work tree", why="it is a bare repository or a .git folder")
    if "not a git repository" in stderr:
        return UsageError(f"{folder} is not in a git repository", hint="Go to one, or make one with: git init")
    return CannotRun(f"git cannot open {folder}", why=_reason(stderr), details=stderr)


def _without(ours: Mapping[str, str]) -> list[str]:
    """The prefix that runs a command without the caller's `GIT_*`: GitPython can set variables, not unset them."""
    foreign = [n for n in os.environ if n.startswith("GIT_") and n not in ours and not n.startswith(_KEPT)]
    return ["env", *(part for name in foreign for part in ("-u", name))] if foreign else []


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith(("fatal:", "error:"))] or stderr.splitlines()
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else "it gave no reason"
