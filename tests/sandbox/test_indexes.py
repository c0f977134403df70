"""A package index that a repository names for itself is told, since no build follows it."""

import pytest

from devagent.sandbox.indexes import not_followed
from devagent.sandbox.recipe import Recipe
from devagent.sandbox.sandbox import File


def recipe(text: str, path: str = "requirements.txt") -> Recipe:
    return Recipe("python", (), "", "", {path: File(text.encode())})


@pytest.fixture(autouse=True)
def _pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@index.example/simple")


@pytest.mark.parametrize(
    "option", ["-i ", "--index-url ", "--index-url=", "--extra-index-url ", "  --find-links ", "-f "]
)
def test_an_index_is_told_with_its_file_and_line_and_without_a_password(option: str) -> None:
    (line,) = not_followed(recipe(f"pytest\n{option}https://you:word@evil.example/simple\n-i http://b.example/\n"))
    assert line == (
        "requirements.txt, line 2 names a package index, https://***@evil.example/simple, which is not used: "
        "packages come from the index that pip has on this machine"
    )


@pytest.mark.parametrize(
    "text",
    [
        "pytest\nrequests>=2\n-e .\n-r other.txt\n-c constraints.txt\n",
        "--index-url https://pypi.org/simple\npytest\n",
        "--extra-index-url https://index.example/simple\npytest\n",
        "--find-links ./wheels\npytest\n",
        "# see --index-url https://evil.example/simple\n",
    ],
)
def test_ordinary_requirements_are_no_news(text: str) -> None:
    assert not_followed(recipe(text)) == []


def test_only_requirement_files_are_read() -> None:
    assert not_followed(recipe("-i https://evil.example/simple\n", "setup.cfg")) == []
