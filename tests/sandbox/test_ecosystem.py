"""What a repository is taken for, which environment it gets, and what its manifests say."""

import subprocess
import sys
from pathlib import Path

import pytest
from local_sandbox import tree

from devagent.config.resources import data_folder
from devagent.errors import CannotRun, UsageError
from devagent.sandbox.definition import load, names, read
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.sandbox import File
from devagent.sandbox.versions import choose, fits

PYTHON = {"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.9"\n', "tests/test_a.py": ""}


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"pyproject.toml": ""}, "python"),
        ({"src/deep/test_x.py": ""}, "python"),
        ({"requirements-dev.txt": ""}, "python"),
        ({"package.json": "{}"}, "node"),
        ({"lib/a.test.mjs": ""}, "node"),
        ({"package.json": "{}", "tests/test_a.py": ""}, "python"),
        ({"setup.py": "", "web/a.test.js": "", "package.json": "{}"}, "node"),
        ({"setup.py": "", "package.json": "{}", "node_modules/x/a.test.js": ""}, "python"),
    ],
)
def test_an_ecosystem_is_recognised_by_its_marks_and_most_tests_win(files: dict[str, str], name: str) -> None:
    assert detect(tree(files)).name == name


def test_a_repository_without_marks_needs_a_command() -> None:
    with pytest.raises(CannotRun, match="it does not look like python or node"):
        detect(tree({"main.c": ""}))
    found = detect(tree({"main.c": ""}), command=["make", "check"], image="gcc:13")
    assert (found.name, found.command, found.bases) == ("generic", ("make", "check"), ("gcc:13",))


def test_the_user_s_command_and_image_come_before_the_repository_s() -> None:
    found = detect(tree(PYTHON), command=["pytest", "-k", "x"], image="mine:1")
    assert (found.name, found.command, found.bases) == ("python", ("pytest", "-k", "x"), ("mine:1",))


@pytest.mark.parametrize(
    ("files", "version", "wanted_by"),
    [
        ({"pyproject.toml": 'requires-python = ">=3.9"'}, "3.12", "pyproject.toml"),
        ({"pyproject.toml": 'requires-python = ">=3.9,<3.12"'}, "3.11", "pyproject.toml"),
        ({".python-version": "3.10.4\n", "pyproject.toml": 'requires-python = ">=3.9"'}, "3.10", ".python-version"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.11"\n'}, "3.11", "pyproject.toml"),
        ({"setup.cfg": "[options]\npython_requires = ==3.13.*\n"}, "3.13", "setup.cfg"),
        ({"setup.py": "setup(python_requires='<3.10')"}, "3.9", "setup.py"),
        ({"setup.py": ""}, "3.12", ""),
        ({"package.json": '{"engines": {"npm": "9", "node": ">=18 <20"}}'}, "18", "package.json"),
        ({"package.json": "{}", ".nvmrc": "v20.11.1\n"}, "20", ".nvmrc"),
        ({"package.json": "{}", ".nvmrc": "lts/*\n"}, "22", ""),
    ],
)
def test_the_version_that_a_repository_asks_for_is_found(files: dict[str, str], version: str, wanted_by: str) -> None:
    found = detect(tree(files))
    assert (found.version, found.wanted_by) == (version, wanted_by)
    assert version in found.bases[0]
    assert found.bases[-1] == "debian:bookworm-slim"


def test_an_impossible_version_leaves_the_last_resort_and_is_said() -> None:
    found = detect(tree({"setup.py": "", ".python-version": "2.7"}))
    assert found.bases == ("debian:bookworm-slim",)
    assert found.mismatch("debian:bookworm-slim") == ".python-version asks for python 2.7; the sandbox has 3.11"
    assert not detect(tree(PYTHON)).mismatch("debian:bookworm-slim")


@pytest.mark.parametrize(
    ("version", "wanted", "holds"),
    [
        ("3.11", ">=3.11.4", True),
        ("3.10", ">=3.11.4", False),
        ("3.11", "<3.11", False),
        ("3.11", "<3.11.5", True),
        ("3.11", "<=3.11", True),
        ("3.12", "~=3.10", True),
        ("3.12", "~=3.10.2", False),
        ("3.12", "^3.9", True),
        ("3.12", "!=3.12", False),
        ("3.12", "!=3.12.1", True),
        ("3.12", "==3.*", True),
        ("20", "^18.17 || >=20.5", True),
        ("19", "^18.17 || >=20.5", False),
        ("18", "18.x", True),
        ("20", "16 - 18", False),
        ("18", "16 - 18", True),
        ("22", "*", True),
        ("22", "", True),
        ("22", "nonsense", True),
    ],
)
def test_ranges_of_every_dialect(version: str, wanted: str, holds: bool) -> None:
    assert fits(version, wanted) is holds


def test_the_first_preferred_version_that_fits_is_chosen() -> None:
    assert choose(("22", "20", "18"), "<21") == "20"
    assert choose(("22",), "<21") is None


def test_the_recipe_holds_manifests_and_nothing_else_of_the_repository() -> None:
    files = {
        **PYTHON,
        "requirements-dev.txt": "a",
        "docs/requirements.txt": "b",
        "tests/requirements.txt": "c",
        "a.py": "",
    }
    recipe = detect(tree(files)).recipe(tree(files))
    assert set(recipe.inputs) == {
        ".devagent/dependencies.py",
        ".devagent/project.py",
        "pyproject.toml",
        "requirements-dev.txt",
        "tests/requirements.txt",
    }
    assert recipe.key("x") == detect(tree(files)).recipe(tree({**files, "a.py": "changed"})).key("x")
    assert recipe.key("x") != detect(tree(files)).recipe(tree({**files, "requirements-dev.txt": "z"})).key("x")


def test_a_symlinked_manifest_is_no_input() -> None:
    files = {**tree(PYTHON), "requirements.txt": File(b"/etc/passwd", "120000")}
    assert "requirements.txt" not in detect(files).recipe(files).inputs


@pytest.mark.parametrize(
    ("files", "installs"),
    [
        ({"pyproject.toml": "[build-system]\nrequires = []\n"}, True),
        ({"pyproject.toml": "[project]\nname = 'x'\n"}, False),
        ({"setup.py": ""}, True),
        ({"requirements.txt": ""}, False),
    ],
)
def test_only_a_project_that_can_be_built_is_installed(files: dict[str, str], installs: bool) -> None:
    assert (detect(tree(files)).project_install is not None) is installs


@pytest.mark.parametrize(
    ("script", "command"),
    [
        ("node --test lib/", ("node", "--test", "lib/")),
        ("node --test test/*.js", ("sh", "-c", "node --test test/*.js")),
        ("NODE_ENV=test node --test", ("sh", "-c", "NODE_ENV=test node --test")),
        ('echo \\"Error: no test specified\\" && exit 1', ("node", "--test")),
        ("", ("node", "--test")),
    ],
)
def test_the_test_script_of_package_json_is_the_command(script: str, command: tuple[str, ...]) -> None:
    assert detect(tree({"package.json": f'{{"scripts": {{"test": "{script}"}}}}'})).command == command


@pytest.mark.parametrize("content", ["", "[]", '{"scripts": 3}', "{", '{"scripts": {"test": ["x"]}}'])
def test_a_broken_package_json_is_passed_over(content: str) -> None:
    assert detect(tree({"package.json": content, "a.test.js": ""})).command == ("node", "--test")


def test_files_are_told_apart() -> None:
    python, node = detect(tree({"setup.py": ""})), detect(tree({"package.json": "{}"}))
    assert python.is_test("tests/unit/test_a.py")
    assert not python.is_test("tests/unit/helpers.py")
    assert python.serves_tests("tests/unit/helpers.py")
    assert python.serves_tests("a/tests/data.py")
    assert not python.serves_tests("src/latest/contests.py")
    assert python.is_source("src/a.py")
    assert not python.is_source("conftest.py")
    assert not python.is_source("README.md")
    assert python.is_runner_config("deep/conftest.py")
    assert python.is_runner_config("x/evil.pth")
    assert not python.is_runner_config("src/config.py")
    assert node.is_test("lib/a.test.mjs")
    assert node.serves_tests("test/fixtures/a.js")
    assert node.is_runner_config("package.json")


def test_every_definition_that_ships_has_its_files() -> None:
    for name in names():
        definition = load(name)
        probes = [name for runner in definition.test.runners for name in (*runner.probe, *runner.coverage_probe)]
        needed = (*probes, *definition.image.build)
        for file in ("Dockerfile", "install.sh", *needed):
            assert definition.text(file)


def test_the_user_s_folder_replaces_a_definition_and_adds_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path))
    original = (data_folder("sandboxes") / "generic" / "ecosystem.toml").read_text()
    mine = tmp_path / "sandboxes" / "make"
    mine.mkdir(parents=True)
    text = original.replace('name = "generic"', 'name = "make"').replace("markers = []", 'markers = ["Makefile"]')
    (mine / "ecosystem.toml").write_text(text.replace("command = []", 'command = ["make", "test"]'))
    found = detect(tree({"Makefile": ""}))
    assert (found.name, found.command) == ("make", ("make", "test"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("markers = []", "markers = 3"), "detect.markers must be a list"),
        (("helpers", "helper"), "nothing is called detect.helper"),
        (('name = "generic"', ""), "name is missing"),
        (("command = []", "command = [1]"), r"test.command\[0\] must be a text"),
        (("[detect]", "[detect"), "Expected"),
        (
            ("runners = []", "runners = [{ name = 'x', words = [], options = [], select = 'some' }]"),
            r"test.runners\[0\].select must be one of probe, files, patterns, option, none",
        ),
    ],
)
def test_a_broken_definition_is_one_line_that_names_the_place(
    tmp_path: Path, change: tuple[str, str], complaint: str
) -> None:
    path = tmp_path / "ecosystem.toml"
    path.write_text((data_folder("sandboxes") / "generic" / "ecosystem.toml").read_text().replace(*change, 1))
    with pytest.raises(UsageError, match=complaint) as failed:
        read(path)
    assert "\n" not in str(failed.value)


def test_an_unknown_ecosystem_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no ecosystem is called cobol"):
        load("cobol")


def plan(folder: Path, files: dict[str, str]) -> tuple[list[str], list[str]]:
    """The requirements and constraints that the build of a Python environment makes of manifests."""
    (folder / "plan").mkdir(parents=True)
    project = folder / "project"
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    script = data_folder("sandboxes") / "python" / "dependencies.py"
    subprocess.run([sys.executable, script, project, folder / "plan"], check=True, timeout=30)
    return tuple((folder / "plan" / f"{name}.txt").read_text().splitlines() for name in ("requirements", "constraints"))


@pytest.mark.parametrize(
    ("files", "requirements"),
    [
        ({}, ["pytest>=7.4,<10"]),
        (
            {"pyproject.toml": '[project]\nname="me"\ndependencies=["a>1", "me[fast]"]\n'
             '[project.optional-dependencies]\nfast=["f"]\ntest=["pytest==8.0", "t"]\ndocs=["sphinx"]\n'},
            ["a>1", "pytest==8.0", "t", "f"],
        ),
        (
            {"pyproject.toml": '[build-system]\nrequires=["hatchling"]\n[dependency-groups]\n'
             'base=["b"]\ndev=["d", {include-group="base"}]\nlint=["ruff"]\n'},
            ["hatchling", "editables", "d", "b", "pytest>=7.4,<10"],
        ),
        (
            {"pyproject.toml": '[tool.poetry.dependencies]\npython="^3.9"\na="^1.2.3"\nb="~0.4"\nc="*"\nd="0.3"\n'
             'e={version="^0.2", extras=["x","y"]}\nf={path="../f"}\n'
             '[tool.poetry.group.test.dependencies]\ng=">=1,<2"\n'},
            ["a>=1.2.3,<2", "b>=0.4,<0.5", "c", "d==0.3", "e[x,y]>=0.2,<0.3", "g>=1,<2", "pytest>=7.4,<10"],
        ),
        (
            {"requirements.txt": "a==1  # why\n-e .\n-r more/base.txt\n./local\n--hash x\nb \\\n  >= 2\n",
             "more/base.txt": "c\n-r ../requirements.txt\n", "requirements-docs.txt": "sphinx\n"},
            ["a==1", "c", "b  >= 2", "pytest>=7.4,<10"],
        ),
        (
            {"setup.py": "DEPS = ['a']\nsetup(install_requires=DEPS, extras_require={'test': ['t'], 'docs': ['s']},"
             " tests_require=open('x').read())\nimport os; os.abort()\n"},
            ["setuptools>=64", "wheel", "a", "t", "pytest>=7.4,<10"],
        ),
        (
            {"setup.cfg": "[options]\ninstall_requires =\n    a>=1\n    b\n[options.extras_require]\ndev = t\n"},
            ["a>=1", "b", "t", "pytest>=7.4,<10"],
        ),
        ({"Pipfile": '[packages]\na="*"\n[dev-packages]\nb="==1.0"\n'}, ["a", "b==1.0", "pytest>=7.4,<10"]),
        ({"pyproject.toml": "not toml ["}, ["pytest>=7.4,<10"]),
    ],
)  # fmt: skip
def test_what_a_python_project_needs_is_read_without_running_it(
    tmp_path: Path, files: dict[str, str], requirements: list[str]
) -> None:
    assert plan(tmp_path, {"README": "", **files})[0] == requirements


def test_lock_files_pin_what_they_pin_once(tmp_path: Path) -> None:
    uv = (
        '[[package]]\nname = "A_b"\nversion = "1.0"\n[[package]]\nname = "two"\nversion = "1"\n'
        '[[package]]\nname = "two"\nversion = "2"\n[[package]]\nname = "me"\nversion = "0"\nsource = {editable = "."}\n'
    )
    pipfile = '{"default": {"c": {"version": "==3.1"}}, "develop": {"local": {"path": "."}}}'
    assert plan(tmp_path, {"uv.lock": uv, "Pipfile.lock": pipfile})[1] == ["a-b==1.0", "c==3.1"]
