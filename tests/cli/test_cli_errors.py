"""What goes wrong is told in one line, with the exit code that scripts rely on."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from commandline import CommandLine, propose

from devagent.repo.git import find_root
from devagent.workflows.sample import make_sample

MakeRepo = Callable[..., Path]
FILES: Mapping[str, str] = {"calc.py": "def add(a, b):\n    return a - b\n"}


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


@pytest.mark.parametrize("command", [("fix",), ("test",), ("show",), ("list",), ("apply",), ("undo",), ("resume",)])
def test_outside_a_repository(devagent: CommandLine, command: tuple[str, ...], tmp_path: Path) -> None:
    ended = devagent(*command, at=tmp_path)
    assert ended.code == 2
    assert "is not in a git repository" in ended.told


def test_a_folder_is_named_in_full_where_there_is_no_repository(devagent: CommandLine, tmp_path: Path) -> None:
    assert devagent("list", at=tmp_path).told.startswith(f"{tmp_path} is not in a git repository")


@pytest.mark.parametrize("command", [("list",), ("config", "show"), ("doctor",), ("undo",)])
def test_a_repository_named_by_a_relative_path_is_looked_at(
    devagent: CommandLine, command: tuple[str, ...], root: Path
) -> None:
    subprocess.run(["git", "config", "devagent.budget.tokens", "9"], cwd=root, check=True)
    from_outside = devagent(*command, "-C", root.name, at=root.parent)
    assert from_outside == devagent(*command, at=root)
    assert "is not in a git repository" not in from_outside.out + from_outside.err


def test_the_sample_is_made_below_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert make_sample(Path("demo")) == tmp_path / "demo"
    assert find_root(tmp_path / "demo").head()


@pytest.mark.parametrize(("folder", "said"), [("/proc/x", "no such file"), ("calc.py", "not a directory")])
def test_a_sample_that_cannot_be_made(devagent: CommandLine, root: Path, folder: str, said: str) -> None:
    ended = devagent("demo", "--into", folder, at=root)
    assert ended.code == 2
    assert f"cannot be made: {said}" in ended.told


@pytest.mark.parametrize("command", ["list", "config show"])
def test_an_answer_that_cannot_be_written_is_told(devagent: CommandLine, root: Path, command: str) -> None:
    script = [sys.executable, "-m", "devagent", *command.split()]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            script, cwd=root, env=devagent.environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (3, "devagent: no space left on device\n")


def test_an_internal_error_has_its_code_with_its_traceback_too(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": "x\n"})
    (record,) = root.glob(".git/devagent/runs/*/proposal.json")
    record.write_text("{")
    ended = devagent("show", at=root)
    assert ended.code == 70 and ended.told.startswith("internal error: JSONDecodeError")
    ended = devagent("show", "--verbose", at=root)
    assert ended.code == 70
    assert ended.err.startswith("Traceback") and "internal error: JSONDecodeError" in ended.err.splitlines()[-1]


def test_a_folder_that_does_not_exist(devagent: CommandLine) -> None:
    ended = devagent("fix", "-C", "nowhere")
    assert ended.code == 2 and "does not exist" in ended.told


def test_an_empty_repository_is_told_to_be_empty(devagent: CommandLine, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "new")], check=True)
    assert "of this repository is known: it has no files yet. Name" in devagent("test", at=tmp_path / "new").told


@pytest.mark.parametrize("command", [("fix",), ("test",), ("run", "do it")])
def test_a_repository_without_a_way_to_run_tests(
    devagent: CommandLine, command: tuple[str, ...], make_repo: MakeRepo
) -> None:
    ended = devagent(*command, at=make_repo({"notes.txt": "hello\n"}))
    assert ended.code == 3
    assert "no way to run the tests" in ended.err.splitlines()[-1]
    assert "Traceback" not in ended.err


def test_a_repository_without_commits(devagent: CommandLine, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "new")], check=True)
    ended = devagent("fix", "--base", "HEAD", at=tmp_path / "new")
    assert ended.code == 2
    assert ended.err.splitlines()[-1] == "devagent: there is no commit yet. Make one, or use --base worktree"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("run",), "a task is needed"),
        (("run", ""), "the task is empty"),
        (("run", "x", "--file", "y"), "a task is needed, once"),
        (("run", "--file", "missing.md"), "missing.md cannot be read: no such file"),
        (("run", "x", "--read", "missing.py"), "missing.py cannot be read"),
        (("fix", "--role-model", "coder"), "it is written ROLE=MODEL"),
    ],
)
def test_a_command_line_that_makes_no_sense(
    devagent: CommandLine, command: tuple[str, ...], said: str, root: Path
) -> None:
    ended = devagent(*command, at=root)
    assert ended.code == 2
    assert said in ended.told


def test_an_empty_task_on_stdin(devagent: CommandLine, root: Path) -> None:
    ended = devagent("run", "-", at=root, stdin=" \n")
    assert ended.code == 2 and "the task is empty" in ended.told


def test_an_option_that_does_not_exist(devagent: CommandLine, root: Path) -> None:
    ended = devagent("fix", "--modle", "x", at=root)
    assert ended.code == 2
    assert "--model" in ended.err and "Traceback" not in ended.err


@pytest.mark.parametrize("option", ["--base", "--sandbox", "--strategy"])
def test_a_word_that_an_option_does_not_know(devagent: CommandLine, root: Path, option: str) -> None:
    ended = devagent("fix", option, "foo", at=root)
    assert ended.code == 2
    assert f"Invalid value for '{option}': 'foo' is not one of " in ended.err


def test_doctor_reads_the_settings(devagent: CommandLine, root: Path) -> None:
    file = devagent.home / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text("[team\n")
    ended = devagent("doctor", at=root)
    assert ended.code == 3
    assert f"✗ settings: {file} is not TOML" in ended.out and "Not ready: settings" in ended.out
    file.write_text('[model]\nname = "nobody/x"\n')
    assert "✗ settings: there is no provider nobody" in devagent("doctor", at=root).out


def test_an_unknown_setting_is_told_with_file_and_line(devagent: CommandLine, root: Path) -> None:
    file = devagent.home / "config" / "config.toml"
    file.parent.mkdir()
    file.write_text("[budget]\nseconds = 60\ntoken = 5\n")
    ended = devagent("fix", at=root)
    assert ended.code == 2
    assert ended.told == f"{file}, line 3: there is no setting budget.token. Did you mean budget.tokens?"


def test_an_unknown_setting_in_the_environment_and_in_git_config(devagent: CommandLine, root: Path) -> None:
    ended = devagent("config", "show", at=root, DEVAGENT_BUDGET__TOKEN="5")
    assert ended.code == 2 and ended.told.startswith("DEVAGENT_BUDGET__TOKEN: there is no setting")
    subprocess.run(["git", "config", "devagent.team.size", "4"], cwd=root, check=True)
    ended = devagent("config", "show", at=root)
    assert ended.code == 2 and ended.told.startswith("git config: there is no setting team.size")


@pytest.mark.parametrize("command", [("config", "show"), ("fix",), ("test",)])
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DEVAGENT_TEAM__CHAIN", "nosuch", "there is no chain called nosuch. There are: default"),
        ("DEVAGENT_MODEL__ROLES__BOSS", "ollama/x", "there is no role called boss. There are: analyst, coder"),
    ],
)
def test_a_setting_that_names_what_is_not_there(
    devagent: CommandLine, root: Path, command: tuple[str, ...], variable: str, value: str, said: str
) -> None:
    ended = devagent(*command, at=root, **{variable: value})
    assert ended.code == 2
    assert ended.told.startswith(said)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--model", "bogusprov/x"), 2, "there is no provider bogusprov"),
        (("--model", "antropic/x"), 2, "there is no provider antropic. Did you mean anthropic?"),
        (("--model", "embedded/foo"), 2, "the embedded model is called embedded"),
        (("--model", "x", "--base-url", "banana"), 2, "banana is not a URL"),
        (("--role-model", "bogus=ollama/x"), 2, "there is no role called bogus"),
        (("--role-model", "coder=bogusprov/x"), 2, "there is no provider bogusprov"),
    ],
)
@pytest.mark.parametrize("command", ["fix", "run"])
def test_a_model_that_cannot_work_is_told_before_any_test_runs_and_leaves_no_run(
    devagent: CommandLine, root: Path, command: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    task = ("add",) if command == "run" else ()
    ended = devagent(command, *task, *arguments, at=root)
    assert ended.code == code
    assert said in ended.told
    assert devagent("list", "--json", at=root).json["runs"] == []


def test_a_missing_key_stops_a_task_before_any_test_runs(devagent: CommandLine, root: Path) -> None:
    ended = devagent("run", "add", "--model", "anthropic/claude-sonnet-4-5", at=root, ANTHROPIC_API_KEY="")
    assert ended.code == 3
    assert "anthropic needs a key and ANTHROPIC_API_KEY is not set" in ended.told
    assert "running the tests" not in ended.told


@pytest.mark.namespaces
@pytest.mark.parametrize(("outcome", "code"), [("True", 0), ("False", 3)])
def test_a_missing_key_stops_fix_only_where_tests_fail(
    devagent: CommandLine, make_repo: MakeRepo, outcome: str, code: int
) -> None:
    root = make_repo({"test_it.py": f"def test_it():\n    assert {outcome}\n"})
    asked = ("fix", "--sandbox", "process", "--model", "anthropic/claude-sonnet-4-5")
    ended = devagent(*asked, at=root, ANTHROPIC_API_KEY="")
    assert ended.code == code
    assert "ANTHROPIC_API_KEY is not set" in ended.err


def test_a_run_that_cannot_begin_leaves_nothing_behind(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({"notes.txt": "hello\n"})
    assert devagent("fix", at=root).code == 3
    assert devagent("fix", "--only", "nowhere", at=root).code == 2
    assert devagent("list", "--json", at=root).json["runs"] == []
    refs = subprocess.run(["git", "for-each-ref", "refs/devagent"], cwd=root, capture_output=True, check=True)
    assert refs.stdout == b""


def test_a_setting_of_a_cloned_file_changes_nothing(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, ".devagent/config.toml": "[budget]\ntokens = 7\n", "devagent.toml": "[budget]\n"})
    shown = devagent("config", "show", "--json", at=root).json["settings"]
    assert {entry["from"] for entry in shown.values()} == {"default"}


@pytest.mark.parametrize("command", ["show", "apply", "undo", "resume", "discard"])
def test_a_run_that_does_not_exist(devagent: CommandLine, command: str, root: Path) -> None:
    ended = devagent(command, "nobody", at=root)
    assert ended.code == 2
    assert "there is no run 'nobody'. See devagent list" in ended.told
    nothing = "nothing is applied" if command == "undo" else "no run in this repository yet"
    assert nothing in devagent(command, at=root).told


def test_an_unverified_proposal_needs_the_word(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": "def add(a, b):\n    return a + b\n"}, verified=False)
    ended = devagent("apply", at=root)
    assert ended.code == 1
    assert "--unverified" in ended.told
    assert (root / "calc.py").read_text() == FILES["calc.py"]
    assert devagent("apply", "--unverified", at=root).code == 0


def test_a_file_that_changed_meanwhile_is_not_written_over(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": "def add(a, b):\n    return a + b\n"})
    (root / "calc.py").write_text("mine\n")
    ended = devagent("apply", at=root)
    assert ended.code == 2
    assert ended.told == (
        "nothing was written: changed since the run started, where the proposal changes it too: calc.py. "
        f"Start a new run, or merge by hand: git add calc.py && devagent show --patch {proposal.run} | git apply -3"
    )
    assert (root / "calc.py").read_text() == "mine\n"


def test_discarding_needs_a_word_where_nobody_can_be_asked(devagent: CommandLine, root: Path) -> None:
    proposal = propose(root, {"calc.py": "x\n"})
    ended = devagent("discard", at=root)
    assert ended.code == 2 and "--yes" in ended.told
    assert devagent("discard", "--yes", at=root).out == f"discarded {proposal.run}\n"
    assert devagent("list", "--json", at=root).json["runs"] == []


def test_a_reader_that_goes_away_is_no_error(devagent: CommandLine, root: Path) -> None:
    propose(root, {f"file{n}.py": "x = 1\n" * 400 for n in range(40)})
    script = '"$1" -m devagent show | head -n 1; exit ${PIPESTATUS[0]}'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable],
        cwd=root,
        env=devagent.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("command", ["fix", "test"])
def test_a_task_or_a_quoted_command_in_place_of_a_command_is_told(
    devagent: CommandLine, root: Path, command: str
) -> None:
    ended = devagent(command, "the parser crashes", at=root)
    assert ended.code == 2
    assert ended.told == (
        "'the parser crashes' is no test command: that is written without quotes, as in -- pytest -q. "
        'A task in words: devagent run "TASK"'
    )


@pytest.mark.namespaces
def test_a_run_whose_events_nobody_reads_stops_and_says_how_to_go_on(devagent: CommandLine, root: Path) -> None:
    script = '"$1" -m devagent fix --events --sandbox process | head -n 1; exit ${PIPESTATUS[0]}'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable],
        cwd=root,
        env=devagent.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    (run,) = devagent("list", "--json", at=root).json["runs"]
    assert (done.returncode, run["state"]) == (130, "interrupted")
    assert done.stderr.splitlines()[-1] == f"Nobody reads its events any more. To go on: devagent resume {run['run']}"


def test_a_missing_git_is_told(devagent: CommandLine, root: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = devagent("list", at=root, PATH=str(tmp_path / "empty"))
    assert ended.code == 3
    assert ended.told.startswith("git was not found")


def test_docker_that_is_asked_for_and_not_there_is_told_with_the_way_out(devagent: CommandLine, root: Path) -> None:
    ended = devagent.process("test", "--sandbox", "docker", at=root, DOCKER_HOST="unix:///nowhere/docker.sock")
    assert ended.code == 3
    assert "Traceback" not in ended.err
    assert ended.err.splitlines()[-1] == (
        "devagent: there is no Docker engine: unix:///nowhere/docker.sock: no such file or directory. "
        "Start one, or use --sandbox process"
    )


def test_a_model_that_means_nothing_is_told(devagent: CommandLine, root: Path) -> None:
    ended = devagent("model", "check", "gpt-5", at=root)
    assert ended.code == 2
    assert "PROVIDER/gpt-5" in ended.told


@pytest.mark.parametrize(
    ("name", "variables", "code", "said"),
    [
        ("anthropic/claude-sonnet-4-5", {}, 3, "ANTHROPIC_API_KEY"),
        ("anthropic/claude-sonnet-4-5", {"ANTHROPIC_API_KEY": "k"}, 3, "sending prompts to anthropic"),
        ("http://127.0.0.1:9/v1#m", {}, 3, "127.0.0.1:9"),
    ],
)
def test_a_model_that_cannot_be_used_is_told(
    devagent: CommandLine, root: Path, name: str, variables: dict[str, str], code: int, said: str
) -> None:
    without = {n: "" for n in os.environ if n.endswith("_API_KEY")}
    ended = devagent("model", "check", name, at=root, **{**without, **variables})
    assert ended.code == code
    assert said in ended.out + ended.err
    assert "Traceback" not in ended.err
