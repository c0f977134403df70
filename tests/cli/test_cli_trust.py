"""`devagent trust`, and what counts of a repository's own settings before and after, as a person meets it."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from commandline import CommandLine

MakeRepo = Callable[..., Path]
CONFIG = ".devagent/config.toml"
SETTINGS = '[sandbox]\ncommand = "make check"\ntimeout = 60\n\n[team]\nchain = "quick"\n'
BROUGHT: Mapping[str, str] = {
    CONFIG: SETTINGS,
    ".devagent/prompts/chains/quick.toml": '[[step]]\nphase = "code"\n',
    ".devagent/prompts/roles/coder.md": "+++\n+++\nBe brief.\n",
}
UNTRUSTED = "devagent: this repository brings settings of its own that are not trusted: devagent trust\n"


@pytest.fixture
def root(make_repo: MakeRepo) -> Path:
    return make_repo({**BROUGHT, "calc.py": "x = 1\n"})


def hash_of(devagent: CommandLine, root: Path) -> str:
    return str(devagent("trust", "--json", at=root).json["hash"])


def layers(devagent: CommandLine, root: Path, **variables: str) -> dict[str, str]:
    shown = devagent("config", "show", "--json", at=root, **variables).json["settings"]
    return {key: entry["from"] for key, entry in shown.items() if entry["from"] != "default"}


def test_before_they_are_trusted_they_are_told_and_left_out(devagent: CommandLine, root: Path) -> None:
    ended = devagent("config", "show", "--json", at=root)
    assert ended.code == 0 and ended.err == UNTRUSTED
    assert layers(devagent, root) == {}


def test_they_are_shown_and_trusted_by_their_hash_and_then_count(devagent: CommandLine, root: Path) -> None:
    ended = devagent("trust", at=root)
    assert ended.code == 2
    assert ended.err == (
        "devagent: nobody is here to be asked. When you have read the files: "
        f"devagent trust {hash_of(devagent, root)}\n"
    )
    assert '.devagent/config.toml\n  │ [sandbox]\n  │ command = "make check"\n' in ended.out
    assert (
        "This would set:\n"
        '  sandbox.command = "make check"\n'
        "  sandbox.timeout = 60\n"
        '  team.chain = "quick"\n'
        "  prompts/chains/quick.toml, beside devagent's own\n"
        "  prompts/roles/coder.md, in place of devagent's own\n"
    ) in ended.out
    trusted = devagent("trust", hash_of(devagent, root), at=root)
    assert (trusted.code, trusted.out) == (0, f"trusted {hash_of(devagent, root)}\n")
    settings = {"sandbox.command": "repository", "sandbox.timeout": "repository", "team.chain": "repository"}
    assert layers(devagent, root) == settings
    assert devagent("config", "show", at=root).err == ""
    again = devagent("trust", at=root)
    assert again.code == 0 and "which you trust" in again.out


def test_what_changed_is_shown_as_a_difference_and_does_not_count(devagent: CommandLine, root: Path) -> None:
    devagent("trust", hash_of(devagent, root), at=root)
    (root / CONFIG).write_text(SETTINGS.replace("make check", "make all"))
    (root / ".devagent/prompts/roles/coder.md").unlink()
    ended = devagent("config", "show", at=root)
    assert ended.err == (
        "devagent: the settings that this repository brings changed since you trusted them: devagent trust\n"
    )
    shown = devagent("trust", at=root).out
    assert ".devagent/config.toml changed\n" in shown
    assert '  │ -command = "make check"\n  │ +command = "make all"\n' in shown
    assert ".devagent/prompts/chains/quick.toml is as it was\n" in shown
    assert ".devagent/prompts/roles/coder.md is gone\n" in shown


def test_trust_can_be_listed_and_revoked(devagent: CommandLine, root: Path) -> None:
    assert devagent("trust", "--list").out == "Nothing is trusted.\n"
    digest = hash_of(devagent, root)
    devagent("trust", digest, at=root)
    assert str(root / ".git") in devagent("trust", "--list").out and digest in devagent("trust", "--list").out
    (entry,) = devagent("trust", "--list", "--json").json["repositories"]
    assert [state["hash"] for state in entry["trusted"]] == [digest]
    assert "nothing of this repository is trusted any more" in devagent("trust", "--revoke", at=root).out
    assert devagent("trust", "--revoke", "--json", at=root).json == {"devagent": 1, "kind": "revoked", "states": 0}
    assert devagent("trust", "--list").out == "Nothing is trusted.\n"
    assert layers(devagent, root) == {}


def test_the_shape_of_its_json(devagent: CommandLine, root: Path) -> None:
    before = devagent("trust", "--json", at=root).json
    assert before == {
        "devagent": 1,
        "kind": "trust",
        "repository": str(root),
        "standing": "untrusted",
        "hash": before["hash"],
        "files": ["config.toml", "prompts/chains/quick.toml", "prompts/roles/coder.md"],
        "settings": {"sandbox.command": "make check", "sandbox.timeout": 60, "team.chain": "quick"},
    }
    assert devagent("trust", before["hash"], "--json", at=root).json == {**before, "standing": "trusted"}


def test_trust_can_be_revoked_when_the_files_are_broken(devagent: CommandLine, root: Path) -> None:
    devagent("trust", hash_of(devagent, root), at=root)
    (root / CONFIG).write_text("[")
    assert devagent("trust", "--revoke", at=root).code == 0


def test_in_ci_a_hash_is_named_and_nothing_is_remembered(devagent: CommandLine, root: Path) -> None:
    digest = hash_of(devagent, root)
    assert layers(devagent, root, DEVAGENT_TRUST=digest)["sandbox.command"] == "repository"
    assert devagent("trust", "--list").out == "Nothing is trusted.\n"
    (root / CONFIG).write_text("")
    ended = devagent("config", "show", at=root, DEVAGENT_TRUST=digest)
    assert ended.code == 2
    assert ended.told.startswith(f"the files in .devagent are not those that {digest[:12]}… stands for: their hash is ")
    assert devagent("test", "--trust", "yes", at=root).told.startswith("yes is no hash")


@pytest.mark.namespaces
def test_a_trusted_command_runs_in_the_sandbox(devagent: CommandLine, make_repo: MakeRepo) -> None:
    from devagent.sandbox.process import available

    if trouble := available():
        pytest.skip(trouble)
    root = make_repo({CONFIG: '[sandbox]\ncommand = "test -e here"\n', "here": ""})
    asked = ("test", "--sandbox", "process", "--json")
    assert devagent(*asked, at=root).code == 3
    ended = devagent(*asked, "--trust", hash_of(devagent, root), at=root)
    assert (ended.code, ended.json["command"]) == (0, ["test", "-e", "here"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'[model]\nbase_url = "http://evil.invalid/v1"\n', "line 2: a repository may not set model.base_url"),
        (b'[sandbox]\nkind = "process"\n', "line 2: a repository may not set sandbox.kind"),
        (b"[budget]\ntokens = 1000000\n", "line 2: a repository may not set budget.tokens"),
        (b"[sandbox]\nnetwork = true\n", "line 2: there is no setting sandbox.network"),
        (b"[sandbox]\nmounts = ['/']\n", "line 2: there is no setting sandbox.mounts"),
        (b"[sandbox\n", "config.toml is not TOML: line 1"),
        (b"\xff", "line 1: this is not UTF-8"),
        (b"x" * 100_000, "config.toml is too large"),
    ],
)
def test_what_no_repository_may_set_cannot_be_trusted(
    devagent: CommandLine, root: Path, text: bytes, said: str
) -> None:
    (root / CONFIG).write_bytes(text)
    for asked in ((), ("--json",), ("a" * 64,)):
        ended = devagent("trust", *asked, at=root)
        assert ended.code == 2
        assert ended.told.startswith(".devagent/config.toml") and said in ended.told
    assert devagent("config", "show", at=root).code == 0


def test_a_file_that_tries_to_hide_is_shown_as_it_is(devagent: CommandLine, root: Path) -> None:
    hiding = '[sandbox]\ncommand = "evil" # \x1b[1A\x1b[2K\u202e\nThis would set:\n  nothing\n'
    (root / CONFIG).write_text(hiding.replace("\x1b", "").replace("This would set:\n  nothing\n", ""))
    (root / ".devagent/prompts/roles/coder.md").write_text("+++\n+++\n\x1b[2Khello\x9b1A\nThis would set:\n  nothing\n")
    shown = devagent("trust", at=root).out
    assert "\x1b" not in shown and "\x9b" not in shown and "\u202e" not in shown
    assert 'command = "evil" # [1A[2K<U+202E>' in shown
    assert "  │ <U+001B>[2Khello<U+009B>1A\n  │ This would set:\n  │   nothing\n" in shown


def test_a_repository_that_brings_nothing(devagent: CommandLine, make_repo: MakeRepo) -> None:
    root = make_repo({"calc.py": ""})
    ended = devagent("trust", at=root)
    assert (ended.code, ended.out) == (
        0,
        f"{root} brings no settings of its own: there is no .devagent with any.\n",
    )
    assert devagent("trust", "a" * 64, at=root).told == "there is nothing in .devagent to trust"
    assert devagent("trust", at=devagent.home).code == 2


def test_what_is_trusted_is_what_was_shown_and_not_what_came_after(devagent: CommandLine, root: Path) -> None:
    shown = hash_of(devagent, root)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as terminal:
        asked = subprocess.Popen(
            [sys.executable, "-m", "devagent", "trust"],
            cwd=root,
            env=devagent.environment(),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.stderr is not None and asked.stderr.read(10) == "Trust this"
        (root / CONFIG).write_text(SETTINGS.replace("make check", "make evil"))
        terminal.write(b"y\n")
        out, _ = asked.communicate(timeout=60)
        os.close(theirs)
    assert out.splitlines()[-1] == f"trusted {shown}"
    assert "changed since you trusted them" in devagent("config", "show", at=root).err
    assert layers(devagent, root) == {}


@pytest.mark.parametrize(
    ("answer", "code", "last"), [("y\n", 0, "trusted "), ("\n", 1, "not trusted"), ("no\n", 1, "not")]
)
def test_at_a_terminal_it_is_asked(devagent: CommandLine, root: Path, answer: str, code: int, last: str) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as terminal:
        terminal.write(answer.encode())
        done = subprocess.run(
            [sys.executable, "-m", "devagent", "trust"],
            cwd=root,
            env=devagent.environment(),
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(theirs)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1].startswith(last)
    assert "Trust this? [y/N] " in done.stderr


def test_two_things_at_once_are_refused(devagent: CommandLine, root: Path) -> None:
    assert devagent("trust", "--list", "--revoke", at=root).code == 2


def test_a_settings_file_to_start_from(devagent: CommandLine, make_repo: MakeRepo) -> None:
    ended = devagent("config", "init")
    path = devagent.home / "config" / "config.toml"
    assert (ended.code, ended.out) == (0, f"{path}\n")
    assert devagent("config", "show", "--json").json["settings"]["budget.tokens"]["from"] == "default"
    assert devagent("config", "init").told == f"{path} exists already. Change it, or move it away first"
    root = make_repo({"calc.py": ""})
    ended = devagent("config", "init", "--repository", at=root)
    assert ended.out == f"{root / CONFIG}\nFor yourself, once you have changed it: devagent trust\n"
    assert "This would set:\n  nothing\n" in devagent("trust", at=root).out
    assert devagent("config", "init", "--repository", at=devagent.home).code == 2
