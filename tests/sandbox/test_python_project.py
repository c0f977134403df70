"""How a Python project gets into its sandbox: extension modules, siblings, and what cannot be installed."""

import asyncio
from collections.abc import Mapping

import pytest
from local_sandbox import tree

from devagent.errors import CannotRun
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner

pytestmark = pytest.mark.docker


def runs(*states: Mapping[str, str], folder: str = "") -> list[TestRun]:
    """The runs of the tests on each of these states of a repository, in one sandbox made for the first."""

    async def go() -> list[TestRun]:
        files = tree(states[0])
        ecosystem = detect(files, folder=folder)
        try:
            sandbox = await open_sandbox(
                ecosystem.recipe(files), kind="docker", progress=print, project_install=ecosystem.project_install
            )
        except CannotRun as error:
            pytest.skip(f"no Docker engine: {error}")
        try:
            found = []
            for state in states:
                await sandbox.sync(tree(state))
                found.append(await TestRunner(sandbox, ecosystem).run())
            return found
        finally:
            await sandbox.close()

    return asyncio.run(go())


C = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(ANSWER); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", "", -1, methods};
PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }
"""
EXTENSION = {
    "pyproject.toml": '[build-system]\nrequires = ["setuptools>=64", "wheel"]\n'
    'build-backend = "setuptools.build_meta"\n[project]\nname = "quick"\nversion = "1"\n',
    "setup.py": "from setuptools import Extension, setup\n"
    "fast = Extension('quick._fast', ['src/quick/_fast.c'])\n"
    "setup(packages=['quick'], package_dir={'': 'src'}, ext_modules=[fast])\n",
    "src/quick/__init__.py": "from quick._fast import answer\n",
    "src/quick/_fast.c": C.replace("ANSWER", "42"),
    "tests/test_quick.py": "import quick\ndef test_answer(): assert quick.answer() == 42\n",
}


def test_an_extension_module_outlives_the_reset_and_is_built_anew_when_its_source_changed() -> None:
    wrong = {**EXTENSION, "src/quick/_fast.c": C.replace("ANSWER", "43")}
    broken = {**EXTENSION, "src/quick/_fast.c": C.replace("ANSWER", "nothing")}
    first, again, changed, mistake = runs(EXTENSION, EXTENSION, wrong, broken)
    assert [(run.trouble, [r.status for r in run.results]) for run in (first, again, changed)] == [
        ("", ["passed"]),
        ("", ["passed"]),
        ("", ["failed"]),
    ], (first.output, changed.output)
    assert mistake.trouble.startswith("the tests left no report (exit status 1)") and not first.notes


def test_a_project_that_cannot_be_installed_is_on_the_path_with_its_name_and_that_is_said() -> None:
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "my-thing"\nversion = "1.5"\nreadme = "GONE.md"\n',
        "src/my_thing/__init__.py": "import importlib.metadata\nversion = importlib.metadata.version('my-thing')\n",
        "tests/test_thing.py": "import my_thing\ndef test_version(): assert my_thing.version == '1.5'\n",
    }
    (run,) = runs(files)
    assert (run.trouble, [r.status for r in run.results]) == ("", ["passed"]), run.output
    (note,) = run.notes
    assert note.startswith("the project could not be installed (") and "GONE.md" in note
    assert note.endswith("its source folder is on the path instead")


def test_a_project_is_tested_with_its_siblings_as_they_are_in_the_repository() -> None:
    def project(name: str, needs: str) -> str:
        return (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
            f'[project]\nname = "{name}"\nversion = "1"\ndependencies = [{needs}]\n'
        )

    files = {
        # A package of this name is in the index too: it must be the one of the repository.
        "libs/core/pyproject.toml": project("tomli-w", ""),
        "libs/core/tomli_w/__init__.py": "ours = True\n",
        "app/pyproject.toml": project("app", '"tomli-w", "packaging"'),
        "app/app/__init__.py": "import tomli_w, packaging\n",
        "app/tests/test_app.py": "import app\ndef test_ours(): assert app.tomli_w.ours\n",
    }
    (run,) = runs(files, folder="app")
    assert (run.trouble, [r.id for r in run.results]) == ("", ["app/tests/test_app.py::test_ours"]), run.output
