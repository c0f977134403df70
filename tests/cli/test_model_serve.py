"""`devagent model serve`: the embedded model for other programs, on this machine only, until it is stopped."""

import json
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.commandline import CommandLine

from devagent.models.embedded import engine_trouble
from devagent.models.store import find

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def weights(request: pytest.FixtureRequest) -> None:
    """The embedded model, where the test needs it."""
    if "model" not in request.keywords:
        return
    if trouble := engine_trouble():
        pytest.skip(f"the embedded model's engine cannot be used: {trouble}")
    if find() is None:
        pytest.skip("the embedded model is not here: devagent model pull")


@contextmanager
def serving(devagent: CommandLine) -> Iterator[tuple["subprocess.Popen[str]", dict[str, str]]]:
    """A running `model serve`, and what it printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "devagent", "model", "serve", "--json"],
        cwd=devagent.home,
        env=devagent.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()
            devagent.process("model", "stop")


def status(url: str, key: str) -> int:
    """What the server answers to a request with this key."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


Stop = Callable[[CommandLine, "subprocess.Popen[str]"], object]


@pytest.mark.model
@pytest.mark.parametrize(
    "stop",
    [lambda _, process: process.send_signal(signal.SIGINT), lambda devagent, _: devagent.process("model", "stop")],
    ids=["Ctrl-C", "model stop"],
)
def test_it_serves_with_a_private_key_until_it_is_stopped(devagent: CommandLine, stop: Stop) -> None:
    with serving(devagent) as (process, told):
        assert told["base_url"].startswith("http://127.0.0.1:") and told["base_url"].endswith("/v1")
        key = Path(told["key_file"])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert status(f"{told['base_url']}/chat/completions", "wrong") == 401
        assert status(f"{told['base_url']}/models", key.read_text()) == 200
        stop(devagent, process)
        assert process.wait(30) == 0
        with pytest.raises(OSError):
            status(f"{told['base_url']}/models", key.read_text())


def test_without_its_weights_it_says_how_to_get_them(devagent: CommandLine, tmp_path: Path) -> None:
    ended = devagent("model", "serve", DEVAGENT_CACHE=str(tmp_path / "empty"))
    assert ended.code == 3
    assert "devagent model pull" in ended.told
