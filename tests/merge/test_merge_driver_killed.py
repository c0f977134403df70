"""The installed driver killed at each of its stages, and without room or without Python: what git is left with."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from merging import branch, commit, environment, git

from devagent.merge.installation import install
from devagent.repo.git import find_root

Make = Callable[[Mapping[str, str | bytes]], Path]
OURS, THEIRS = "a\n1\nc\n", "a\n2\nc\n"
MARKED = "a\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\nc\n"
GIVES_UP_SINCE = (2, 42)
"""From this version on git ends a merge whose driver was killed, instead of taking our side for the result."""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver that git starts finds this devagent."""
    monkeypatch.setenv("PYTHONPATH", environment()["PYTHONPATH"])


def conflicting(
    make_repo: Make, texts: tuple[str | bytes, str | bytes, str | bytes] = ("a\nb\nc\n", OURS, THEIRS)
) -> Path:
    """A repository with the driver, where the branch `side` and main conflict in x.c."""
    root = make_repo({"x.c": texts[0]})
    branch(root, "side", {"x.c": texts[2]})
    commit(root, {"x.c": texts[1]})
    install(find_root(root), ["*.c"])
    return root


def use_python(root: Path, other: Path) -> None:
    """Let the configured command name another interpreter."""
    command = git(root, "config", "merge.devagent.driver").stdout.strip()
    git(root, "config", "merge.devagent.driver", command.replace(sys.executable, str(other)))


def killing(program: Path, real: str, *, before: bool) -> None:
    """A program that kills the shell that started it: instead of what the real one does, or after it."""
    work = [] if before else [f'{real} "$@"']
    program.write_text("\n".join(["#!/bin/sh", *work, "kill -9 $PPID"]) + "\n")
    program.chmod(0o755)


def stages(root: Path) -> list[str]:
    """Our and their version, as git's index has them in a conflict; empty where there is none."""
    found = [git(root, "show", f":{stage}:x.c", check=False) for stage in (1, 2, 3)]
    return [show.stdout for show in found if show.returncode == 0]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("program", ["cp", "mv", "python"])
def test_killed_at_any_stage_git_has_all_versions_and_the_markers_stay_once_they_are_there(
    make_repo: Make, tmp_path: Path, program: str, before: bool
) -> None:
    root = conflicting(make_repo)
    folder = tmp_path / "programs"
    folder.mkdir()
    killing(folder / program, sys.executable if program == "python" else f"/bin/{program}", before=before)
    if program == "python":
        use_python(root, folder / "python")
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = git(root, "merge", "side", check=False, PATH=path)
    text = (root / "x.c").read_text()
    if program == "python" or (program, before) == ("mv", False):
        assert text in (MARKED, MARKED.replace("ours", "HEAD").replace("theirs", "side"))
        assert stages(root) == ["a\nb\nc\n", OURS, THEIRS]
    else:
        assert text == OURS
        assert done.returncode > 1 if gives_up() else stages(root) == ["a\nb\nc\n", OURS, THEIRS]


def gives_up() -> bool:
    """Whether this git ends a merge whose driver was killed."""
    version = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    return tuple(map(int, version.split(".")[:2])) >= GIVES_UP_SINCE


@pytest.mark.parametrize("python", ["/nowhere/python", "/bin/false"])
def test_a_binary_file_is_a_conflict_even_without_python(make_repo: Make, python: str) -> None:
    root = conflicting(make_repo, (b"\0a", b"\0b", b"\0c"))
    use_python(root, Path(python))
    assert git(root, "merge", "side", check=False).returncode == 1
    assert (root / "x.c").read_bytes() == b"\0b"
    assert len(stages(root)) == 3


@pytest.mark.namespaces
@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python"])
def test_without_room_for_the_result_the_command_never_takes_our_side_for_it(
    make_repo: Make, tmp_path: Path, python: str
) -> None:
    """A full disk: markers in the place of what git can spare; without Python, an end that git takes as a failure."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mount namespaces are not allowed here")
    root = conflicting(make_repo)
    use_python(root, Path(python))
    command = git(root, "config", "merge.devagent.driver").stdout.strip()
    for name, value in {"%A": "A", "%O": "O", "%B": "B", "%L": "7", "%P": "x.c"}.items():
        command = command.replace(name, value)
    (tmp_path / "disk").mkdir()
    script = (
        'mount -t tmpfs -o size=64k none "$1" && cd "$1" && '
        "for side in O A B; do { yes a | head -c 6000; echo $side; yes b | head -c 6000; } >$side; done; "
        'dd if=/dev/zero of=filler bs=4k count=100 2>/dev/null; sh -c "$2"; echo "exit $?"; ls; cat A'
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path / "disk"), command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    if python == sys.executable:
        assert "exit 1\nA\nB\nO\nfiller\n" in done.stdout and "<<<<<<< ours\nA\n=======\nB\n" in done.stdout, (
            done.stderr
        )
    else:
        assert "exit 255\nA\nB\nO\nfiller\n" in done.stdout and "<<<<<<<" not in done.stdout, done.stderr


def test_a_process_that_never_returns_from_a_library_is_ended_by_the_system(tmp_path: Path) -> None:
    script = (
        "import signal; from devagent.merge import improve; improve._LAST_SECONDS = 0.1\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "with improve._at_most(0.01, 'x.c'):\n    while True: pass\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment(), timeout=60, check=False)
    assert done.returncode == -signal.SIGPROF
