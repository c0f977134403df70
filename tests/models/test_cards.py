"""Model cards: ours are sound, the user's win, unknown models are judged by their names."""

from pathlib import Path

import pytest

from devagent.config.resources import data_folder
from devagent.errors import UsageError
from devagent.models.cards import card_for, size_class
from devagent.models.embedded import NAME
from devagent.models.model import ModelCard
from devagent.models.prices import with_known_prices

OURS = data_folder("prompts") / "models"


def test_the_embedded_model_is_small_free_local_and_asked_one_question_at_a_time() -> None:
    card = card_for(NAME, (OURS,))
    assert (card.size, card.window, card.schema) == ("small", 8192, True)
    assert (card.price_in, card.price_out, card.extra["local"]) == (0.0, 0.0, True)
    assert card.parallel == 1


@pytest.mark.parametrize(
    ("name", "price_in"),
    [("anthropic/claude-sonnet-4-5-20250929", 3.0), ("anthropic/claude-opus-4-5", 5.0), ("openai/gpt-5-mini", 0.25)],
)
def test_well_known_models_are_known_under_a_provider(name: str, price_in: float) -> None:
    card = card_for(name, (OURS,))
    assert (card.name, card.size, card.price_in) == (name, "large", price_in)


def test_every_card_of_ours_can_be_read() -> None:
    for path in OURS.glob("*.toml"):
        for line in path.read_text().splitlines():
            if line.startswith("match"):
                assert card_for(line.split('"')[1].replace("*", ""), (OURS,)).window > 0


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("ollama/llama3:8b", "small"),
        ("qwen2.5-coder:1.5b-instruct", "small"),
        ("llama-3.3-70b", "large"),
        ("Qwen3-30B-A3B", "large"),
        ("mystery", "large"),
        ("deepseek-r1:671b", "large"),
    ],
)
def test_the_parameters_in_a_name_decide_the_size(name: str, size: str) -> None:
    assert size_class(name) == size
    assert card_for(name, ()).size == size


def test_the_users_card_wins_and_the_longest_pattern_in_a_folder_does(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[[card]]\nmatch = "gpt-5*"\nwindow = 1\n[[card]]\nmatch = "gpt-5-mini*"\nwindow = 2\n'
        '[[card]]\nmatch = "acme/*"\nwindow = 3\n'
    )
    folders = (tmp_path, OURS)
    assert card_for("openai/gpt-5-mini", folders).window == 2
    assert card_for("openai/gpt-5", folders).window == 1
    assert card_for("acme/gpt", folders).window == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[card]\n", "is not TOML"),
        ("[card]\nmatch = 'x'\n", r"no \[\[card\]\] tables"),
        ("[[card]]\nwindow = 3\n", r"no \[\[card\]\] tables with a `match`"),
        ("[[card]]\nmatch = 'x'\nwindows = 3\n", "a card has no key windows"),
        ("[[card]]\nmatch = 'x'\nsize = 'huge'\n", "size = 'huge'"),
    ],
)
def test_a_wrong_card_file_is_named(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(UsageError, match=line):
        card_for("x", (tmp_path,))


def test_a_card_of_the_users_prompts_folder_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path))
    (tmp_path / "prompts" / "models").mkdir(parents=True)
    (tmp_path / "prompts" / "models" / "mine.toml").write_text('[[card]]\nmatch = "gpt-5*"\nwindow = 7\n')
    assert card_for("openai/gpt-5-mini").window == 7


def test_prices_that_no_card_has_come_from_litellms_table_without_importing_it() -> None:
    import subprocess
    import sys

    card = with_known_prices(ModelCard("mistral/mistral-large-latest"))
    assert card.price_in is not None and card.price_in > 0
    assert with_known_prices(ModelCard("nobody/knows-this")).price_in is None
    code = (
        "import sys; from devagent.models.prices import *; from devagent.models.model import ModelCard;"
        "with_known_prices(ModelCard('gpt-4o')); sys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
