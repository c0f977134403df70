"""Several projects in one repository: which one a command means, and what is told of them together."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from devagent.cli.context import project_meant, settings
from devagent.config.brought import read_brought
from devagent.config.settings import SandboxSettings, Settings
from devagent.errors import CannotRun, ExitCode, UsageError
from devagent.repo.git import find_root
from devagent.sandbox.choice import choose
from devagent.sandbox.sandbox import File, Tree
from devagent.workflows.place import Place
from devagent.workflows.surface import SilentSurface
from devagent.workflows.testing import run_tests
from devagent.workflows.trust import look, record

MakeRepo = Callable[..., Path]
FILES = {
    "api/setup.cfg": "[metadata]\nname = api\n",
    "api/tests/test_api.py": "def test_api(): pass\ndef test_wrong(): assert 1 == 2\n",
    "jobs/setup.cfg": "[metadata]\nname = jobs\n",
    "jobs/test_jobs.py": "def test_jobs(): pass\n",
    "docs/guide.md": "",
}
TREE: Tree = {path: File(text.encode()) for path, text in FILES.items()}


def place(project: str = "", **more: str) -> Place:
    return Place(Settings(sandbox=SandboxSettings(project=project, **more)), SilentSurface())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("project", "folders"),
    [("", ["api", "jobs"]), ("api", ["api"]), ("api/tests/", ["api"]), ("docs", ["api", "jobs"])],
)
def test_the_project_around_the_folder_is_meant_and_at_the_top_all(project: str, folders: list[str]) -> None:
    found, _ = place(project).ecosystems(TREE)
    assert [ecosystem.folder for ecosystem in found] == folders


def test_a_command_of_the_user_s_runs_at_the_top_or_in_the_project_meant() -> None:
    found, command = place().ecosystems(TREE, ["pytest", "api"])
    assert ([e.folder for e in found], command) == ([""], ("pytest", "api"))
    assert [e.folder for e in place("api").ecosystems(TREE, ["pytest"])[0]] == ["api"]


def test_what_needs_one_project_says_which_there_are() -> None:
    with pytest.raises(UsageError, match=r"has 2 projects: api, jobs\. Stand in .* --project api$"):
        place().ecosystem(TREE)
    with pytest.raises(UsageError, match="there are no files in nowhere"):
        place("nowhere").ecosystem(TREE)


def test_services_of_the_settings_are_started_before_the_tests() -> None:
    found, _ = place("api", services=("redis",)).ecosystem(TREE)  # type: ignore[arg-type]
    assert "redis-server" in found.prepare and found.environment["REDIS_PORT"] == "6379"


def test_a_repository_says_which_of_its_projects_is_meant_once_it_is_trusted(
    make_repo: MakeRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path / "config"))
    repo = find_root(make_repo({**FILES, ".devagent/config.toml": '[sandbox]\nproject = "jobs"\n'}))
    digest = read_brought(repo.root).hash

    def meant(trust: str | None = None, stand: str = "", named: str | None = None) -> str:
        folder = project_meant(repo, repo.root / stand, named)
        return settings(repo, trust=trust, sandbox__project=folder).settings.sandbox.project

    assert (meant(), meant(digest)) == ("", "jobs")
    assert (meant(digest, stand="api"), meant(digest, named="api"), meant(digest, named=".")) == ("api", "api", "")
    record(repo, read_brought(repo.root))
    assert meant() == "jobs"
    assert [e.folder for e in Place(settings(repo).settings, SilentSurface()).ecosystems(TREE)[0]] == ["jobs"]


@pytest.mark.parametrize("folder", ["../elsewhere", "/etc", "~/code", "api/../../x"])
def test_a_project_outside_of_the_repository_cannot_be_set(make_repo: MakeRepo, folder: str) -> None:
    root = make_repo({**FILES, ".devagent/config.toml": f'[sandbox]\nproject = "{folder}"\n'})
    with pytest.raises(
        UsageError, match=r"config.toml, line 2: sandbox.project = .* is no folder inside the repository"
    ):
        look(find_root(root))


@pytest.mark.parametrize(
    ("stand", "named", "folder"),
    [("", None, None), ("api/tests", None, "api/tests"), ("", "api", "api"), ("api", "jobs", "jobs"),
     ("api", "tests", "api/tests"), ("api", ".", ""), (".github", None, ".github"),
     ("built/deep", None, None), ("api/built", None, "api")],
)  # fmt: skip
def test_the_folder_is_the_one_named_or_stood_in(
    make_repo: MakeRepo, stand: str, named: str | None, folder: str | None
) -> None:
    root = make_repo({**FILES, ".github/x": "", ".gitignore": "built/"})
    for ignored in ("built/deep", "api/built"):
        (root / ignored).mkdir(parents=True)
        (root / ignored / "x").write_text("")
    assert project_meant(find_root(root), root / stand, named) == folder


def test_a_folder_outside_is_refused(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    with pytest.raises(UsageError, match="outside the repository"):
        project_meant(find_root(root), root, "../..")


@pytest.mark.docker
def test_all_projects_are_run_and_told_together_with_their_folders(make_repo: MakeRepo) -> None:
    repo, surface = find_root(make_repo(FILES)), SilentSurface()
    try:
        asyncio.run(choose("docker"))
    except CannotRun as error:
        pytest.skip(str(error))
    settings = Settings(sandbox=SandboxSettings(kind="docker"))  # type: ignore[call-arg]
    result = asyncio.run(run_tests(repo, settings, surface))
    assert {test["id"]: test["status"] for test in result.tests} == {
        "api/tests/test_api.py::test_api": "passed",
        "api/tests/test_api.py::test_wrong": "failed",
        "jobs/test_jobs.py::test_jobs": "passed",
    }
    assert (result.outcome, result.exit_code, result.trouble) == ("failing", ExitCode.NOT_RESOLVED, "")
    assert "the projects of this repository: api, jobs" in surface.notes


@pytest.mark.docker
def test_projects_that_the_tests_at_the_top_say_nothing_about_are_named(make_repo: MakeRepo) -> None:
    try:
        asyncio.run(choose("docker"))
    except CannotRun as error:
        pytest.skip(str(error))
    repo = find_root(make_repo({**FILES, "pyproject.toml": "", "tests/test_top.py": "def test_top(): pass\n",
                                "api/pyproject.toml": ""}))  # fmt: skip
    settings = Settings(sandbox=SandboxSettings(kind="docker", command="pytest tests"))  # type: ignore[call-arg]
    result = asyncio.run(run_tests(repo, settings, SilentSurface()))
    assert [test["id"] for test in result.tests] == ["tests/test_top.py::test_top"]
    assert result.notes == ("not among these tests: api (python); devagent test --project api",)
