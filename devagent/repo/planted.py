"""What the `.git` of a repository holds that no clone brings, and that could do harm in the hands of git itself.

Nothing of it is used here: every call in this package switches it off. It is told all the same, since the user's own
git would use it. Settings that people make for themselves in everyday work (an editor, a pager, a key for ssh,
filters, aliases, hooks) are no news.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from devagent.repo.git import Repository

_PROGRAMS = re.compile(
    r"core\.(?:pager|editor|askpass|sshcommand|gitproxy|fsmonitor|alternaterefscommand)|sequence\.editor"
    r"|gpg\.(?:.*\.)?program|pager\..*|interactive\.difffilter|diff\.external|uploadpack\.packobjectshook"
    r"|remote\..*\.(?:uploadpack|receivepack)|submodule\..*\.update",
    re.DOTALL,
)
"""Settings whose value git runs, and which are not the everyday way of a repository."""

_EVERYDAY = frozenset(
    (
        *("bat", "cat", "delta", "diff-highlight", "diff-so-fancy", "less", "more", "most"),
        *("code", "codium", "emacs", "emacsclient", "gvim", "hx", "micro", "nano", "nvim", "subl", "vi", "vim"),
        *("git-receive-pack", "git-upload-pack", "gpg", "gpg2", "plink", "ssh"),
    )
)
_SHELL = frozenset(";|&$`<>()\n\\")
_WORDS_OF_GIT = frozenset(
    ("", "true", "false", "yes", "no", "on", "off", "0", "1", "checkout", "rebase", "merge", "none")
)
_MOST_NAMED = 3


def planted(repo: Repository) -> list[str]:
    """One line for each kind of thing that was planted in the repository's own `.git`; none in an ordinary one."""
    found = []
    if names := list(dict.fromkeys(key for key, value in _own_settings(repo) if _runs_something(key, value))):
        found.append(
            f"this repository's own git settings name programs ({_listed(names)}): none is run for this, but your own"
            " git runs them, and so does apply --commit"
        )
    if stores := _borrowed(repo.common_dir / "objects"):
        found.append(
            f"this repository borrows git objects from {_listed(stores)}: the sandbox gets the files of the snapshot,"
            " and no objects"
        )
    return found


def _own_settings(repo: Repository) -> Iterator[tuple[str, str]]:
    """The settings that lie in `.git`, or in files which those include; a key without a value means "true"."""
    for file in (repo.common_dir / "config", repo.git_dir / "config.worktree"):
        if file.is_file():
            listed = repo.git.run("config", "--file", str(file), "--includes", "--null", "--list", check=False)
            for entry in listed.stdout.decode(errors="replace").split("\0"):
                key, _, value = entry.partition("\n")
                yield key, value


def _runs_something(key: str, value: str) -> bool:
    """Whether a setting has git run a program that is not an everyday one."""
    if not _PROGRAMS.fullmatch(key.lower()) or value.strip().lower() in _WORDS_OF_GIT:
        return False
    words = value.split()
    bare = Path(words[0]).name in _EVERYDAY or (len(words) == 1 and ("/" not in value or value.startswith(("/", "~"))))
    return bool(_SHELL & set(value)) or not bare


def _borrowed(objects: Path) -> list[str]:
    """The folders of other repositories in which git also looks for objects."""
    try:
        lines = (objects / "info/alternates").read_text(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
