"""The merge driver that git runs for every file that both sides changed.

    devagent-merge-driver [--into FILE] %O %A %B %L %P %S %X %Y

On a non-zero exit git takes what the file %A holds as the conflicted file. Untouched it would be our side without any
marker, and `git add` would drop the other side. So before anything else %A is replaced, atomically, by git's own line
merge; what devagent can add to that comes after it, and replaces %A once more, or does not. With `--into`, %A is a copy
and the result goes to FILE: the command that `devagent merge install` writes has markers there before Python starts.

Exits with 0 when no conflict is left and with 1 when one is; with 255 only if nothing at all could be written, and with
130 if it was interrupted: git takes anything above 128 as a failure of the merge.

Git starts this process for clean merges too: only `os` and `sys` are imported until there is a conflict.
"""

import os
import sys

_USAGE = "usage: devagent-merge-driver [--into FILE] BASE OURS THEIRS [MARKER-SIZE [PATH [LABEL LABEL LABEL]]]"
_MARKER_SIZE = "7"
_LONGEST_SIZE = 5
"""Digits of a marker size from which on it is no size: it comes from an attribute that anybody may have written."""
_CLEAN, _CONFLICT, _INTERRUPTED, _NOTHING_WRITTEN = 0, 1, 130, 255
_MOST_CONFLICTS = 127
"""`git merge-file` exits with the number of conflicts, at most this; with more, it failed."""
_MOST_BYTES = 30_000_000
"""In all three versions together; the memory that a merge takes is a multiple of it."""


def main() -> None:
    """Merge the files that the command line names, and exit."""
    arguments = sys.argv[1:]
    into = None
    if len(arguments) > 1 and arguments[0] == "--into":
        into, arguments = arguments[1], arguments[2:]
    if not 3 <= len(arguments) <= 8 or arguments[0].startswith("-"):
        print(_USAGE, file=sys.stderr)
        sys.exit(_NOTHING_WRITTEN)
    try:
        code = drive(*arguments, into=into)
    except OSError as error:
        print(f"devagent: {error.filename or arguments[1]}: {error.strerror}; nothing was written", file=sys.stderr)
        code = _NOTHING_WRITTEN
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception as error:  # noqa: BLE001  a traceback would exit with 1: a conflict, in a file without markers
        print(f"devagent: {arguments[1]}: {type(error).__name__}: {error}; nothing was written", file=sys.stderr)
        code = _NOTHING_WRITTEN
    sys.stderr.flush()
    # Not `sys.exit`: taking the modules down again takes longer than a clean merge.
    os._exit(code)


def drive(
    base: str, ours: str, theirs: str, size: str = _MARKER_SIZE, path: str = "", *labels: str, into: str | None = None
) -> int:
    """Merge the three files into `into`, or else into `ours`; gives the exit code.

    Arguments:
        labels: what the markers call the base, our side and theirs.
    """
    target = into or ours
    size = size if size.isdecimal() and len(size) < _LONGEST_SIZE and int(size) > 0 else _MARKER_SIZE
    base_label, our_label, their_label = _labels(labels)
    named = ("-L", our_label, "-L", base_label, "-L", their_label)
    code, merged = output("git", "merge-file", "-p", "-q", f"--marker-size={size}", *named, ours, base, theirs)
    if code == _CLEAN:
        _place(target, merged, (base, theirs))
        return _CLEAN
    has_result = 0 < code <= _MOST_CONFLICTS
    if sum(os.stat(name).st_size for name in (base, ours, theirs)) > _MOST_BYTES:
        if has_result:
            _place(target, merged, (base, theirs))
        print(f"devagent: {printable(path or target)}: too large, left to git's line merge", file=sys.stderr)
        return _CONFLICT  # without a result it is binary, and stays as our side has it
    from devagent.merge.improve import Files, improve

    files = Files.read(target, (base, ours, theirs), path, (base_label, our_label, their_label), int(size))
    if has_result and not _place(target, merged, (base, theirs)):
        print(f"devagent: {printable(path or target)}: left to git's line merge: the disk is full", file=sys.stderr)
        return _CONFLICT
    try:
        return _CLEAN if improve(files, has_result=has_result) else _CONFLICT
    except OSError:
        if not has_result:
            raise
        return _CONFLICT  # there was no room for more than git's own result, which is in place


def printable(text: str) -> str:
    """Text that cannot steer a terminal: names of files and branches are other people's."""
    return "".join(c if c.isprintable() else "?" for c in text)


def replace(path: str, content: bytes) -> None:
    """Put `content` in the place of the file, all of it or nothing. Raises `OSError` if there is no room for it."""
    part = f"{path}.part"
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write(descriptor, content)
        finally:
            os.close(descriptor)
        os.chmod(part, os.stat(path).st_mode & 0o777)
        os.replace(part, path)
    except OSError:
        if os.path.exists(part):
            os.unlink(part)
        raise


def _place(path: str, content: bytes, spare: tuple[str, ...]) -> bool:
    """Put `content` in the place of the file even if the disk is full; gives whether there was room for it.

    The files `spare` are emptied to make room: git's copies of versions that it has in its objects. If even that is not
    enough, the file is written over, once it is sure that all of the content fits.
    """
    try:
        replace(path, content)
    except OSError:
        for name in spare:
            os.truncate(name, 0)
        try:
            replace(path, content)
        except OSError:
            _overwrite(path, content)
        return False
    return True


def _overwrite(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        try:
            os.posix_fallocate(descriptor, 0, max(size, len(content)))
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        _write(descriptor, content)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _labels(given: tuple[str, ...]) -> tuple[str, str, str]:
    """What the markers call base, ours and theirs. A git that does not know %S, %X and %Y hands them on as they are."""
    if len(given) == 3 and not any(label in ("%S", "%X", "%Y") for label in given):
        return given[0], given[1], given[2]
    # `git merge` says in its environment what the merged branch is called.
    branches = [value for name, value in os.environ.items() if name.startswith("GITHEAD_")]
    if len(branches) == 1:
        return "base", "HEAD", branches[0]
    commit = _put_onto()
    return ("base", "HEAD", commit) if commit else ("base", "ours", "theirs")


def _put_onto() -> str:
    """In a rebase, the commit that is being put onto the branch, as git itself calls it in markers; else empty."""
    try:
        with open(os.path.join(os.environ.get("GIT_DIR", ".git"), "rebase-merge", "done"), errors="replace") as file:
            _, commit, subject = file.read().rstrip("\n").rpartition("\n")[2].split(" ", 2)
    except (OSError, ValueError):
        return ""
    return f"{commit[:7]} ({subject.removeprefix('# ')})"


def output(*command: str) -> tuple[int, bytes]:
    """Run a command; gives its exit code and what it prints. 128 and more: it could not do its work."""
    reading, writing = os.pipe()
    try:
        silent = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        actions = [(os.POSIX_SPAWN_DUP2, writing, 1), silent]
        child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    except OSError:
        os.close(reading)
        return _NOTHING_WRITTEN, b""
    finally:
        os.close(writing)
    parts = []
    while part := os.read(reading, 1 << 20):
        parts.append(part)
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else _NOTHING_WRITTEN, b"".join(parts)


if __name__ == "__main__":
    main()
