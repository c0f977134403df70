"""Settings: six layers, the stronger one wins, and what is wrong is told with its place."""

from pathlib import Path

import pytest

from devagent.config.document import Document
from devagent.config.resources import cache_folder, config_folder, data_folder, runtime_folder
from devagent.config.settings import Settings, flatten, load, permission, sections, set_by
from devagent.errors import CannotRun, UsageError


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [n for n in os.environ if n.startswith("DEVAGENT_") and "__" in n]:
        monkeypatch.delenv(name)


def test_without_layers_the_defaults_hold() -> None:
    loaded = load()
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_a_stronger_layer_wins_and_is_named(user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user_file.write_text("[budget]\ntokens = 1\nseconds = 1\ncost = 1\n[team]\nrounds = 1\n[sandbox]\ncpus = 1\n")
    monkeypatch.setenv("DEVAGENT_BUDGET__SECONDS", "3")
    monkeypatch.setenv("DEVAGENT_BUDGET__COST", "3")
    loaded = load(
        user_file=user_file,
        git_config={"devagent.budget.tokens": "2", "devagent.budget.seconds": "2", "devagent.budget.cost": "2"},
        command_line={"budget.cost": 4.0, "team.rounds": None},
    )
    budget = loaded.settings.budget
    assert (budget.tokens, budget.seconds, budget.cost) == (2, 3.0, 4.0)
    assert loaded.settings.team.rounds == 1
    named = {key: loaded.origins[key] for key in ("budget.tokens", "budget.seconds", "budget.cost", "team.rounds")}
    assert named == {
        "budget.tokens": "git config",
        "budget.seconds": "environment",
        "budget.cost": "command line",
        "team.rounds": "user file",
    }
    assert loaded.origins["sandbox.timeout"] == "default"


def test_a_model_can_be_set_for_one_role_in_every_layer(user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user_file.write_text('[model.roles]\ncoder = "a"\nreviewer = "b"\n')
    monkeypatch.setenv("DEVAGENT_MODEL__ROLES__TESTER", "c")
    loaded = load(user_file=user_file, command_line={"model.roles.coder": "d"})
    assert loaded.settings.model.roles == {"coder": "d", "reviewer": "b", "tester": "c"}


@pytest.mark.parametrize("value", ["anthropic openai", "anthropic, openai", "anthropic,openai"])
def test_a_list_is_one_value_where_a_layer_has_only_text(value: str) -> None:
    assert load(git_config={"devagent.model.allow": value}).settings.model.allow == ("anthropic", "openai")


def test_an_unknown_setting_is_told_with_file_line_and_what_may_be_meant(user_file: Path) -> None:
    user_file.write_text("[budget]\ntokens = 1\nsecond = 3\n")
    with pytest.raises(UsageError) as told:
        load(user_file=user_file)
    assert str(told.value) == f"{user_file}, line 3: there is no setting budget.second. Did you mean budget.seconds?"


def test_a_line_is_that_of_the_right_table(user_file: Path) -> None:
    user_file.write_text('[sandbox]\nimage = "x"\n\n[team]\nimage = "x"\n')
    with pytest.raises(UsageError, match=r"line 5: there is no setting team\.image"):
        load(user_file=user_file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[budget]\ntokens = -1\n", r"line 2: budget\.tokens = -1: input should be greater than or equal to 0"),
        (
            '[sandbox]\nkind = "none"\n',
            r"line 2: sandbox\.kind = 'none': input should be 'auto', 'docker' or 'process'",
        ),
        ("tokens = 1\n", "line 1: tokens stands outside a table"),
        ("[budget\n", "is not TOML"),
        ("[budget]\ntokens = 'many'\n", "line 2: budget.tokens"),
        ("budget.tokens = 'many'\n", "line 1: budget.tokens"),
        ("budget = { seconds = 1, tokens = 'many' }\n", "line 1: budget.tokens"),
        ("[sandbox]\n\n[budgets]\n", "line 3: there is no table budgets. There are: model, sandbox"),
        ("sandbox = 5\n", r"line 1: sandbox = 5: it is a table. Write \[sandbox\]"),
        ("[[sandbox]]\n", "line 1: sandbox = .*: it is a table"),
        ("[model]\nroles = 5\n", "line 2: model.roles = 5: input should be a valid dictionary"),
        ("[model.roles]\ncoder = 5\n", "line 2: model.roles.coder = 5: input should be a valid string"),
        ("[sandbox.command]\nx = 1\n", "line 2: there is no setting sandbox.command.x"),
        ("[sandbox]\ntimeout = inf\n", "line 2: sandbox.timeout = inf: input should be a finite number"),
        ('[sandbox]\ncommand = "make \'x"\n', "line 2: sandbox.command = .*: no closing quotation"),
    ],
)
def test_a_bad_value_in_the_file_is_told_with_its_line(text: str, said: str, user_file: Path) -> None:
    user_file.write_text(text)
    with pytest.raises(UsageError, match=said):
        load(user_file=user_file)


def test_a_file_that_is_no_text_is_told(user_file: Path) -> None:
    user_file.write_bytes(b"[team]\n\xff\xfe[budget]")
    with pytest.raises(UsageError, match=r"config.toml, line 2: this is not UTF-8"):
        load(user_file=user_file)


def test_a_folder_in_the_place_of_the_file_is_told(user_file: Path) -> None:
    user_file.mkdir()
    with pytest.raises(UsageError, match=r"config.toml cannot be read: is a directory"):
        load(user_file=user_file)


def test_a_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_BUDGET__TOKENS", "many")
    with pytest.raises(UsageError, match=r"DEVAGENT_BUDGET__TOKENS: budget\.tokens = 'many'"):
        load()


def test_a_bad_key_in_git_config_is_named() -> None:
    with pytest.raises(UsageError, match=r"git config: there is no setting team\.size"):
        load(git_config={"devagent.team.size": "4"})


def test_a_repository_is_weaker_than_all_of_the_users_layers(user_file: Path) -> None:
    user_file.write_text("[team]\nrounds = 5\n")
    brought = Document(".devagent/config.toml", "[team]\nrounds = 2\nsteps = 7\n[sandbox]\ntimeout = 60\n")
    loaded = load(repository=brought, user_file=user_file, git_config={"devagent.sandbox.timeout": "900"})
    assert (loaded.settings.team.rounds, loaded.settings.team.steps) == (5, 7)
    assert loaded.settings.sandbox.timeout == 900
    assert (loaded.origins["team.rounds"], loaded.origins["team.steps"]) == ("user file", "repository")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[model]\nbase_url = 'http://evil.invalid'\n", r"line 2: a repository may not set model\.base_url"),
        ("\nmodel.name = 'x'\n", r"line 2: a repository may not set model\.name"),
        ("[model.roles]\ncoder = 'x'\n", r"line 2: a repository may not set model\.roles\.coder"),
        ("[model]\ndownload = true\n", r"whose key, is for the user to decide"),
        ("[sandbox]\nkind = 'process'\n", r"how untrusted code is held back is for the user to decide"),
        ("[sandbox]\nimage = 'x'\n", r"a repository may not set sandbox\.image"),
        ("[sandbox]\ntimeout = 601\n", r"it may lower this and not raise it \(at most 600\)"),
        ("[sandbox]\nmemory_mib = '4096'\n", r"it may lower this and not raise it \(at most 2048\)"),
        ("[budget]\ntokens = 0\n", r"it may lower this and not raise it \(at most 400000\)"),
        ("[budget]\nseconds = 901\n", r"it may lower this"),
        ("[budget]\ncost = 0\n", r"it may only set a limit"),
        ("[Model]\nname = 'x'\n", r"there is no setting Model\.name"),
        ("[team]\nsteps = 0\n", r"line 2: team\.steps = 0: input should be greater"),
    ],
)
def test_what_a_repository_may_not_set_is_told_with_file_line_key_and_why(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        set_by(Document(".devagent/config.toml", text))
    assert str(told.value).startswith(".devagent/config.toml, line ")


def test_what_decides_over_models_keys_isolation_and_network_is_never_for_a_repository() -> None:
    mine = {f"model.{name}" for name in sections()["model"].model_fields}
    assert not {key for key in mine | {"sandbox.kind", "sandbox.image"} if permission(key)}


def test_flattening_gives_every_setting_once() -> None:
    flat = flatten(Settings().model_dump())
    assert {"budget.tokens", "model.name", "sandbox.kind", "team.strategy"} <= set(flat)
    assert "model.roles" not in flat


def test_folders_can_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DEVAGENT_CONFIG", str(tmp_path / "config"))
    assert (cache_folder(), config_folder()) == (tmp_path / "cache", tmp_path / "config")


def test_the_runtime_folder_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVAGENT_RUNTIME", str(tmp_path / "run"))
    assert runtime_folder().stat().st_mode & 0o777 == 0o700
    (tmp_path / "run").chmod(0o755)
    with pytest.raises(CannotRun, match="not private"):
        runtime_folder()


@pytest.mark.parametrize(("name", "file"), [("prompts", "roles/coder.md"), ("sandboxes", "python/ecosystem.toml")])
def test_the_data_files_are_found(name: str, file: str) -> None:
    assert (data_folder(name) / file).is_file()
