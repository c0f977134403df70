"""Locks between processes: who excludes whom, and what is left of a holder that was killed."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from devagent.journal.lock import EXCLUSIVE, SHARED, holding, is_held, take, trying

HOLDER = (
    "import sys, time; from pathlib import Path; from devagent.journal.lock import take\n"
    "take(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
)


def held(path: Path, kind: int = EXCLUSIVE) -> int:
    """A descriptor of a lock that can be had at once."""
    descriptor = take(path, kind)
    assert descriptor is not None
    return descriptor


@pytest.mark.parametrize(
    ("mine", "yours", "together"),
    [(EXCLUSIVE, EXCLUSIVE, False), (EXCLUSIVE, SHARED, False), (SHARED, EXCLUSIVE, False), (SHARED, SHARED, True)],
)
def test_only_shared_locks_are_held_together(tmp_path: Path, mine: int, yours: int, together: bool) -> None:
    path = tmp_path / "lock"
    first = held(path, mine)
    with trying(path, yours) as had:
        assert had is together
    os.close(first)
    with trying(path, yours) as had:
        assert had


def test_a_lock_goes_with_its_holder_when_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert take(path) is None and is_held(path)
        holder.kill()
        holder.wait()
        assert not is_held(path)
        os.close(held(path))


def test_a_lock_that_is_let_go_soon_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    timer = threading.Timer(0.2, os.close, [held(path)])
    timer.start()
    assert take(path, patience=0.0) is None
    with trying(path, patience=10.0) as had:
        assert had
    timer.join()


def test_patience_ends(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, begun = held(path), time.monotonic()
    assert take(path, patience=0.2) is None
    assert 0.2 <= time.monotonic() - begun < 5
    os.close(first)


def test_who_waits_is_told_once_and_gets_it_in_the_end(tmp_path: Path) -> None:
    path, told = tmp_path / "lock", []

    async def wait() -> None:
        asyncio.get_running_loop().call_later(0.3, os.close, held(path))
        async with holding(path, waiting=lambda: told.append("waiting")):
            assert is_held(path)
        async with holding(path, waiting=lambda: told.append("again")):
            pass

    asyncio.run(wait())
    assert told == ["waiting"] and not is_held(path)


def test_looking_makes_no_file_and_disturbs_nobody_else_who_looks(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path) and not path.exists()
    with pytest.raises(FileNotFoundError):
        take(path, make=False)
    looking = held(path, SHARED)
    assert not is_held(path) and is_held(path, EXCLUSIVE)
    os.close(looking)
    assert not is_held(path, EXCLUSIVE)


def test_a_lock_file_is_the_user_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        os.close(held(tmp_path / "lock"))
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
