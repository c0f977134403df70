"""What sandboxes leave on an engine: containers of the dead and our images go; nothing alive, nothing foreign does."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devagent.errors import SandboxError
from devagent.sandbox import held
from devagent.sandbox.container import IDLE, owner
from devagent.sandbox.engine import Engine
from devagent.sandbox.leftovers import Leftover, docker_leftovers, remove

IMAGE = "debian:bookworm-slim"

pytestmark = pytest.mark.docker


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The engine's API; locks are held in a folder of the test's own."""
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "runtime"))
    try:
        engine = asyncio.run(Engine.connect())
        engine.client.api.inspect_image(IMAGE)
    except Exception as error:  # noqa: BLE001  whatever is missing: the reason is shown
        pytest.skip(f"no Docker engine with {IMAGE}: {error}")
    try:
        yield engine.client.api
    finally:
        held.let_go()
        engine.close()


def leftover(name: str) -> Leftover | None:
    return next((it for it in asyncio.run(docker_leftovers()) if it.name == name), None)


def made(api: Any, labels: dict[str, str]) -> str:
    name = f"devagent-{secrets.token_hex(6)}"
    api.create_container(IMAGE, command=["sh", "-c", IDLE], name=name, labels=labels)
    return name


def gone(api: Any, container: str) -> bool:
    return container not in [name.lstrip("/") for entry in api.containers(all=True) for name in entry["Names"]]


def test_a_container_of_a_dead_process_goes_and_one_of_the_living_stays(api: Any) -> None:
    dead = made(api, {**owner(), "devagent.pid": "2", "devagent.started": "never"})
    alive = made(api, owner())
    try:
        found, living = leftover(dead), leftover(alive)
        assert found is not None and found.in_use == "" and living is not None and living.in_use
        assert asyncio.run(remove(found)) and gone(api, dead)
        assert not asyncio.run(remove(living)) and not gone(api, alive)
    finally:
        for name in (dead, alive):
            if not gone(api, name):
                api.remove_container(name, force=True)


def test_containers_without_our_label_are_not_even_seen(api: Any) -> None:
    foreign = made(api, {"devagent.pid": "2"})
    try:
        assert leftover(foreign) is None
    finally:
        api.remove_container(foreign, force=True)


def committed(api: Any, repository: str, labels: dict[str, str]) -> str:
    container = made(api, {})
    try:
        api.commit(container, repository=repository, tag="test", conf={"Labels": labels})
    finally:
        api.remove_container(container, force=True)
    return f"{repository}:test"


def test_an_image_goes_unless_somebody_holds_it(api: Any) -> None:
    name = committed(api, f"devagent-{secrets.token_hex(4)}", {"devagent": "1"})
    try:
        held.hold(name)
        found = leftover(name)
        assert found is not None and found.in_use == "a run that is going on" and found.size is not None
        assert not asyncio.run(remove(found))
        held.let_go()
        assert asyncio.run(remove(found)) and leftover(name) is None
    finally:
        if leftover(name) is not None:
            api.remove_image(name)


def test_an_image_on_which_a_container_stands_stays(api: Any) -> None:
    name = committed(api, f"devagent-{secrets.token_hex(4)}", {"devagent": "1"})
    container = f"mine-{secrets.token_hex(4)}"
    api.create_container(name, command=["true"], name=container)
    try:
        found = leftover(name)
        assert found is not None
        assert not asyncio.run(remove(found)) and leftover(name) is not None
    finally:
        api.remove_container(container, force=True)
        api.remove_image(name)


def test_an_image_to_which_somebody_gave_another_name_is_not_ours_any_more(api: Any) -> None:
    name = committed(api, f"mine-{secrets.token_hex(4)}", {"devagent": "1"})
    try:
        identity = short_id(api, name)
        assert leftover(name) is None and leftover(identity) is None
    finally:
        api.remove_image(name)


def short_id(api: Any, image: str) -> str:
    return str(api.inspect_image(image)["Id"]).removeprefix("sha256:")[:12]


def test_an_image_that_lost_its_name_to_another_goes_by_its_id(api: Any) -> None:
    repository = f"devagent-{secrets.token_hex(4)}"
    first = short_id(api, committed(api, repository, {"devagent": "1", "n": "1"}))
    second = committed(api, repository, {"devagent": "1", "n": "2"})
    try:
        found = leftover(first)
        assert found is not None and asyncio.run(remove(found)) and leftover(first) is None
    finally:
        api.remove_image(second)


def test_an_image_that_is_gone_already_counts_as_removed(api: Any) -> None:
    name = committed(api, f"devagent-{secrets.token_hex(4)}", {"devagent": "1"})
    found = leftover(name)
    assert found is not None
    api.remove_image(name)
    assert asyncio.run(remove(found))


def test_without_an_engine_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    with pytest.raises(SandboxError, match="cannot reach the Docker engine"):
        asyncio.run(docker_leftovers())
