"""What `devagent fix` asks of its command line before anything begins."""

from pathlib import Path

import pytest
from commandline import CommandLine, make_repository

from devagent.proposal.store import list_runs
from devagent.repo.git import find_root


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("-i",),
            "--interactive asks a person, and there is no terminal. Without it: devagent apply --alternative N takes "
            "another repair than the one that is proposed",
        ),
        (("--interactive", "--json"), "--interactive asks a person. Leave out --json"),
        (("--interactive", "--quiet", "--no-model"), "--interactive asks a person. Leave out --quiet"),
    ],
)
def test_where_nobody_can_be_asked_nothing_begins(
    devagent: CommandLine, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    root = make_repository(tmp_path / "repo", {"calc.py": "x = 1\n"})
    ended = devagent("fix", *arguments, at=root)
    assert (ended.code, ended.told) == (2, told)
    assert not list_runs(find_root(root))
