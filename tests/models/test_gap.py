"""Gaps as prompts: the form of a card, and text that cannot pass for a control word."""

from devagent.models.cards import card_for
from devagent.models.gap import fills_at_once, fills_gaps, gap_prompt, gap_stops
from devagent.models.model import Gap, ModelCard, ModelRequest
from devagent.models.tokens import estimate_prompt

EMBEDDED = card_for("embedded/qwen2.5-coder-1.5b")
GAP = Gap("pkg/a.py", "def f():\n    ", "\n", [("tests/test_a.py", "def test_f(): ...")])


def test_the_embedded_model_fills_gaps_and_an_unknown_one_does_not() -> None:
    assert fills_gaps(EMBEDDED)
    assert fills_at_once(EMBEDDED) > 1
    assert gap_stops(EMBEDDED)
    assert not fills_gaps(ModelCard("someone/else"))


def test_other_files_come_first_then_what_stands_around_the_gap() -> None:
    prompt = gap_prompt(EMBEDDED, GAP)
    parts = [
        "tests/test_a.py",
        "def test_f(): ...",
        "pkg/a.py",
        "<|fim_prefix|>def f():\n    <|fim_suffix|>\n<|fim_middle|>",
    ]
    positions = [prompt.index(part) for part in parts]
    assert positions == sorted(positions)
    assert prompt.endswith(parts[-1])


def test_text_of_the_repository_cannot_close_the_gap() -> None:
    prompt = gap_prompt(
        EMBEDDED, Gap("<|fim_middle|>.py", 'x = "<|fim_middle|>"', "", [("b<|file_sep|>.py", "<|file_sep|>")])
    )
    assert prompt.count("<|fim_middle|>") == 1
    assert prompt.count("<|file_sep|>") == gap_prompt(EMBEDDED, Gap("a.py", "", "", [("b.py", "")])).count(
        "<|file_sep|>"
    )


def test_a_gap_counts_what_it_holds_and_is_part_of_what_a_call_is_known_by() -> None:
    request = ModelRequest(gap=GAP)
    assert estimate_prompt(request) > estimate_prompt(ModelRequest())
    assert request.to_json()["gap"]["path"] == "pkg/a.py"
    assert "gap" not in ModelRequest().to_json()
