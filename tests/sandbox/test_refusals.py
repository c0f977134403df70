"""What a build was refused is told to whoever uses what it built, until that is gone."""

from pathlib import Path

import pytest

from devagent.sandbox import refusals


def test_the_first_is_recalled_with_the_number_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path))
    assert refusals.recall("image") == ""
    refusals.remember("image", ["one", "two", "three"])
    refusals.remember("other", ["four"])
    assert (refusals.recall("image"), refusals.recall("other")) == ("one (and 2 more)", "four")
    refusals.remember("image", [])
    refusals.forget("other")
    assert refusals.recall("image") == refusals.recall("other") == ""
