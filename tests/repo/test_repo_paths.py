"""Paths that must never be written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.errors import UsageError
from devagent.repo.paths import check_link, check_path, clashes, parents

NAMES = st.text("abcXYZ019._- äß", min_size=1, max_size=8).filter(lambda n: n not in (".", ".."))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/etc/passwd",
            "C:/x",
            "c:x",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "a\nb",
            "a\0b",
            "a\x1b[2Jb",
        ),
        *(".git", ".git/config", "sub/.git/hooks/pre-commit", ".GIT/config", ".Git", "GIT~1/config", "git~2", ".git "),
        *(
            ".git.",
            ".git . .",
            ".git::$INDEX_ALLOCATION/config",
            ".g\u200cit/config",
            "\ufeff.git/config",
            ".gi\u200dT",
        ),
    ],
)
def test_unsafe_path_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="unsafe path"):
        check_path(path)


@pytest.mark.parametrize("path", [".gitignore", ".github/x.yml", "git", "a.git", "...", "src/ä b.py", "git~x", "ab:c"])
def test_plain_path_is_allowed(path: str) -> None:
    check_path(path)


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from([".git", ".GIT", "git~1", ".git ", "..", "."]))
def test_no_place_in_a_path_makes_a_forbidden_part_safe(parts: list[str], bad: str) -> None:
    for place in range(len(parts) + 1):
        with pytest.raises(UsageError):
            check_path("/".join([*parts[:place], bad, *parts[place:]]))


@pytest.mark.parametrize(
    ("path", "target"),
    [
        *(("l", "/etc/passwd"), ("l", "../x"), ("a/l", "../../x"), ("l", "a/../../x"), ("l", ".git/config"), ("l", "")),
        *(("l", ".GIT"), ("a/l", "../git~1"), (".gitmodules", "x"), ("a/.GitAttributes", "x")),
    ],
)
def test_symlink_that_leads_out_is_refused(path: str, target: str) -> None:
    with pytest.raises(UsageError, match="unsafe"):
        check_link(path, target)


@pytest.mark.parametrize(("path", "target"), [("l", "a"), ("a/b/l", "../../c"), ("a/l", ".."), ("l", "missing/x")])
def test_symlink_that_stays_inside_is_allowed(path: str, target: str) -> None:
    check_link(path, target)


def test_names_that_differ_by_case_or_unicode_form_clash() -> None:
    assert clashes(["Readme"], ["README", "x"]) == [("Readme", "README")]
    assert clashes(["Src/new"], ["src/old"]) == [("Src", "src")]
    assert clashes(["e\u0301"], ["\u00e9"]) == [("e\u0301", "\u00e9")]
    assert clashes(["a", "A"], []) == [("A", "a")]


def test_clash_that_is_there_already_is_not_held_against_a_new_file() -> None:
    assert clashes(["src/new"], ["Src/a", "src/b"]) == []


def test_parents_stand_outermost_first() -> None:
    assert parents("a/b/c") == ["a", "a/b"]
    assert parents("a") == []
