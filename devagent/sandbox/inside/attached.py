"""A program that somebody is connected to while it runs, by a terminal of its own or by pipes."""

import errno
import fcntl
import os
import struct
import termios
from collections.abc import Iterator

OUTPUT, ERRORS = 1, 2

_CHUNK = 1 << 16
_ENOUGH = 1 << 18
"""Bytes of input that a program may leave unread before more is taken from whoever types."""


class Line:
    """What connects a program: its three descriptors, and our ends of them.

    Arguments:
        size: rows and columns of a terminal; `None` for pipes.
        owner: the user that the terminal is to belong to.
    """

    def __init__(self, size: tuple[int, int] | None, owner: int) -> None:
        self.is_terminal = size is not None
        self._pending, self._ended = b"", False
        if size is not None:
            ours, theirs = os.openpty()
            os.fchown(theirs, owner, owner)
            self.descriptors = (theirs, theirs, theirs)
            self._input, self.outputs = ours, {ours: OUTPUT}
            self.resize(*size)
        else:
            stdin, self._input = os.pipe2(os.O_CLOEXEC)
            output, out = os.pipe2(os.O_CLOEXEC)
            errors, err = os.pipe2(os.O_CLOEXEC)
            self.descriptors = (stdin, out, err)
            self.outputs = {output: OUTPUT, errors: ERRORS}
        os.set_blocking(self._input, False)

    def started(self) -> None:
        """The program has its descriptors now: close them here, so that the end of its output is seen."""
        for descriptor in set(self.descriptors):
            os.close(descriptor)

    @property
    def wants_input(self) -> bool:
        """Whether there is room for more input."""
        return len(self._pending) < _ENOUGH

    @property
    def waiting(self) -> int:
        """The descriptor that has to become writable before the rest of the input fits; -1 when there is no rest."""
        return self._input if self._pending else -1

    def type(self, content: bytes) -> None:
        """Pass input on, as much of it as fits; nothing means that no more will come."""
        self._ended = self._ended or not content
        self._pending += content
        self.flush()

    def flush(self) -> None:
        """Pass on what did not fit before."""
        if self._input < 0:
            return
        try:
            while self._pending:
                self._pending = self._pending[os.write(self._input, self._pending) :]
        except BlockingIOError:
            return
        except OSError as error:
            # Nobody reads any more: the program has ended, or closed its input.
            if error.errno not in (errno.EPIPE, errno.EIO):
                raise
            self._pending = b""
        if self._ended and not self.is_terminal:
            os.close(self._input)
            self._input = -1

    def resize(self, rows: int, columns: int) -> None:
        """Tell the terminal its size; the kernel tells the program."""
        if self.is_terminal:
            fcntl.ioctl(self._input, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, descriptor: int) -> bytes:
        """What can be read of an output now; nothing at its end."""
        try:
            return os.read(descriptor, _CHUNK)
        except OSError as error:
            # So a terminal says that nobody has it open any more.
            if error.errno != errno.EIO:
                raise
            return b""

    def rest(self) -> Iterator[tuple[int, bytes]]:
        """What dead programs left unread. Never waits: nobody is alive who could write more."""
        for descriptor, stream in self.outputs.items():
            os.set_blocking(descriptor, False)
            try:
                while chunk := self.read(descriptor):
                    yield stream, chunk
            except BlockingIOError:
                continue

    def close(self) -> None:
        """Let go of our ends."""
        for descriptor in {*self.outputs, self._input} - {-1}:
            os.close(descriptor)
