"""Holding what a living run stands on."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devagent.sandbox import held

HOLDER = (
    "import asyncio, sys\nfrom devagent.sandbox import held\n"
    "async def main():\n    async with held.looking():\n        held.hold('thing')\n"
    "asyncio.run(main())\nprint('held', flush=True)\nsys.stdin.read()\n"
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Locks in a folder of the test's own."""
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "runtime"))
    yield
    held.let_go()


def test_a_thing_is_held_until_its_holder_ends_in_whatever_way() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with held.removing() as alone:
            assert alone and held.is_held("thing") and not held.is_held("another")
        holder.kill()
        holder.wait()
        with held.removing():
            assert not held.is_held("thing")


def test_who_looks_for_a_thing_keeps_all_from_being_removed() -> None:
    async def looked() -> bool:
        async with held.looking():
            with held.removing() as alone:
                return alone

    assert not asyncio.run(looked())
    with held.removing() as alone:
        assert alone


def test_who_comes_while_things_are_removed_waits() -> None:
    async def both() -> list[str]:
        told: list[str] = []

        async def look() -> None:
            async with held.looking():
                told.append("looked")

        with held.removing():
            task = asyncio.create_task(look())
            await asyncio.sleep(0.2)
            told.append("removed")
        await task
        return told

    assert asyncio.run(both()) == ["removed", "looked"]


def test_one_builds_and_the_other_is_told_that_it_waits() -> None:
    async def both() -> list[str]:
        told: list[str] = []

        async def build(name: str) -> None:
            async with held.alone("image", lambda: told.append(f"{name} waits")):
                told.append(name)
                await asyncio.sleep(0.2)

        await asyncio.gather(build("one"), build("two"))
        return told

    assert asyncio.run(both()) == ["one", "two waits", "two"]


def test_when_a_thing_was_last_held_is_known() -> None:
    assert held.last_held("thing") == 0.0
    held.hold("thing")
    assert held.last_held("thing") > 1e9
    held.forget("thing")
    assert held.last_held("thing") == 0.0
