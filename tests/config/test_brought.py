"""The files a repository brings are read once, through no link, in bounded size; their hash is over all of them."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from devagent.config.brought import MAX_ALL, MAX_FILE, MAX_FILES, Brought, read_brought
from devagent.errors import UsageError

FILES = {
    "config.toml": "[team]\nrounds = 2\n",
    "prompts/roles/coder.md": "+++\n+++\nBe brief.\n",
    "prompts/chains/quick.toml": "",
}


def bring(root: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, content in files.items():
        target = root / ".devagent" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def told(root: Path) -> str:
    with pytest.raises(UsageError) as error:
        read_brought(root)
    return str(error.value)


def test_settings_and_prompts_are_found_and_nothing_else(tmp_path: Path) -> None:
    others = {"README.md": "hello", "prompts/notes.md": "", "prompts/roles/coder.md~": "", "prompts/tasks/x.md": ""}
    brought = read_brought(bring(tmp_path, {**FILES, **others}))
    assert brought.files == FILES
    assert brought.prompts == {"roles/coder.md": FILES["prompts/roles/coder.md"], "chains/quick.toml": ""}
    assert brought.config is not None and brought.config.values == {"team.rounds": 2}


@pytest.mark.parametrize("make", [lambda _: None, lambda f: f.write_text("mine"), lambda f: f.mkdir()])
def test_a_repository_without_such_files_brings_nothing(tmp_path: Path, make: object) -> None:
    make(tmp_path / ".devagent")  # type: ignore[operator]
    brought = read_brought(tmp_path)
    assert not brought and brought.config is None


def test_the_hash_changes_with_every_byte_and_every_path() -> None:
    states = [
        {},
        FILES,
        {**FILES, "config.toml": FILES["config.toml"] + " "},
        {**FILES, "config.toml": FILES["config.toml"].replace("\n", "\r\n")},
        {p.replace("coder", "tester"): t for p, t in FILES.items()},
        {**FILES, "prompts/chains/second.toml": ""},
        {"config.toml": "ab", "prompts/roles/a.md": "c"},
        {"config.toml": "a", "prompts/roles/a.md": "bc"},
    ]
    assert len({Brought(files).hash for files in states}) == len(states)
    assert Brought(dict(reversed(FILES.items()))).hash == Brought(FILES).hash


def test_what_was_read_is_what_is_used_whatever_becomes_of_the_files(tmp_path: Path) -> None:
    brought = read_brought(bring(tmp_path, FILES))
    before = brought.hash
    bring(tmp_path, {"config.toml": "[model]\nname = 'elsewhere'\n"})
    assert brought.hash == before
    assert brought.config is not None and brought.config.values == {"team.rounds": 2}


@pytest.mark.parametrize(
    "linked", [".devagent", ".devagent/config.toml", ".devagent/prompts", ".devagent/prompts/roles"]
)
def test_no_link_is_followed(tmp_path: Path, linked: str) -> None:
    root, elsewhere = tmp_path / "repo", tmp_path / "elsewhere"
    root.mkdir()
    bring(root, FILES)
    (root / linked).rename(elsewhere)
    (root / linked).symlink_to(elsewhere)
    assert told(root) == f"{linked} is not read: it is a symlink, and those are not followed"


def test_a_link_within_the_repository_is_not_followed_either(tmp_path: Path) -> None:
    bring(tmp_path, FILES)
    (tmp_path / ".devagent/prompts/roles/tester.md").symlink_to("coder.md")
    assert "tester.md is not read: it is a symlink" in told(tmp_path)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    bring(tmp_path, {"prompts/roles/coder.md": ""})
    os.mkfifo(tmp_path / ".devagent/config.toml")
    assert told(tmp_path) == ".devagent/config.toml is not read: it is no plain file"


def test_a_folder_called_like_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / ".devagent/config.toml").mkdir(parents=True)
    assert told(tmp_path) == ".devagent/config.toml is not read: it is no plain file"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    bring(tmp_path, {"prompts/roles/coder.md": ""})
    with (tmp_path / ".devagent/config.toml").open("wb") as file:
        file.truncate(1 << 40)
    assert told(tmp_path) == f".devagent/config.toml is too large: more than {MAX_FILE:,} bytes"


def test_many_files_that_are_too_large_together_are_told(tmp_path: Path) -> None:
    bring(tmp_path, {f"prompts/roles/r{n}.md": "x" * MAX_FILE for n in range(MAX_ALL // MAX_FILE + 1)})
    assert told(tmp_path) == f"the files in .devagent are too large: more than {MAX_ALL:,} bytes together"


def test_too_many_files_are_told(tmp_path: Path) -> None:
    bring(tmp_path, {f"prompts/roles/r{n}.md": "" for n in range(MAX_FILES + 1)})
    assert told(tmp_path) == f"there are more than {MAX_FILES} files in .devagent/prompts/roles"


def test_a_folder_with_names_without_end_is_told(tmp_path: Path) -> None:
    bring(tmp_path, {f"x{n}": "" for n in range(1_001)})
    assert told(tmp_path) == ".devagent holds more than 1000 names"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("Config.toml", ".devagent/Config.toml is not read: it has to be written config.toml"),
        ("Prompts/roles/coder.md", ".devagent/Prompts is not read: it has to be written prompts"),
        ("prompts/ROLES/coder.md", ".devagent/prompts/ROLES is not read: it has to be written roles"),
        ("prompts/roles/.md", ".devagent/prompts/roles/.md cannot be called that"),
        ("prompts/roles/co der.md", ".devagent/prompts/roles/co der.md cannot be called that"),
        ("prompts/roles/-x.md", ".devagent/prompts/roles/-x.md cannot be called that"),
    ],
)
def test_names_that_are_nearly_right_are_told(tmp_path: Path, path: str, said: str) -> None:
    assert told(bring(tmp_path, {path: ""})).startswith(said)


@pytest.mark.parametrize(
    "path", ["prompts/models/cheap.toml", "models/cheap.toml", "sandboxes/x/Dockerfile", "Models/x"]
)
def test_models_and_sandboxes_are_never_brought(tmp_path: Path, path: str) -> None:
    assert "a repository may not bring" in told(bring(tmp_path, {path: ""}))


def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    assert told(bring(tmp_path, {"config.toml": b"\n\xff"})) == ".devagent/config.toml, line 2: this is not UTF-8"
