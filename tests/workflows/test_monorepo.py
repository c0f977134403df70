"""Two Python packages in one repository, one installed for the other, in a real container."""

import asyncio
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from scripted_world import SMALL, ScriptedStaff

from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import CannotRun
from devagent.repo.git import find_root
from devagent.sandbox import held
from devagent.sandbox.choice import choose
from devagent.sandbox.leftovers import docker_leftovers
from devagent.workflows.clean import Wish, survey
from devagent.workflows.request import Request
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, start

MakeRepo = Callable[[Mapping[str, str | bytes]], Path]
MANIFEST = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "{0}"
version = "1"
dependencies = [{1}]
"""
FILES = {
    "money/pyproject.toml": MANIFEST.format("acme-money", ""),
    "money/src/acme_money/__init__.py": "def cents(amount):\n    return amount * 100\n",
    "money/tests/test_money.py": "from acme_money import cents\n\n\ndef test_cents():\n    assert cents(2) == 200\n",
    "shop/pyproject.toml": MANIFEST.format("acme-shop", '"acme-money"'),
    "shop/src/acme_shop/__init__.py": "",
    "shop/src/acme_shop/cart.py": "from acme_money import cents\n\n\ndef total(prices):\n"
    "    return cents(sum(prices[1:]))\n",
    "shop/tests/test_cart.py": "from acme_shop.cart import total\n\n\ndef test_total():\n"
    "    assert total([1, 2]) == 300\n\n\ndef test_none():\n    assert total([]) == 0\n",
}


@pytest.mark.docker
def test_a_bug_in_a_package_is_mended_by_its_own_tests_with_its_sibling_installed(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        asyncio.run(choose("docker"))
    except CannotRun as error:
        pytest.skip(str(error))
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path / "cache"))
    root, surface = make_repo(FILES), SilentSurface()
    settings = Settings(sandbox=SandboxSettings(kind="docker", project="shop"))  # type: ignore[call-arg]
    work = Work(staff_for=ScriptedStaff([], SMALL))
    result = asyncio.run(start(find_root(root), Request(kind="fix"), settings, surface, work))
    assert (result.outcome, result.paths) == ("proposed", ("shop/src/acme_shop/cart.py",)), result.summary
    assert result.failing == ("shop/tests/test_cart.py::test_total",) and result.way.startswith("search: ")
    assert "+    return cents(sum(prices))" in result.diff and result.notes == ()
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=root) == b""
    try:
        (image,) = (it for it in asyncio.run(docker_leftovers()) if root in it.used_for)
        things, _ = asyncio.run(survey(None, Wish(kinds=("images",))))
    finally:
        held.let_go()
    assert [it.thing.about for it in things if it.thing.name == image.name] == [f"for {root}"]
    assert str(root).encode() not in subprocess.check_output(["docker", "image", "inspect", image.name])
