"""A `Sandbox` without isolation, in a temporary folder: for our own, trusted test programs only."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from devagent.sandbox.coverage import Coverage, coverage
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import Command, EndReason, Execution, File, Sandbox, Tree


def tree(files: Mapping[str, str]) -> dict[str, File]:
    """A tree from texts."""
    return {path: File(text.encode()) for path, text in files.items()}


class LocalSandbox:
    """Paths inside (/run/devagent, /tmp/devagent-…) are mapped to folders below `root`."""

    kind = "local"

    def __init__(self, root: Path) -> None:
        self.root, self.work = root, root / "work"
        self.commands: list[Command] = []

    async def start(self) -> None:
        for name in ("work", "out", "files"):
            (self.root / name).mkdir(parents=True)

    async def sync(self, tree: Tree) -> None:
        shutil.rmtree(self.work)
        self.work.mkdir()
        for path, file in tree.items():
            target = self.work / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)

    async def run(self, command: Command) -> Execution:
        self.commands.append(command)
        env = {name: self._here(value) for name, value in command.env.items()}
        env |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {"HOME": str(self.root), "TMPDIR": str(self.root / "out"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        started, ended = time.monotonic(), "exited"
        try:
            process = subprocess.Popen(
                [self._here(word) for word in command.argv],
                cwd=self.work / command.cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            return Execution(127, str(error), 0.0)
        try:
            output, _ = await asyncio.to_thread(process.communicate, None, command.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            ended = "timed out"
        finally:  # like a real one, it leaves nothing alive
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        reason: EndReason = "timed out" if ended == "timed out" else "exited"
        return Execution(process.returncode, output.decode(errors="replace"), time.monotonic() - started, reason)

    async def read(self, path: str, *, max_bytes: int = 20_000_000) -> bytes | None:
        place = Path(self._here(path)) if path.startswith("/") else self.work / path
        return place.read_bytes()[:max_bytes] if place.is_file() else None

    async def write(self, path: str, content: bytes) -> None:
        Path(self._here(path)).write_bytes(content)

    async def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def _here(self, text: str) -> str:
        return text.replace("/run/devagent", str(self.root / "files")).replace(
            "/tmp/devagent-", f"{self.root / 'out'}/devagent-"
        )


def recorded(
    root: Path,
    files: Mapping[str, str],
    failing: Sequence[str],
    passing: Sequence[str] = (),
    *,
    hang_after: float | None = None,
    timeout: float = 60.0,
) -> Coverage:
    """The recording of the tests of a workspace by the probe of its kind."""

    async def go() -> Coverage:
        sandbox: Sandbox = LocalSandbox(root / "box")
        await sandbox.start()
        try:
            await sandbox.sync(tree(files))
            runner = TestRunner(sandbox, detect(tree(files)), hang_after=hang_after)
            return await coverage(runner, failing, passing, timeout=timeout)
        finally:
            await sandbox.close()

    return asyncio.run(go())
