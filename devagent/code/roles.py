"""Which files hold tests and which hold code that nobody here wrote: neither is where a bug is looked for."""

import re
from fnmatch import translate
from functools import lru_cache
from pathlib import PurePosixPath

from devagent.code.language import format_for

_TEST_FOLDERS = frozenset(
    {
        *("test", "tests", "testing", "unittest", "unittests", "testsuite", "testdata", "testutil", "testutils"),
        *("test_data", "test-data", "test_suite", "test-suite", "test_utils", "test-utils", "test_helpers"),
        *("__tests__", "__mocks__", "__fixtures__", "__snapshots__", "spec", "specs", "fixtures", "e2e", "cypress"),
    }
)
_TEST_FOLDER = re.compile(r"(?:[._-][Tt]|[a-z0-9]T)ests?$|[Tt]estFixtures$")
"""Sets of tests with a name before: `integration_tests`, `Shop.Tests`, Gradle's `src/androidTest`."""

_TEST_FILES = ("test_*.*", "*[-._]test.*", "*_tests.*", "*[-._]spec.*")
"""Names of tests in languages that nothing is known of."""

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
    """Whether a file is a test or serves tests, by the customs of its language (`test_files`) and its folders."""
    *folders, name = path.split("/")
    return any(map(_holds_tests, folders)) or _test_name(PurePosixPath(name).suffix.lower()).match(name) is not None


def is_foreign(path: str, content: bytes = b"") -> bool:
    """Whether a file is vendored, built or generated."""
    pure = PurePosixPath(path)
    folders = pure.parts[:-1]
    return (
        any(part in _FOREIGN_FOLDERS or (part.startswith(".") and part != ".") for part in folders)
        or bool(_FOREIGN_FILE.search(pure.name))
        or bool(_MARK.search(b"\n".join(content[:_HEAD].split(b"\n")[:5])))
    )


@lru_cache(maxsize=4096)
def _holds_tests(folder: str) -> bool:
    return folder.lower() in _TEST_FOLDERS or _TEST_FOLDER.search(folder) is not None


@lru_cache(maxsize=256)
def _test_name(suffix: str) -> re.Pattern[str]:
    """What the names of tests look like in the language of a suffix."""
    known = format_for(f"name{suffix}")
    customs = known.test_files if known is not None else ()
    return re.compile("|".join(map(translate, customs or _TEST_FILES)))
