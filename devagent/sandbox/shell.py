"""A shell of ours inside a container, kept open: a request costs a millisecond, where starting a program costs sixty.

It is spoken to only while nothing untrusted that could reach it is alive: the shell of uid 0 always, that of the
unprivileged user from the moment everything else of that user was killed until the next command is run.
"""

import asyncio
import secrets
import shlex

from devagent.errors import SandboxError
from devagent.sandbox.engine import STDOUT, Engine, Exec
from devagent.sandbox.output import plain

# `take BYTES` copies exactly that much of stdin; `read` takes one byte at a time, so that nothing is read too far.
_LOOP = """
umask 022
take() {
  [ $(($1 / 65536)) = 0 ] || dd bs=65536 count=$(($1 / 65536)) iflag=fullblock 2>/dev/null
  [ $(($1 % 65536)) = 0 ] || dd bs=$(($1 % 65536)) count=1 iflag=fullblock 2>/dev/null
}
while IFS= read -r line; do eval "$line"; done
"""

# Runs a program (folder, stdin, argv). It waits for a line, so that no output comes before somebody reads it, and it
# changes folder itself, since a working directory given to the engine is entered with the engine's rights. One pipe
# for both streams keeps their order.
LAUNCH = 'IFS= read -r go; exec 2>&1; cd -- "$1" || exit 126; exec <"$2" || exit 126; shift 2; unset OLDPWD; exec "$@"'

# Runs a program (folder, argv) that somebody is connected to.
ENTER = 'cd -- "$1" || exit 126; shift; unset OLDPWD; exec "$@"'


class Shell:
    """A POSIX shell that runs one line of our own script at a time."""

    def __init__(self, process: Exec) -> None:
        self.closed = False
        self._process = process

    @classmethod
    async def open(cls, engine: Engine, container: str, user: str) -> "Shell":
        """Start a shell as `user` ("uid:gid") in a running container."""
        return cls(await engine.exec(container, ["/bin/sh", "-c", _LOOP], user=user))

    async def do(
        self, script: str, *payloads: bytes, timeout: float = 60.0, max_bytes: int = 1_000_000
    ) -> tuple[int, bytes]:
        """Run `script` (one line, which may `take` the lengths of `payloads` in order): its status and its stdout.

        Raises `SandboxError` when the shell is gone, slow (`timeout` seconds) or prints over `max_bytes`. A shell
        that raised cannot be used again.
        """
        mark = secrets.token_hex(12)
        line = f"{script}; printf '\\n%s %d\\n' {mark} $?\n"
        answer = _Answer(mark.encode(), max_bytes)
        try:
            async with asyncio.timeout(timeout):
                await self._process.send(b"".join((line.encode(errors="surrogateescape"), *payloads)))
                await self._process.drain(answer.take)
        except TimeoutError:
            raise SandboxError("the sandbox does not answer", why=f"no reply in {timeout:g} s") from None
        finally:
            if answer.status is None:
                self.close()
        if answer.status is None:
            raise SandboxError("the sandbox stopped answering", why=answer.trouble)
        return answer.status, answer.text

    async def check(self, doing: str, script: str, *payloads: bytes, timeout: float = 60.0) -> bytes:
        """The stdout of a script that has to succeed. Raises `SandboxError`: "cannot DOING"."""
        status, text = await self.do(f"{{ {script}; }} 2>&1", *payloads, timeout=timeout)
        if status != 0:
            raise SandboxError(f"cannot {doing}", why=" ".join(plain(text.decode(errors="replace")).split())[:300])
        return text

    def close(self) -> None:
        """End the shell. Safe to call twice."""
        self.closed = True
        self._process.close()


class _Answer:
    """What a shell said, until the mark that ends it."""

    def __init__(self, mark: bytes, max_bytes: int) -> None:
        self.status: int | None = None
        self.text = b""
        self.trouble = "its shell ended"
        self._end = b"\n" + mark + b" "
        self._max = max_bytes
        self._bytes = bytearray()
        self._errors = b""

    def take(self, stream: int, chunk: bytes) -> bool:
        if stream != STDOUT:
            self._errors = (self._errors + chunk)[-300:]
            self.trouble = " ".join(plain(self._errors.decode(errors="replace")).split())
            return True
        fresh = max(len(self._bytes) - len(self._end) - 8, 0)
        self._bytes += chunk
        at = self._bytes.find(self._end, fresh)
        if at >= 0 and self._bytes.endswith(b"\n"):
            self.text = bytes(self._bytes[:at])
            self.status = int(self._bytes[at + len(self._end) :])
            return False
        if len(self._bytes) > self._max + len(self._end) + 8:
            self.trouble = f"more than {self._max} bytes"
            return False
        return True


def quote(path: str) -> str:
    """A path as one word of a script. Raises `SandboxError` if a line cannot hold it."""
    if any(c in path for c in "\n\0"):
        raise SandboxError(f"unsafe path {path[:200]!r}", why="it has a line end or NUL in it")
    return shlex.quote(path)
