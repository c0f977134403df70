"""The settings `scope.only` and `scope.never` keep candidates out of places, and let them in nowhere."""

import pytest

from devagent.config.settings import ScopeSettings, Settings, load
from devagent.errors import UsageError
from devagent.proposal.candidate import Verdict
from devagent.proposal.gates.scope import ScopeGate, kept_out
from devagent.proposal.gates.subject import Subject
from devagent.sandbox.sandbox import File

INSIDE = ScopeSettings(only=("src", "*.toml"), never=("src/vendor",))


def said(path: str, only: tuple[str, ...] = (), scope: ScopeSettings = INSIDE) -> tuple[Verdict, str]:
    evidence = ScopeGate().check(Subject(base={}, changes={path: File(b"x")}, only=only, scope=scope))
    return evidence.verdict, "".join(evidence.details)


@pytest.mark.parametrize(
    ("path", "only", "why"),
    [
        ("src/a.py", (), ""),
        ("pyproject.toml", (), ""),
        ("docs/a.md", (), "docs/a.md: outside scope.only src *.toml"),
        ("src/vendor/a.py", (), "src/vendor/a.py: named by scope.never"),
        ("docs/a.md", ("docs",), ""),
        ("src/a.py", ("docs",), "src/a.py: outside --only docs"),
        ("src/vendor/a.py", ("src",), "src/vendor/a.py: named by scope.never"),
    ],
)
def test_a_path_is_held_to_the_settings_and_the_command_line(path: str, only: tuple[str, ...], why: str) -> None:
    assert said(path, only) == (Verdict.FAIL if why else Verdict.PASS, why)
    assert kept_out(path, only, INSIDE) == why.partition(": ")[2]


@pytest.mark.parametrize("everything", [".", "*", ".circleci", ".CircleCI/config.yml"])
def test_naming_a_protected_place_in_the_settings_does_not_open_it(everything: str) -> None:
    verdict, why = said(".CircleCI/config.yml", scope=ScopeSettings(only=(everything,), never=()))
    assert verdict is Verdict.FAIL and "belongs to continuous integration" in why


@pytest.mark.parametrize("path", ["", "/etc", "../x", "src/../../x"])
def test_a_scope_lies_in_the_repository(path: str) -> None:
    with pytest.raises(UsageError, match="is not named from the top of the repository"):
        load(command_line={"scope.never": (path,)})


def test_a_scope_can_be_written_as_one_text() -> None:
    loaded = load(git_config={"devagent.scope.only": "src tests"})
    assert loaded.settings.scope.only == ("src", "tests")
    assert Settings().scope.only == ()
