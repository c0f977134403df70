"""Which folders of a repository are projects, and what the environment of one is made from."""

import json

import pytest
from local_sandbox import tree

from devagent.sandbox.ecosystem import detect
from devagent.sandbox.manifests import chosen, projects
from devagent.sandbox.sandbox import File
from devagent.sandbox.workspaces import npm_members, npm_root, python_siblings

PAIR = {"api/pyproject.toml": "", "api/tests/test_a.py": "", "web/package.json": "{}", "web/a.test.js": ""}


def folders(files: dict[str, str]) -> list[str]:
    return [str(project) for project in projects(tree(files))]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"test_a.py": ""}, []),
        ({"pyproject.toml": "", "tests/test_a.py": ""}, [". (python)"]),
        (PAIR, ["api (python)", "web (node)"]),
        ({**PAIR, "tests/test_top.py": ""}, [". (python)", "api (python)", "web (node)"]),
        ({**PAIR, "docs/requirements.txt": "", "tools/package.json": "{}"}, ["api (python)", "web (node)"]),
        ({**PAIR, "tests/data/x/setup.py": "", "test_x.py": ""}, [". (python)", "api (python)", "web (node)"]),
        ({**PAIR, "vendor/x/go.mod": "", "vendor/x/a_test.go": ""}, ["api (python)", "web (node)"]),
        ({"a/package.json": "{}", "a/test/basic.js": "", "b/package.json": "{}"}, ["a (node)"]),
        ({"setup.py": "", "src/requirements.txt": "", "src/test_a.py": ""}, [". (python)"]),
        ({"src/requirements.txt": "", "src/test_a.py": ""}, ["src (python)"]),
        ({"go.mod": "", "a_test.go": "", "x/go.mod": "", "x/b_test.go": ""}, [". (go)", "x (go)"]),
    ],
)  # fmt: skip
def test_a_project_has_a_manifest_and_tests_of_its_own(files: dict[str, str], found: list[str]) -> None:
    assert folders(files) == found


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("", ["api (python)", "web (node)"]),
        ("api", ["api (python)"]),
        ("api/tests/deep", ["api (python)"]),
        ("apix", ["api (python)", "web (node)"]),
    ],
)
def test_the_project_around_the_folder_is_meant_or_all_where_the_top_is_none(folder: str, found: list[str]) -> None:
    assert [str(project) for project in chosen(tree(PAIR), folder)] == found


def test_a_test_command_at_the_top_that_covers_all_folders_is_the_one() -> None:
    member = {"packages/a/package.json": "{}", "packages/a/a.test.js": ""}
    top = {"package.json": '{"workspaces": ["packages/*"], "scripts": {"test": "jest"}}', **member}
    assert folders(top) == [". (node)"]
    assert [p.folder for p in chosen(tree(top), "packages/a")] == [""]
    each = {**top, "package.json": '{"workspaces": ["packages/*"], "scripts": {"test": "lerna run test"}}'}
    assert [p.folder for p in chosen(tree(each), "")] == ["packages/a"]
    pytest_at_top = {"pyproject.toml": "[tool.pytest.ini_options]\n", "a/pyproject.toml": "", "a/test_a.py": ""}
    assert [p.folder for p in chosen(tree(pytest_at_top), "")] == [""]
    assert [p.folder for p in chosen(tree(pytest_at_top), "a")] == ["a"]


def test_files_are_told_apart_as_the_project_sees_them() -> None:
    found = detect(tree(PAIR), folder="api")
    assert found.serves_tests("api/tests/data.txt") and not found.serves_tests("tests.txt")
    assert found.is_source("api/code.py") and found.is_runner_config("api/pyproject.toml")
    assert (found.way_up, found.inside("api/tests/test_a.py")) == ("..", "tests/test_a.py")


WORKSPACE = {
    "package.json": json.dumps({"workspaces": ["packages/*", "apps/**"]}),
    "package-lock.json": "{}",
    "packages/a/package.json": "{}",
    "packages/a/deep/package.json": "{}",
    "apps/x/y/package.json": "{}",
    "other/package.json": "{}",
}


def test_a_workspace_of_npm_has_the_environment_of_its_root() -> None:
    files = tree(WORKSPACE)
    assert npm_members(files) == ["packages/a/package.json", "apps/x/y/package.json"]
    assert [npm_root(files, folder) for folder in ("packages/a", "apps/x/y", "other", "")] == ["", "", "other", ""]
    recipe = detect(files, folder="packages/a").recipe(files)
    assert recipe.inputs.keys() - {p for p in recipe.inputs if p.startswith(".devagent")} == {
        "package.json",
        "package-lock.json",
        "packages/a/package.json",
        "apps/x/y/package.json",
    }
    assert "devagent_top=../..;" in detect(files, folder="packages/a").prepare


def test_workspaces_of_pnpm_are_found_in_its_own_file() -> None:
    files = tree(
        {"package.json": "{}", "pnpm-workspace.yaml": "packages:\n  - 'libs/*'  # ours\n  # no\ncatalog: {}\n"}
    )
    assert npm_root({**files, **tree({"libs/a/package.json": "{}"})}, "libs/a") == ""


SIBLINGS = {
    "core/pyproject.toml": '[project]\nname = "My_Core"\ndependencies = ["requests"]\n',
    "mid/setup.py": "setup(name='mid', install_requires=['my.core>=1'])\n",
    "top/pyproject.toml": '[build-system]\nrequires = []\n[project]\nname = "top"\ndependencies = ["mid", "b"]\n',
    "top/tests/test_a.py": "",
    "uv.lock": "",
}


def test_projects_that_a_python_project_needs_are_installed_with_it_those_needed_first() -> None:
    files = tree(SIBLINGS)
    assert python_siblings(files, "top") == ("core", "mid")
    found = detect(files, folder="top")
    assert found.project_install is not None and found.project_install[-3:] == ("core", "mid", "top")
    inputs = found.recipe(files).inputs
    assert {".devagent/siblings/core/pyproject.toml", ".devagent/siblings/mid/setup.py", "uv.lock"} <= inputs.keys()
    assert python_siblings(files, "core") == ()


def test_the_root_of_a_uv_workspace_needs_its_members() -> None:
    files = tree({**SIBLINGS, "pyproject.toml": '[tool.uv.workspace]\nmembers = ["*"]\n'})
    assert set(python_siblings(files, "")) == {"core", "mid", "top"}


@pytest.mark.parametrize("content", ["[", "[project]\nname = 3\ndependencies = 4\n", "project = 1\n"])
def test_a_broken_manifest_says_nothing(content: str) -> None:
    files = tree({**SIBLINGS, "top/pyproject.toml": content})
    assert python_siblings(files, "top") == ()


def test_a_manifest_that_is_a_link_is_none() -> None:
    files = {**tree(PAIR), "api/pyproject.toml": File(b"/etc/passwd", "120000")}
    assert [p.folder for p in projects(files)] == ["web", ""] or [p.folder for p in projects(files)] == ["web"]
    assert not python_siblings(files, "api")
