"""What a repository's own git configuration may not say, as an archive may bring it: servers, keys, a build's reach."""

from collections.abc import Callable
from pathlib import Path

import pytest
from commandline import CommandLine, git

MakeRepo = Callable[..., Path]


def setting(devagent: CommandLine, root: Path, key: str, **more: str) -> tuple[object, str]:
    """A setting as it is in force, and what was told."""
    ended = devagent("config", "show", "--json", at=root, **more)
    return ended.json["settings"][key]["value"], ended.err


@pytest.mark.parametrize(
    ("key", "value", "without"),
    [
        ("model.base_url", "http://192.0.2.7/v1", ""),
        ("model.key_variable", "GITHUB_TOKEN", ""),
        ("model.allow", "anthropic", []),
        ("model.name", "http://192.0.2.7/v1#evil", ""),
        ("sandbox.build_network", "open", "filtered"),
        ("sandbox.build_hosts", "nas:5000", []),
    ],
)
def test_what_only_the_user_may_say_is_ignored_and_named(
    devagent: CommandLine, make_repo: MakeRepo, key: str, value: str, without: object
) -> None:
    root = make_repo({"a": "1"})
    git(root, "config", f"devagent.{key.replace('_', '-')}", value)
    found, told = setting(devagent, root, key)
    assert found == without
    assert told.count("\n") == 1 and key in told and "git config --global" in told


def test_those_of_the_users_own_configuration_count(devagent: CommandLine, make_repo: MakeRepo, tmp_path: Path) -> None:
    root, own = make_repo({"a": "1"}), tmp_path / "gitconfig"
    git(root, "config", "-f", str(own), "devagent.model.base-url", "http://127.0.0.1:9/v1")
    git(root, "config", "devagent.sandbox.hang", "7")
    assert setting(devagent, root, "model.base_url", GIT_CONFIG_GLOBAL=str(own)) == ("http://127.0.0.1:9/v1", "")
    assert setting(devagent, root, "sandbox.hang") == (7.0, "")


def test_a_role_keeps_the_dash_in_its_name(devagent: CommandLine, make_repo: MakeRepo, tmp_path: Path) -> None:
    root, own = make_repo({"a": "1"}), tmp_path / "own"
    role = own / "prompts" / "roles" / "second-reader.md"
    role.parent.mkdir(parents=True)
    role.write_text('+++\nowns = ["review"]\n+++\nRead it once more.\n')
    git(root, "config", "devagent.model.roles.second-reader", "ollama/small")
    found = setting(devagent, root, "model.roles", DEVAGENT_CONFIG=str(own))
    assert found == ({"second-reader": "ollama/small"}, "")
