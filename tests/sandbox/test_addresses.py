"""Manifests that point a build at the inside of a network are refused before anything is built."""

import json

import pytest

from devagent.errors import SandboxError
from devagent.sandbox.addresses import check, is_inside
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File


def recipe(**files: str) -> Recipe:
    inputs = {path.replace("__", "."): File(text.encode()) for path, text in files.items()}
    return Recipe("python", (), "", "", inputs)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "[::1]", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[fe80::1]"),
        *("2130706433", "0x7f.1", "127.1", "metadata.google.internal", "build-server", "nas.local"),
    ],
)
def test_this_machine_and_its_network_are_inside_in_every_spelling(host: str) -> None:
    assert is_inside(host)


@pytest.mark.parametrize("host", ["pypi.org", "files.pythonhosted.org", "1.1.1.1", "[2606:4700::1111]"])
def test_the_world_is_outside(host: str) -> None:
    assert not is_inside(host)


@pytest.mark.parametrize(
    "files",
    [
        {"requirements__txt": "pytest\nevil @ http://127.0.0.1:8000/evil.tar.gz\n"},
        {"requirements__txt": "http://10.0.0.7/evil.tar.gz\n"},
        {"pyproject__toml": '[project]\ndependencies = ["evil @ git+ssh://git@build-server/evil"]\n'},
        {"package__json": json.dumps({"dependencies": {"evil": "http://169.254.169.254/x.tgz"}}, indent=1)},
        {"package-lock__json": '{"packages": {"a": {"resolved": "http://localhost:1/a.tgz"}}}'},
    ],
)
def test_a_manifest_that_names_one_is_refused_with_its_line(files: dict[str, str]) -> None:
    (name,) = files
    with pytest.raises(SandboxError, match=f"{name.replace('__', '.')}, line [0-9]+ names an address inside"):
        check(recipe(**files))


def test_what_is_not_fetched_may_name_any_address() -> None:
    scripts = {"scripts": {"test": "wait-on http://localhost:3000"}, "proxy": "http://localhost:8080"}
    check(recipe(package__json=json.dumps(scripts, indent=1)))
    lines = ("--index-url http://10.0.0.1/simple", "pytest", "requests @ https://files.pythonhosted.org/requests.whl")
    check(recipe(requirements__txt="\n".join(lines)))
