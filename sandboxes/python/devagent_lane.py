"""What keeps processes that run tests at the same time, in one workspace, from disturbing each other."""

import contextlib
import copy
import functools
import importlib.util
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

# Audit events of processes being started: these would read the variant's file, or outlive the tests.
STARTS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.spawn", "os.system"}
# Started without an event of its own, right after this is imported.
SPAWNERS = {"multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """An audit hook that calls `stop` before the process does what only one may do at a time.

    That is: starting a process, reading one of the `sources`, whose file does not hold the variant, writing to a file
    outside `folder`, binding a socket. The last two are nobody's business where this process is `alone`.
    """

    def __init__(self, sources, folder, stop, *, alone=False):
        caches = [importlib.util.cache_from_source(source) for source in sources]
        self.sources = {os.path.realpath(path) for path in (*sources, *caches)}
        self.folder = os.path.realpath(folder) + os.sep
        self.stop, self.alone = stop, alone

    def __call__(self, event, args):
        if event == "open":
            apart = self.opens_apart(args[0], args[2])
        elif event in ("os.mkdir", "sqlite3.connect"):
            apart = self.opens_apart(args[0], WRITES)
        else:
            binds = event == "socket.bind" and not self.alone
            apart = event in STARTS or binds or (event == "import" and args[0] in SPAWNERS)
        if apart:
            self.stop()

    def opens_apart(self, path, flags):
        if not isinstance(path, (str, bytes, os.PathLike)):  # a file descriptor: it was opened before
            return False
        name = os.path.realpath(os.fsdecode(path))
        writes = flags & WRITES and name != os.devnull and os.fspath(path) != ":memory:"
        return name in self.sources or bool(writes and not self.alone and not name.startswith(self.folder))


class Lane:
    """Runs one attempt after the other, each in a child process with a folder for temporary files of its own."""

    def __init__(self, sources):
        self.sources, self.folder = sources, Path(tempfile.mkdtemp(prefix="devagent-"))
        self.factory, self.usual = None, {}

    def attempt(self, run, limit, config=None, *, guarded=False, alone=False):
        """What `run` gives in a child process, within `limit` seconds; everything it started is killed.

        "apart" where the child was `guarded` and wanted to do what only one may do at a time; see `Guard`.
        """
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self.child(run, writer, config, guarded, alone)
        os.close(writer)
        answer = answered(reader, limit)
        os.close(reader)
        end(child)
        self.clear()
        try:
            return json.loads(answer or b"")
        except ValueError:
            return failure("timed out" if answer is None else "exited")

    def clear(self):
        if not self.folder.is_dir() or any(self.folder.iterdir()):
            self.close()
            self.folder.mkdir(exist_ok=True)

    def empty(self):
        """Makes temporary files as they were for the first run in this process."""
        for name, value in self.usual.items():
            setattr(self.factory, name, copy.copy(value))
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def child(self, run, writer, config, guarded, alone):
        os.setpgid(0, 0)
        tempfile.tempdir = str(self.folder)
        if (factory := getattr(config, "_tmp_path_factory", None)) is not None:
            factory._given_basetemp = self.folder / "pytest"  # else it looks for a free number among all runs'
            self.factory, self.usual = factory, {name: copy.copy(value) for name, value in vars(factory).items()}
        self.leave = functools.partial(leave, writer)
        if guarded:
            sys.addaudithook(Guard(self.sources, self.folder, lambda: leave(writer, "apart"), alone=alone))
        try:
            leave(writer, run())
        finally:
            os._exit(0)


def leave(writer, answer):
    """Ends the process with this answer."""
    try:
        rest = json.dumps(answer).encode() + b"\n"
        while rest:
            rest = rest[os.write(writer, rest) :]
    finally:
        os._exit(0)


def answered(reader, limit):
    """The line that a process answers with, or what it wrote before it ended; None when it takes too long."""
    answer, over = b"", time.monotonic() + limit
    while not answer.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], max(0.0, over - time.monotonic()))
        if not ready:
            return None
        part = os.read(reader, 65536)
        if not part:
            break
        answer += part
    return answer


def end(child):
    """Kills a child process and everything in its group."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def failure(ended):
    return {"passed": 0, "kept": False, "survives": False, "ended": ended}
