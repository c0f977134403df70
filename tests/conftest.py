"""What every test may ask for: real git repositories, and the switch under which a skip is a failure."""

import os
import subprocess
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest

REQUIRE = os.environ.get("DEVAGENT_REQUIRE_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under DEVAGENT_REQUIRE_ALL=1 a skipped test is a failed test."""
    report = yield
    if REQUIRE and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although DEVAGENT_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """A function that makes a real git repository with one commit from {path: content}."""

    def make(files: Mapping[str, str | bytes], name: str = "repo") -> Path:
        root = tmp_path / name
        root.mkdir()
        run = lambda *a: subprocess.run(["git", *a], cwd=root, check=True, capture_output=True)  # noqa: E731
        run("init", "-q", "-b", "main")
        run("config", "user.name", "Test")
        run("config", "user.email", "test@example.invalid")
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        run("add", "-A")
        run("commit", "-q", "-m", "first")
        return root

    return make
