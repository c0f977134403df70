"""Which files hold tests and which hold code that nobody here wrote: neither is where a bug is looked for."""

import re
from pathlib import PurePosixPath

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "spec", "specs", "__mocks__", "fixtures"})
_TEST_FILE = re.compile(r"^(?:test_.*|.*_tests?|conftest|.*[._-](?:test|spec))\.\w+$|^test\.[cm]?[jt]sx?$")
_FOREIGN_FOLDERS = frozenset(
    {
        "node_modules",
        "bower_components",
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "site-packages",
        "dist",
        "build",
        "__pycache__",
        "migrations",
        "coverage",
    }
)
_FOREIGN_FILE = re.compile(r"\.min\.\w+$|[._-](?:generated|bundle)\.\w+$|_pb2(?:_grpc)?\.py$|\.d\.ts$")
_MARK = re.compile(rb"@generated|do not edit|auto-?generated|code generated", re.IGNORECASE)
_HEAD = 400


def is_test(path: str) -> bool:
    """Whether a file is a test or serves tests, by the customs of Python and JavaScript."""
    pure = PurePosixPath(path)
    return bool(_TEST_FILE.match(pure.name)) or any(part.lower() in _TEST_FOLDERS for part in pure.parts[:-1])


def is_foreign(path: str, content: bytes = b"") -> bool:
    """Whether a file is vendored, built or generated."""
    pure = PurePosixPath(path)
    folders = pure.parts[:-1]
    return (
        any(part in _FOREIGN_FOLDERS or (part.startswith(".") and part != ".") for part in folders)
        or bool(_FOREIGN_FILE.search(pure.name))
        or bool(_MARK.search(b"\n".join(content[:_HEAD].split(b"\n")[:5])))
    )
