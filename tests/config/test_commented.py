"""A file to start from sets nothing, says everything, and takes the place of no other."""

import re
import tomllib
from pathlib import Path

import pytest

from devagent.config.commented import commented, write_new
from devagent.config.document import Document
from devagent.config.settings import Settings, flatten, load, permission, set_by
from devagent.errors import UsageError

ENTRY = re.compile(r"^# (?=[a-z_]+ = )", re.MULTILINE)


@pytest.mark.parametrize("repository", [True, False])
def test_as_it_is_written_it_sets_nothing(repository: bool) -> None:
    document = Document("f", commented(repository=repository))
    assert all(value == {} for value in document.values.values())
    assert set_by(document) == {} if repository else load().settings == Settings()


def test_every_key_stands_in_it_with_its_default(tmp_path: Path) -> None:
    text = ENTRY.sub("", commented(repository=False)).replace('reviewer = "PROVIDER/NAME"\n', "")
    file = tmp_path / "config.toml"
    file.write_text(text)
    loaded = load(user_file=file)
    assert loaded.settings == Settings()
    assert {key for key, layer in loaded.origins.items() if layer == "user file"} == set(
        flatten(Settings().model_dump())
    )


def test_that_of_a_repository_has_what_a_repository_may_set_and_no_more() -> None:
    # A limit of nothing is none, and setting none is not for a repository.
    text = ENTRY.sub("", commented(repository=True)).replace("cost = 0.0", "cost = 1.0")
    given = set_by(Document("f", text))
    assert set(given) == {key for key in flatten(Settings().model_dump()) if permission(key)}


@pytest.mark.parametrize("repository", [True, False])
def test_every_key_is_explained_above(repository: bool) -> None:
    lines = commented(repository=repository).split("\n")
    for number, line in enumerate(lines):
        if ENTRY.match(line):
            assert lines[number - 1].startswith(("## ", "["))
    assert max(map(len, lines)) <= 120


def test_it_is_toml_with_and_without_comments() -> None:
    assert tomllib.loads(commented(repository=False))["sandbox"] == {}


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path = write_new(tmp_path / "new" / "folder", "config.toml", "a", private=True)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(UsageError, match="exists already"):
        write_new(path.parent, "config.toml", "b", private=True)
    assert path.read_text() == "a"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".devagent").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="is a symlink"):
        write_new(tmp_path / ".devagent", "config.toml", "a", private=False)
    (tmp_path / "config.toml").symlink_to("elsewhere/made")
    with pytest.raises(UsageError, match="exists already"):
        write_new(tmp_path, "config.toml", "a", private=False)
    assert list((tmp_path / "elsewhere").iterdir()) == []
