"""The merge driver in a repository: git's configuration, and the patterns of the files that it is for.

The patterns go to `info/attributes` in git's own folder, which no commit carries. That file outranks `.gitattributes`,
so files that have a merge setting of their own there are written down with it.
"""

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from devagent.errors import CannotRun
from devagent.merge.records import folder_of
from devagent.repo.git import Repository

NAME = "devagent"
_SECTION = f"merge.{NAME}"
_TITLE = "devagent: resolves what is certain, leaves git's markers for the rest"
_BEGIN = "# devagent merge driver: these lines belong to `devagent merge install` and `devagent merge uninstall`"
_END = "# end of the devagent merge driver"

# What a missing devagent, or one that dies, leaves behind is git's own result: the markers are in the file before
# Python starts, and a clean merge does not start it at all. Before the markers are there, whatever stops this ends with
# more than 128, with which git (from 2.42 on) gives up the merge rather than take our side for the result.
_COMMAND = (
    "m=%A.merged o=%A.ours x=130; trap 'rm -f \"$m\" \"$o\"' 0; trap 'exit $x' 1 2 15; "
    'git merge-file -q -p --marker-size=%L -L ours -L base -L theirs %A %O %B >"$m"; s=$?; '
    'if [ $s = 0 ]; then exec mv -f "$m" %A; fi; '
    'if [ $s -lt 128 ] && [ -s "$m" ] && cp %A "$o" && mv -f "$m" %A; '
    'then x=1; {python} -P -m devagent.merge.driver --into %A %O "$o" %B %L %P %S %X %Y || d=1; '
    # Binary, or there is no room for the result. Without Python only the first is a conflict that may stay as it is.
    'else rm -f "$m"; {python} -P -m devagent.merge.driver %O %A %B %L %P %S %X %Y || d=$?; '
    'case $d in 126|127) if cat %O %A %B >"$o"; then d=1; else d=255; fi;; esac; fi; '
    "exit ${{d:-0}}"
)


@dataclass(frozen=True)
class Installation:
    """What a repository has of the merge driver.

    Arguments:
        command: what git runs, or `None`.
        python: the interpreter in that command, or `None`.
        works: whether that interpreter is there.
        patterns: the files that the driver is for.
        kept: files that keep the merge setting that `.gitattributes` has for them.
        attributes: the file that the patterns stand in.
    """

    command: str | None
    python: str | None
    works: bool
    patterns: tuple[str, ...]
    kept: tuple[str, ...]
    attributes: Path

    @property
    def is_complete(self) -> bool:
        """Whether git runs the driver, and the driver can run."""
        return self.works and bool(self.patterns)


@dataclass(frozen=True)
class Changed:
    """What installing or uninstalling changed: one line for each change, none if all was as it should be."""

    changes: tuple[str, ...]
    now: Installation


def install(repo: Repository, patterns: Sequence[str]) -> Changed:
    """Let git use the driver for files that match `patterns`. Once more, it only changes what is different.

    Raises `CannotRun` when git's configuration or the attributes cannot be written.
    """
    wanted = {"name": _TITLE, "driver": _COMMAND.format(python=_interpreter()), "recursive": "text"}
    changes = []
    for key, value in wanted.items():
        name = f"{_SECTION}.{key}"
        if _setting(repo, name) != value:
            repo.git.run("config", "--local", "--replace-all", name, value)
            changes.append(f"set {name} in {repo.common_dir / 'config'}")
    block = [f"{pattern} merge={NAME}" for pattern in patterns]
    block += [f"{_quoted(path)} {setting}" for path, setting in _own_settings(repo, patterns)]
    changes += _write_block(_attributes(repo), block)
    return Changed(tuple(changes), status(repo))


def uninstall(repo: Repository) -> Changed:
    """Take out what `install` wrote, and nothing else.

    Raises `CannotRun` when git's configuration or the attributes cannot be written.
    """
    changes = _write_block(_attributes(repo), [])
    if repo.git.run("config", "--local", "--get-regexp", rf"^merge\.{NAME}\.", check=False).returncode == 0:
        repo.git.run("config", "--local", "--remove-section", _SECTION)
        changes.append(f"removed {_SECTION} from {repo.common_dir / 'config'}")
    if (stories := folder_of(repo.common_dir)).is_dir():
        shutil.rmtree(stories)
        changes.append(f"removed {stories}, what the driver told about files it merged")
    return Changed(tuple(changes), status(repo))


def status(repo: Repository) -> Installation:
    """What the repository has now."""
    command = _setting(repo, f"{_SECTION}.driver")
    python = _python_of(command) if command else None
    attributes = _attributes(repo)
    patterns: list[str] = []
    kept: list[str] = []
    for line in _block(_lines(attributes)):
        name, _, setting = line.rpartition(" ")
        (patterns if setting == f"merge={NAME}" else kept).append(name)
    works = python is not None and os.access(python, os.X_OK)
    return Installation(command, python, works, tuple(patterns), tuple(kept), attributes)


def _interpreter() -> str:
    """The running interpreter, quoted for the shell that git hands the command to, which first replaces `%`."""
    return shlex.quote(sys.executable).replace("%", "%%")


def _python_of(command: str) -> str | None:
    """The interpreter in a command that `install` wrote."""
    words = shlex.split(command.replace("%%", "%"))
    return next((word for word, following in pairwise(words) if following == "-P"), None)


def _setting(repo: Repository, name: str) -> str | None:
    output = repo.git.run("config", "--local", "--null", "--get", name, check=False)
    return output.fields[0] if output.returncode == 0 and output.fields else None


def _attributes(repo: Repository) -> Path:
    return (repo.common_dir / "info" / "attributes").resolve()


def _own_settings(repo: Repository, patterns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The tracked files that match the patterns and have a merge setting without us, each with that setting."""
    suffixes = tuple(pattern.removeprefix("*") for pattern in patterns)
    tracked = dict.fromkeys(repo.git.run("ls-files", "-z").fields)
    paths = b"".join(os.fsencode(path) + b"\0" for path in tracked if path.endswith(suffixes))
    with tempfile.TemporaryDirectory() as folder:
        env = _without_ours(repo, Path(folder))
        fields = repo.git.run("check-attr", "-z", "--stdin", "merge", stdin=paths, env=env).fields
    for path, value in zip(fields[::3], fields[2::3], strict=True):
        if value != "unspecified":
            yield path, {"set": "merge", "unset": "-merge"}.get(value, f"merge={value}")


def _without_ours(repo: Repository, folder: Path) -> dict[str, str]:
    """The environment in which git sees the repository as it is, but for our lines: it cannot be told to skip lines.

    `folder` takes the place of what linked work trees share: configuration and attributes.
    """
    repo.git.run("init", "-q", "--bare", "--template=", str(folder))
    shutil.copyfile(repo.common_dir / "config", folder / "config")
    lines = _lines(_attributes(repo))
    start, end = _frame(lines)
    _write(folder / "info" / "attributes", "".join(lines[:start] + lines[end:]))
    shared = {"GIT_COMMON_DIR": str(folder), "GIT_OBJECT_DIRECTORY": str(repo.common_dir / "objects")}
    return {"GIT_DIR": str(repo.git_dir), "GIT_WORK_TREE": str(repo.root), **shared}


def _quoted(path: str) -> str:
    """The path as a pattern of its own: git reads C quotes there, and within them its wildcards."""
    escaped = "".join(f"\\{c}" if c in "*?[\\" else c for c in path)
    plain = escaped.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"/{plain}"'


def _lines(path: Path) -> list[str]:
    try:
        return re.findall(r"[^\n]*\n|[^\n]+", os.fsdecode(path.read_bytes()))  # only this ends a line for git
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotRun(f"{path} cannot be read", why=error.strerror or "") from error


def _block(lines: Sequence[str]) -> list[str]:
    """Our lines among those of the file, without their frame."""
    start, end = _frame(lines)
    return [line.rstrip("\n") for line in lines[start + 1 : end - 1]]


def _frame(lines: Sequence[str]) -> tuple[int, int]:
    """Where our lines start and end, the first and the last of them included; an empty range if there are none."""
    bare = [line.rstrip("\n") for line in lines]
    if _BEGIN not in bare:
        return len(bare), len(bare)
    start = bare.index(_BEGIN)
    return start, bare.index(_END, start) + 1 if _END in bare[start:] else start + 1


def _write_block(path: Path, block: Sequence[str]) -> list[str]:
    """Put our lines where they were, or at the end; with no lines, take them out. Gives what was changed."""
    lines = _lines(path)
    start, end = _frame(lines)
    ours = [f"{line}\n" for line in (_BEGIN, *block, _END)] if block else []
    before = lines[:start]
    if ours and before and not before[-1].endswith("\n"):
        before[-1] += "\n"
    wanted = [*before, *ours, *lines[end:]]
    if wanted == lines:
        return []
    if wanted:
        _write(path, "".join(wanted))
    else:
        path.unlink()
    verb = (
        "removed the patterns from" if not ours else "changed the patterns in" if start < end else "added patterns to"
    )
    return [f"{verb} {path}"]


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.devagent-{os.getpid()}")
    try:
        path.parent.mkdir(exist_ok=True)
        part.write_bytes(os.fsencode(text))
        if path.exists():
            part.chmod(path.stat().st_mode & 0o777)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CannotRun(f"{path} cannot be written", why=error.strerror or "") from error
