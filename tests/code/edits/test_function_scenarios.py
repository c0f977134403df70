"""Functions put into files: each folder of scenarios/edits/functions is a file, an answer, and what comes of it."""

import tomllib
from pathlib import Path

import pytest

from devagent.code.edits.fences import source_for
from devagent.code.edits.whole_symbol import replace_symbol
from devagent.code.errors import EditError
from devagent.code.language import language_for
from devagent.code.syntax import new_syntax_errors

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios" / "edits" / "functions").iterdir())


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_an_answer_becomes_what_the_scenario_says(folder: Path) -> None:
    edit = tomllib.loads((folder / "edit.toml").read_text())
    (before,) = folder.glob("before.*")
    answer = source_for((folder / "answer.md").read_text(), before.name, edit["symbol"])
    assert answer is not None
    arguments = (before.read_bytes(), before.name, edit["symbol"], answer.text)
    if "error" in edit:
        with pytest.raises(EditError) as caught:
            replace_symbol(*arguments)
        assert edit["error"] in str(caught.value)
        return
    after = replace_symbol(*arguments, line=edit.get("line"), also=edit.get("also", ()))
    assert after.decode() == before.with_stem("after").read_text()
    language = language_for(before.name)
    assert language is not None
    assert new_syntax_errors(before.read_bytes(), after, language) == []
