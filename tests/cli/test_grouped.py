"""Groups of options: Typer sees the options, the command gets the group."""

from dataclasses import dataclass
from typing import Annotated, Optional

import pytest
import typer
from typer.testing import CliRunner

from devagent.cli.boundary import command
from devagent.cli.grouped import grouped


@dataclass(frozen=True)
class Place:
    """A group."""

    town: Annotated[str, typer.Option("--town", help="Which town.")] = "Rome"
    street: Annotated[Optional[str], typer.Option("--street", "-s", help="Which street.")] = None  # noqa: UP045


@dataclass(frozen=True)
class House(Place):
    """A group with what another one has, and more."""

    floors: Annotated[int, typer.Option("--floors", min=1, help="How many floors.")] = 1


@command
@grouped
def build(
    name: Annotated[str, typer.Argument(help="Whose.")],
    *,
    house: House,
    quickly: Annotated[bool, typer.Option("--quickly", help="In a hurry.")] = False,
) -> int:
    """Build it."""
    print(name, house, quickly)
    return 3


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer(rich_markup_mode=None)
    made.command()(build)
    return made


def test_options_of_a_group_are_given_one_by_one_and_arrive_together(app: typer.Typer) -> None:
    ended = CliRunner().invoke(app, ["Ann", "-s", "Corso", "--quickly", "--floors", "2"])
    assert (ended.exit_code, ended.output) == (3, f"Ann {House('Rome', 'Corso', 2)} True\n")
    assert CliRunner().invoke(app, ["Ann"]).output == f"Ann {House()} False\n"


def test_options_of_a_group_keep_their_help_their_bounds_and_their_place(app: typer.Typer) -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    places = [
        told.index(word) for word in ("Whose.", "Which town.", "Which street.", "How many floors.", "In a hurry.")
    ]
    assert places == sorted(places)
    assert CliRunner().invoke(app, ["Ann", "--floors", "0"]).exit_code == 2
