"""Files that nobody but the user may look into, written so that no crash leaves half of one."""

import os
from pathlib import Path


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, unless they are there; nobody else may look into it, whatever the umask."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != 0o700:
        folder.chmod(0o700)


def open_private(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of a file that has this mode, whatever the umask and whoever made it."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, mode)
    if os.fstat(descriptor).st_mode & 0o777 != mode:
        os.fchmod(descriptor, mode)
    return descriptor


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that a reader, or a crash, sees the old one or the new one and nothing between."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise about(path, error) from None


def about(path: Path, error: OSError) -> OSError:
    """The same error with the name of the file: the system tells it only of those that could not be opened."""
    return OSError(error.errno, error.strerror, str(path))
