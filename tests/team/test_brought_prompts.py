"""Roles, phases and chains of a repository: between the user's and devagent's own, and never with more tools."""

from pathlib import Path

import pytest

from devagent.errors import UsageError
from devagent.team.chain import load_chain
from devagent.team.phases import load_phase, read_artefact
from devagent.team.prompts import Library
from devagent.team.roles import load_role

CODER = '+++\nname = "coder"\n{}+++\nYou are the coder of this repository.\n'
PHASE = '+++\nartefact = "history"\nby = "{by}"\nwith = "analyst"\n{schema}+++\nSince when?\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path))
    return tmp_path / "prompts"


def refused(library: Library, kind: str, name: str) -> str:
    load = {"roles": load_role, "phases": load_phase, "chains": load_chain}[kind]
    with pytest.raises(UsageError) as told:
        load(name, library)
    return str(told.value)


def test_a_role_of_a_repository_takes_the_place_of_devagents_own_and_yields_to_the_users(folder: Path) -> None:
    library = Library({"roles/coder.md": CODER.format("")})
    assert load_role("coder", library).system == "You are the coder of this repository.\n"
    (folder / "roles").mkdir(parents=True)
    (folder / "roles/coder.md").write_text('+++\nname = "coder"\n+++\nYou are mine.\n')
    assert load_role("coder", library).system == "You are mine.\n"


def test_it_has_the_tools_of_devagents_own_or_fewer() -> None:
    assert load_role("coder", Library({"roles/coder.md": CODER.format("")})).tools == load_role("coder").tools
    fewer = Library({"roles/coder.md": CODER.format('tools = ["read"]\n')})
    assert load_role("coder", fewer).tools == ("read",)
    none = Library({"roles/coder.md": CODER.format("tools = []\n")})
    assert load_role("coder", none).tools == ()


def test_it_gains_no_tools() -> None:
    tester = CODER.replace("coder", "tester").format('tools = ["search", "edit", "test"]\n')
    assert refused(Library({"roles/tester.md": tester}), "roles", "tester") == (
        ".devagent/prompts/roles/tester.md: tools may not have edit, test: "
        "in a repository tester has at most search, read"
    )


def test_a_role_that_only_the_repository_has_works_without_tools() -> None:
    elder = CODER.replace("coder", "elder")
    assert load_role("elder", Library({"roles/elder.md": elder.format("")})).tools == ()
    gained = refused(Library({"roles/elder.md": elder.format('tools = ["read"]\n')}), "roles", "elder")
    assert gained.endswith("tools may not have read: in a repository elder has no tools")


def test_the_tools_of_a_users_role_of_that_name_are_not_lent_to_the_repository(folder: Path) -> None:
    (folder / "roles").mkdir(parents=True)
    (folder / "roles/helper.md").write_text('+++\ntools = ["edit"]\n+++\nMine.\n')
    brought = {"roles/elder.md": '+++\nname = "helper"\n+++\nx\n'}
    assert refused(Library(brought), "roles", "elder") == (
        ".devagent/prompts/roles/elder.md: name is helper: in a repository it is that of the file, elder"
    )


@pytest.mark.parametrize("name", ["../roles/coder", "/etc/passwd", "..", "", "a/b", "coder\n", "coder.md"])
@pytest.mark.parametrize("kind", ["roles", "phases", "chains"])
def test_a_name_leads_to_no_other_folder(kind: str, name: str) -> None:
    assert refused(Library(), kind, name).startswith(f"there is no {kind.removesuffix('s')} called {name}")


def test_a_chain_of_a_repository_brings_its_phases_and_roles() -> None:
    library = Library(
        {
            "chains/quick.toml": '[[step]]\nphase = "remember"\n',
            "phases/remember.md": PHASE.format(by="elder", schema='[schema]\ntype = "object"\n'),
            "roles/elder.md": CODER.replace("coder", "elder").format(""),
        }
    )
    (step,) = load_chain("quick", library).steps
    assert step.phases[0].by.system == "You are the elder of this repository.\n"
    assert "There are: default, quick" in refused(library, "chains", "other")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ('[schema]\n"$ref" = "http://127.0.0.1:9/schema"\n', "may not use $ref"),
        ('[schema.properties.x]\npattern = "(a+)+$"\n', "may not use pattern"),
        ('[schema]\nanyOf = [{ patternProperties = { "(a+)+$" = {} } }]\n', "may not use patternProperties"),
        (f"[schema]\n{'.'.join(['a'] * 40)} = 1\n", "the schema is nested too deeply"),
        ('turns = "two"\n', "turns in the front matter is not a whole number"),
        ("max_tokens = -1\n", "max_tokens in the front matter is not a whole number"),
        ("turns = 1000000000\n", "turns in the front matter is not a whole number up to 100,000"),
        ('system = ["x"]\n', "system in the front matter is not a text"),
        ('colour = "red"\n', "the front matter has no key colour"),
        ('program = "a b"\n', "program in the front matter is not a name"),
    ],
)
def test_a_phase_of_a_repository_with_a_bad_head_is_one_line(schema: str, said: str) -> None:
    library = Library({"phases/remember.md": PHASE.format(by="coder", schema=schema)})
    told = refused(library, "phases", "remember")
    assert told.startswith(".devagent/prompts/phases/remember.md") and said in told and "\n" not in told


@pytest.mark.parametrize(
    "schema", [{"$ref": "http://127.0.0.1:9/schema.json"}, {"type": 5}, {"type": "thing"}, {"minProperties": "x"}]
)
def test_a_schema_that_is_none_is_told_and_fetches_nothing(schema: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="the schema of a phase cannot be used: "):
        read_artefact("{}", schema)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no head", "has no front matter"),
        ("+++\nartefact = \n+++\n", "is not TOML: line 2: "),
        ('+++\nby = "coder"\n+++\n', "the front matter lacks artefact, with"),
    ],
)
def test_a_file_of_the_user_that_is_not_well_formed_is_told_with_its_path(folder: Path, text: str, said: str) -> None:
    (folder / "phases").mkdir(parents=True)
    (folder / "phases/odd.md").write_text(text)
    told = refused(Library(), "phases", "odd")
    assert str(folder / "phases/odd.md") in told and said in told


def test_a_folder_or_other_bytes_in_the_place_of_a_prompt_are_told(folder: Path) -> None:
    (folder / "roles/coder.md").mkdir(parents=True)
    assert refused(Library(), "roles", "coder").endswith("coder.md cannot be read: is a directory")
    (folder / "roles/tester.md").write_bytes(b"+++\n+++\n\xff")
    assert refused(Library(), "roles", "tester").endswith("tester.md, line 3: this is not UTF-8")
