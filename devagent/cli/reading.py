"""Files that the user names on the command line."""

from pathlib import Path

from devagent.errors import UsageError

MAX_BYTES = 200_000


def text_of(path: Path) -> str:
    """The text of a file. Raises `UsageError` in one line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=(error.strerror or str(error)).lower()) from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path} is too long for a prompt", why=f"{len(content)} bytes, at most {MAX_BYTES}")
    return content.decode("utf-8", errors="replace")


def texts_of(paths: list[Path] | None) -> str:
    """The texts of several files, each under its name."""
    return "\n\n".join(f"# {path}\n{text_of(path)}" for path in paths or [])
