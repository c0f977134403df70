"""What keeps processes that run tests at the same time, in one workspace, from disturbing each other."""

import contextlib
import importlib.util
import json
import os
import select
import shutil
import signal
import sys
import tempfile
from pathlib import Path

# Audit events of processes being started: these would read the variant's file, or outlive the tests.
STARTS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.forkpty", "os.exec", "os.spawn", "os.system"}
# Started without an event of its own, right after this is imported.
SPAWNERS = {"multiprocessing.popen_spawn_posix", "multiprocessing.popen_forkserver"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """An audit hook that calls `stop` before the process does what only one may do at a time.

    That is: starting a process, reading one of the `sources`, whose file does not hold the variant, writing to a file
    outside `folder`, binding a socket.
    """

    def __init__(self, sources, folder, stop):
        caches = [importlib.util.cache_from_source(source) for source in sources]
        self.sources = {os.path.realpath(path) for path in (*sources, *caches)}
        self.folder = os.path.realpath(folder) + os.sep
        self.stop = stop

    def __call__(self, event, args):
        if event == "open":
            apart = self.opens_apart(args[0], args[2])
        elif event in ("os.mkdir", "sqlite3.connect"):
            apart = self.opens_apart(args[0], WRITES)
        else:
            apart = event in STARTS or event == "socket.bind" or (event == "import" and args[0] in SPAWNERS)
        if apart:
            self.stop()

    def opens_apart(self, path, flags):
        if not isinstance(path, (str, bytes, os.PathLike)):  # a file descriptor: it was opened before
            return False
        name = os.path.realpath(os.fsdecode(path))
        writes = flags & WRITES and name != os.devnull and os.fspath(path) != ":memory:"
        return name in self.sources or bool(writes and not name.startswith(self.folder))


class Lane:
    """Runs one attempt after the other, each in a child process with a folder for temporary files of its own."""

    def __init__(self, sources):
        self.sources, self.folder = sources, Path(tempfile.mkdtemp(prefix="devagent-"))

    def attempt(self, run, limit, config=None, *, guarded=False):
        """What `run` gives in a child process, within `limit` seconds; everything it started is killed.

        "apart" where the child was `guarded` and wanted to do what only one may do at a time.
        """
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self.child(run, writer, config, guarded)
        os.close(writer)
        ready, _, _ = select.select([reader], [], [], limit)
        answer = os.read(reader, 4096) if ready else b""
        os.close(reader)
        end(child)
        self.clear()
        try:
            return json.loads(answer)
        except ValueError:
            return failure("exited" if ready else "timed out")

    def clear(self):
        if not self.folder.is_dir() or any(self.folder.iterdir()):
            self.close()
            self.folder.mkdir(exist_ok=True)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def child(self, run, writer, config, guarded):
        os.setpgid(0, 0)
        tempfile.tempdir = str(self.folder)
        if (factory := getattr(config, "_tmp_path_factory", None)) is not None:
            factory._given_basetemp = self.folder / "pytest"  # else it looks for a free number among all runs'
        if guarded:
            sys.addaudithook(Guard(self.sources, self.folder, lambda: leave(writer, "apart")))
        try:
            leave(writer, run())
        finally:
            os._exit(0)


def leave(writer, answer):
    """Ends the process with this answer."""
    try:
        os.write(writer, json.dumps(answer).encode())
    finally:
        os._exit(0)


def end(child):
    """Kills a child process and everything in its group."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def failure(ended):
    return {"passed": 0, "kept": False, "survives": False, "ended": ended}
