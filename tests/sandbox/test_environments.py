"""Environment folders for process isolation, built for real by small recipes that need no network."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.errors import SandboxError
from devagent.sandbox import environments
from devagent.sandbox.process import ProcessSandbox, available
from devagent.sandbox.recipe import Limits, Recipe
from devagent.sandbox.sandbox import Command, File

pytestmark = pytest.mark.namespaces

INSTALL = """
set -eu
mkdir /opt/env/bin
printf '#!/bin/sh\\necho "%s"\\n' "$(cat /build/manifest)" > /opt/env/bin/tool
chmod 755 /opt/env/bin/tool
echo ran >> /opt/env/log
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if reason := available():
        pytest.skip(reason)
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache/environments"


def recipe(install: str = INSTALL, manifest: bytes = b"made") -> Recipe:
    return Recipe("test", (), "", install, {"manifest": File(manifest)})


def build(made: Recipe, progress: Callable[[str], None] = lambda _: None) -> Path:
    return asyncio.run(environments.build(made, progress=progress))


def test_a_built_environment_is_found_again_and_works_in_a_sandbox() -> None:
    assert asyncio.run(environments.find(recipe())) is None
    folder = build(recipe())
    assert asyncio.run(environments.find(recipe())) == folder

    async def tool() -> str:
        sandbox = ProcessSandbox(folder, limits=Limits(), labels={})
        await sandbox.start()
        try:
            return (await sandbox.run(Command(["tool"]))).output
        finally:
            await sandbox.close()

    assert asyncio.run(tool()) == "made\n"


def test_another_manifest_makes_another_environment() -> None:
    assert build(recipe()) != build(recipe(manifest=b"other"))


def test_builds_at_the_same_time_install_once() -> None:
    async def both() -> list[Path]:
        return await asyncio.gather(*(environments.build(recipe(), progress=lambda _: None) for _ in range(3)))

    folders = asyncio.run(both())
    assert len(set(folders)) == 1
    assert (folders[0] / "log").read_text() == "ran\n"


def test_a_failed_build_leaves_nothing_and_says_why_in_one_line(cache: Path) -> None:
    with pytest.raises(SandboxError, match="error: no such package") as caught:
        build(recipe("touch /opt/env/x; echo 'error: no such package' >&2; exit 3"))
    assert "\n" not in str(caught.value) and "no such package" in caught.value.details
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


def test_a_half_built_environment_of_a_killed_build_is_not_taken_for_one(cache: Path) -> None:
    cache.mkdir(parents=True)
    key = build(recipe()).name
    (cache / key).rename(cache / f"{key}.part")
    (cache / f"{key}.part/rubbish").touch()
    assert asyncio.run(environments.find(recipe())) is None
    assert not (build(recipe()) / "rubbish").exists()


def test_network_settings_reach_the_build_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://name:password@proxy.example:3128")
    monkeypatch.setenv("OTHER_SECRET", "hidden")
    monkeypatch.setenv("PIP_INDEX_URL", "https://name:password@index.example/simple")
    with pytest.raises(SandboxError) as caught:
        build(recipe('env; cat "$PIP_CONFIG_FILE"; exit 1'))
    assert "index.example/simple" in caught.value.details and "127.0.0.1:3128" in caught.value.details
    assert not any(word in caught.value.details for word in ("password", "hidden", "proxy.example"))
    folder = build(recipe())
    texts = [path.read_text() for path in folder.rglob("*") if path.is_file()]
    assert texts and not any("example" in text for text in texts)


def test_a_build_can_write_nowhere_but_to_its_environment(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("kept")
    build(recipe(f"for file in /usr/x /etc/x /x {tmp_path}/theirs; do if echo no > $file; then exit 9; fi; done"))
    assert (tmp_path / "theirs").read_text() == "kept"
