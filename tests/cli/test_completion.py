"""What the shell offers behind TAB, as bash asks for it; and the program under git's name."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.commandline import CommandLine, git, propose

MakeRepo = Callable[..., Path]
FILES = {"calc.py": "x = 1\n"}


def offered(devagent: CommandLine, line: str, at: Path) -> list[str]:
    """The words that are offered at the end of a line."""
    words = line.split(" ")
    asked = {"_DEVAGENT_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return [word for word in devagent(at=at, **asked).out.splitlines() if word]


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo(FILES)


@pytest.mark.parametrize("line", ["devagent show ", "devagent apply 2", "devagent sandbox shell --run 23"])
def test_runs_are_offered_the_latest_first(devagent: CommandLine, root: Path, line: str) -> None:
    first, second = (propose(root, {"calc.py": f"x = {n}\n"}).run for n in (2, 3))
    assert offered(devagent, line, root) == [second, first]


def test_runs_are_offered_in_a_linked_work_tree_and_with_a_directory(devagent: CommandLine, root: Path) -> None:
    run = propose(root, {"calc.py": "x = 2\n"}).run
    git(root, "worktree", "add", "-q", "../tree")
    assert offered(devagent, "devagent show ", root.parent / "tree") == [run]
    assert offered(devagent, f"devagent show -C {root} ", root.parent) == [run]
    assert offered(devagent, "devagent show ", root.parent) == []


def test_models_are_offered_by_provider(devagent: CommandLine, root: Path) -> None:
    assert {"embedded", "anthropic/", "ollama/"} <= set(offered(devagent, "devagent fix --model ", root))
    anthropic = offered(devagent, "devagent fix -m anthropic/claude", root)
    assert anthropic and all(name.startswith("anthropic/claude") for name in anthropic)
    assert "coder=embedded" in offered(devagent, "devagent fix --role-model coder=e", root)
    assert "coder=" in offered(devagent, "devagent fix --role-model ", root)


def test_chains_and_options_are_offered(devagent: CommandLine, root: Path) -> None:
    (devagent.home / "config" / "prompts" / "chains").mkdir(parents=True)
    (devagent.home / "config" / "prompts" / "chains" / "mine.toml").touch()
    assert {"default", "mine"} <= set(offered(devagent, "devagent fix --chain ", root))
    assert "--max-tokens" in offered(devagent, "devagent fix --max", root)
    assert offered(devagent, "devagent fix --sandbox pro", root) == ["process"]


def test_completion_is_quick_and_starts_nothing(devagent: CommandLine, root: Path) -> None:
    propose(root, {"calc.py": "x = 2\n"})
    asked = {"_DEVAGENT_COMPLETE": "complete_bash", "COMP_WORDS": "devagent show ", "COMP_CWORD": "2"}
    script = (
        "import sys; sys.addaudithook(lambda name, _: (name in ('subprocess.Popen', 'os.exec', 'os.posix_spawn', "
        "'socket.connect')) and sys.exit(f'it starts {name}')); from devagent.cli.main import main; main()"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=devagent.environment(**asked), capture_output=True, text=True
    )
    assert done.stdout.strip() and done.stderr == "", done.stderr
    assert time.monotonic() - started < 3


def test_completion_is_installed_in_the_home_and_nowhere_else(devagent: CommandLine, root: Path) -> None:
    ended = devagent.process("--install-completion", "bash", at=root, HOME=str(devagent.home))
    assert ended.code == 0, ended.err
    script = (devagent.home / ".bash_completions" / "devagent.sh").read_text()
    assert "_DEVAGENT_COMPLETE=complete_bash" in script
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.fixture
def as_git(devagent: CommandLine, tmp_path: Path) -> dict[str, str]:
    """The environment in which git finds devagent as one of its own commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "git-devagent"
    command.write_text(f"#!{sys.executable}\nimport sys\nfrom devagent.cli.main import main\nmain()\n")
    command.chmod(0o755)
    package = str(Path(__file__).parents[2])
    return devagent.environment(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}", PYTHONPATH=package)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("-h",), 0, "Usage: git devagent [OPTIONS] COMMAND"),
        (("fix", "-h"), 0, "Usage: git devagent fix [OPTIONS]"),
        (("fix", "--modle"), 2, "Usage: git devagent fix"),
        (("list",), 0, "No runs yet"),
        (("--version",), 0, "devagent "),
        (("--show-completion", "bash"), 0, "_DEVAGENT_COMPLETE=complete_bash"),
    ],
)
def test_git_runs_it_as_a_command_of_its_own(
    as_git: dict[str, str], root: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = subprocess.run(
        ["git", "devagent", *arguments], cwd=root, env=as_git, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr


def test_git_has_a_manual_page_for_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "git-devagent.1").read_text()
    assert page.startswith(".TH GIT-DEVAGENT 1") and "git devagent fix" in page
