"""The scope gate: which paths a candidate may touch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.journal.secrets import PREFIX
from devagent.proposal.candidate import Verdict
from devagent.proposal.gates.scope import ScopeGate
from devagent.proposal.gates.subject import Subject
from devagent.sandbox.sandbox import File

TEXT = File(b"x\n")


def refusal(path: str, file: File | None = TEXT, only: tuple[str, ...] = (), own: tuple[str, ...] = ()) -> str:
    """What is held against a change of one path; empty when it may be changed."""
    subject = Subject(base={}, changes={path: file}, only=only, own_tests=frozenset(own))
    evidence = ScopeGate().check(subject)
    assert (evidence.verdict is Verdict.FAIL) == bool(evidence.details)
    return evidence.details[0] if evidence.details else ""


def link(target: str) -> File:
    return File(target.encode(), "120000")


@pytest.mark.parametrize(
    "path", ["src/app.py", "a/b/c/d.js", "README.md", "src/github/client.py", "src/hooks/useCart.ts", "ci/build.py"]
)
def test_ordinary_files_may_be_changed_and_deleted(path: str) -> None:
    assert refusal(path) == ""
    assert refusal(path, None) == ""


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".git/hooks/pre-commit",
        "sub/.git/config",
        ".GIT/config",
        ".Git",
        "git~1/hooks/post-checkout",
        ".git./config",
        ".git::$INDEX_ALLOCATION/config",
        ".g\u200cit/config",
    ],
)
def test_no_spelling_of_dot_git_may_be_touched_whatever_only_says(path: str) -> None:
    assert refusal(path)
    assert refusal(path, only=(".",))
    assert refusal(path, only=(path,))


@given(st.lists(st.sampled_from("gGiItT"), min_size=3, max_size=3), st.sampled_from(["", " ", ".", ". ", ":x"]))
def test_git_in_any_case_and_with_any_tail_that_windows_drops_is_refused(letters: list[str], tail: str) -> None:
    name = "." + "".join(letters) + tail
    if name.rstrip(" .").partition(":")[0].lower() == ".git":
        assert refusal(f"{name}/config", only=(".",))


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/passwd", "C:/x", "a\\b", "a//b", "a\nb", ""])
def test_paths_that_lead_out_or_mean_something_else_are_refused(path: str) -> None:
    assert refusal(path)


@pytest.mark.parametrize(
    "path",
    [
        ".gitattributes",
        ".gitmodules",
        "sub/.gitignore",
        ".github/workflows/ci.yml",
        ".GitHub/Workflows/ci.yml",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        ".ci/run",
        "Jenkinsfile",
        "azure-pipelines.yml",
        ".pre-commit-config.yaml",
        ".husky/pre-commit",
        ".vscode/tasks.json",
        ".idea/workspace.xml",
        ".envrc",
        ".devagent/prompts/roles/coder.md",
    ],
)
def test_settings_ci_hooks_and_editor_tasks_need_only(path: str) -> None:
    assert "--only" in refusal(path)
    assert refusal(path, None)
    assert refusal(path, only=(path,)) == ""


@pytest.mark.parametrize(
    ("only", "path", "allowed"),
    [
        (("src",), "src/a/b.py", True),
        (("./src/",), "src/a.py", True),
        (("src",), "src2/a.py", False),
        (("src/a.py",), "src/a.py", True),
        (("src/a.py",), "src/a.pyc", False),
        (("src/*.py",), "src/a.py", True),
        (("docs", "src"), "src/a.py", True),
        (("src",), "tests/test_a.py", False),
        ((".",), "anything/at/all.py", True),
    ],
)
def test_only_limits_a_candidate_to_what_it_names(only: tuple[str, ...], path: str, allowed: bool) -> None:
    assert (refusal(path, only=only) == "") == allowed


@pytest.mark.parametrize("target", ["/etc/passwd", "../outside", "../../x", ".git/config", "a/../../x", ""])
def test_a_symlink_that_leads_out_or_into_git_is_refused(target: str) -> None:
    assert refusal("link", link(target))


def test_a_symlink_that_stays_inside_is_allowed() -> None:
    assert refusal("a/link", link("../b/file.py")) == ""


def test_a_test_that_devagent_wrote_cannot_be_edited() -> None:
    assert "tester" in refusal("tests/test_devagent_task.py", own=("tests/test_devagent_task.py",))


def test_every_path_that_is_refused_is_told() -> None:
    subject = Subject(base={}, changes={".git/config": TEXT, "a.py": TEXT, "../b": TEXT})
    evidence = ScopeGate().check(subject)
    assert len(evidence.details) == 2 and evidence.summary.startswith("2 path")


def test_a_stand_in_for_a_secret_that_no_run_knows_never_ends_in_a_file() -> None:
    masked = File(f"KEY = '{PREFIX}0123456789'\n".encode())
    assert "stand-in for a secret" in refusal("app.py", masked)
    assert "stand-in for a secret" in refusal("app.py", masked, only=(".",))
    subject = Subject(base={"app.py": masked}, changes={"app.py": File(masked.content + b"x = 1\n")})
    assert ScopeGate().check(subject).verdict is Verdict.PASS


@pytest.mark.parametrize("path", [".env", "deploy/id_rsa", "server.key"])
def test_what_looks_like_a_secret_is_not_made_unless_it_was_named(path: str) -> None:
    assert "looks like a secret" in refusal(path)
    assert refusal(path, only=(path,)) == ""


def test_nothing_goes_below_a_file_or_a_link() -> None:
    subject = Subject(base={"home": link("docs"), "a": TEXT}, changes={"home/x": TEXT, "a/b/c": TEXT})
    evidence = ScopeGate().check(subject)
    assert [line.partition(": ")[2] for line in evidence.details] == [
        "lies below home, which is no folder",
        "lies below a, which is no folder",
    ]
