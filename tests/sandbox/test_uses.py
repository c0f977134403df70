"""What images and environment folders were used for is noted in the user's cache, and nowhere else."""

import os
from pathlib import Path

import pytest

from devagent.sandbox.leftovers import environment_leftovers
from devagent.sandbox.uses import forget, note, repositories


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "runtime"))
    return tmp_path / "cache"


def test_the_repositories_of_a_thing_are_told_once_each_the_latest_first(cache: Path) -> None:
    shop, odd = Path("/home/me/shop"), Path(os.fsdecode(b"/home/me/\xff odd\n"))
    for at, repository in enumerate((shop, odd, shop, None)):
        note("devagent-python:1", repository)
        for file in cache.rglob("*"):
            if file.is_file() and file.read_bytes() == os.fsencode(str(repository)):
                os.utime(file, (at, at))
    assert repositories("devagent-python:1") == [shop, odd]
    assert repositories("devagent-python:2") == []
    forget("devagent-python:1")
    assert repositories("devagent-python:1") == []


def test_only_the_user_may_read_them(cache: Path) -> None:
    note("devagent-python:1", Path("/home/me/shop"))
    (file,) = (path for path in cache.rglob("*") if path.is_file())
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_note_that_cannot_be_kept_stops_nothing(cache: Path) -> None:
    cache.write_text("no folder")
    note("devagent-python:1", Path("/home/me/shop"))
    assert repositories("devagent-python:1") == []
    forget("devagent-python:1")


def test_environment_folders_are_found_with_what_they_were_used_for(cache: Path) -> None:
    folder = cache / "environments" / "python-1"
    folder.mkdir(parents=True)
    note(str(folder), Path("/home/me/shop"))
    (found,) = environment_leftovers()
    assert (found.name, found.used_for) == (str(folder), (Path("/home/me/shop"),))
