"""The merge driver as a process: markers before anything else, exit codes, and what it imports."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from merging import PYTHON, drive, environment, write_versions

BASE, OURS, THEIRS = b"a\nb\nc\n", b"a\n1\nc\n", b"a\n2\nc\n"
MARKED = b"a\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\nc\n"
SPACED = (b"x();\n", b"f(a, b);\n", b"f(a,b);\n")
FORBIDDEN = ("typer", "rich", "pydantic", "asyncio", "git", "tree_sitter", "dataclasses", "subprocess", "re", "json")


def test_a_clean_merge_is_written_and_exits_with_0(tmp_path: Path) -> None:
    write_versions(tmp_path, b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n")
    done = drive(tmp_path, "O", "A", "B", "7", "x.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "A").read_bytes() == b"A\nb\nc\nD\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A", "B", "O"]


def test_a_conflict_leaves_the_markers_of_git_and_exits_with_1(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    done = drive(tmp_path, "O", "A", "B", "7", "notes.txt")
    assert (done.returncode, done.stderr) == (1, "devagent: notes.txt: 1 conflict left\n")
    assert (tmp_path / "A").read_bytes() == MARKED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A", "B", "O"]


def test_what_is_certain_is_resolved_and_told(tmp_path: Path) -> None:
    write_versions(tmp_path, *SPACED)
    done = drive(tmp_path, "O", "A", "B", "7", "x.c")
    assert (done.returncode, done.stderr) == (0, "devagent: x.c: resolved by white space\n")
    assert (tmp_path / "A").read_bytes() == b"f(a,b);\n"


def test_versions_with_markers_are_only_merged_by_lines(tmp_path: Path) -> None:
    marked = b"<<<<<<< a\nx();\n=======\ny();\n>>>>>>> b\n"
    write_versions(tmp_path, *(text + b"1\n2\n3\n" + marked for text in SPACED))
    assert drive(tmp_path, "O", "A", "B", "7", "x.c").returncode == 1
    assert b"f(a, b);\n=======\nf(a,b);" in (tmp_path / "A").read_bytes()


def test_markers_have_the_size_and_the_labels_that_git_says(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    drive(tmp_path, "O", "A", "B", "9", "notes", "old", "HEAD", "their branch")
    assert (tmp_path / "A").read_bytes() == b"a\n<<<<<<<<< HEAD\n1\n=========\n2\n>>>>>>>>> their branch\nc\n"


def test_without_labels_the_merged_branch_is_named_as_git_says_in_its_environment(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    drive(tmp_path, "O", "A", "B", "7", "notes", "%S", "%X", "%Y", GITHEAD_1234="side")
    assert (tmp_path / "A").read_bytes() == MARKED.replace(b" ours", b" HEAD").replace(b" theirs", b" side")


@pytest.mark.parametrize("size", ["0", "-3", "x", "", "9" * 5000])
def test_a_marker_size_that_is_none_is_the_usual_one(tmp_path: Path, size: str) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    assert drive(tmp_path, "O", "A", "B", size, "notes").returncode == 1
    assert (tmp_path / "A").read_bytes() == MARKED


def test_with_into_the_result_goes_there_and_the_versions_stay(tmp_path: Path) -> None:
    write_versions(tmp_path, *SPACED)
    (tmp_path / "target").write_bytes(b"markers")
    assert drive(tmp_path, "--into", "target", "O", "A", "B", "7", "x.c").returncode == 0
    assert (tmp_path / "target").read_bytes() == b"f(a,b);\n"
    assert (tmp_path / "A").read_bytes() == SPACED[1]


def test_a_binary_file_is_left_as_our_side_has_it(tmp_path: Path) -> None:
    write_versions(tmp_path, b"\0a", b"\0b", b"\0c")
    done = drive(tmp_path, "O", "A", "B", "7", "x.png")
    assert (done.returncode, done.stderr) == (1, "devagent: x.png: binary, left as it is in ours\n")
    assert (tmp_path / "A").read_bytes() == b"\0b"


def test_without_git_the_markers_are_written_all_the_same(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    done = drive(tmp_path, "O", "A", "B", "7", "notes", PATH="/nowhere")
    assert done.returncode == 1
    assert (tmp_path / "A").read_bytes() == MARKED


def test_a_file_that_is_missing_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    (tmp_path / "B").unlink()
    done = drive(tmp_path, "O", "A", "B")
    assert (done.returncode, done.stderr) == (255, "devagent: B: No such file or directory; nothing was written\n")
    assert (tmp_path / "A").read_bytes() == OURS


@pytest.mark.parametrize("args", [[], ["O"], ["--help"], ["1", "2", "3", "4", "5", "6", "7", "8", "9"]])
def test_a_wrong_command_line_shows_how_it_is_used(tmp_path: Path, args: list[str]) -> None:
    done = drive(tmp_path, *args)
    assert done.returncode == 255 and done.stderr.startswith("usage: devagent-merge-driver")


def test_names_of_files_cannot_steer_the_terminal(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    assert "\x1b" not in drive(tmp_path, "O", "A", "B", "7", "\x1b]0;x\x07.py").stderr


def test_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    (tmp_path / "A").chmod(0o755)
    drive(tmp_path, "O", "A", "B")
    assert (tmp_path / "A").stat().st_mode & 0o777 == 0o755


def test_a_clean_merge_imports_next_to_nothing(tmp_path: Path) -> None:
    write_versions(tmp_path, b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n")
    plain = _imported([PYTHON[0], "-c", "pass"], tmp_path)
    ours = _imported([PYTHON[0], "-P", "-c", "from devagent.merge.driver import main; main()", "O", "A", "B"], tmp_path)
    assert ours - plain == {"devagent", "devagent.merge", "devagent.merge.driver"}


def test_a_conflict_imports_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    write_versions(tmp_path, BASE, OURS, THEIRS)
    names = _imported([*PYTHON, "O", "A", "B", "7", "notes"], tmp_path)
    assert not names & {"typer", "rich", "pydantic", "asyncio", "git", "tree_sitter", "httpx"}


def test_killed_at_any_moment_the_file_is_ours_marked_or_merged(tmp_path: Path) -> None:
    """Each process is killed a little later than the one before, over the whole time that one takes."""
    results = set()
    for step in range(30):
        write_versions(tmp_path, *SPACED)
        process = subprocess.Popen([*PYTHON, "O", "A", "B", "7", "x.c"], cwd=tmp_path, env=environment(), stderr=-3)
        time.sleep(step * 0.008)
        process.send_signal(signal.SIGKILL)
        process.wait()
        results.add((tmp_path / "A").read_bytes())
    assert results <= {SPACED[1], b"<<<<<<< ours\nf(a, b);\n=======\nf(a,b);\n>>>>>>> theirs\n", b"f(a,b);\n"}


@pytest.mark.namespaces
@pytest.mark.parametrize(
    "content", ["yes a | head -c 6000; echo $side; yes b | head -c 6000", "yes $side | head -c 12000"]
)
def test_on_a_full_disk_the_markers_take_the_place_of_what_git_can_spare(tmp_path: Path, content: str) -> None:
    """With common lines both sides fit beside the old file once git's copies are gone; without, only in its place."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mount namespaces are not allowed here")
    script = (
        'mount -t tmpfs -o size=64k none "$1" && cd "$1" && '
        f"for side in O A B; do {{ {content}; }} >$side; done; "
        "dd if=/dev/zero of=filler bs=4k count=100 2>/dev/null; shift; "
        '"$@" O A B 7 notes; echo "exit $?"; cat A'
    )
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path), *PYTHON]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert "exit 1\n" in done.stdout, done.stderr
    assert "<<<<<<< ours\nA\n" in done.stdout and "=======\nB\n" in done.stdout
    assert ">>>>>>> theirs\n" in done.stdout and done.stdout.endswith("b\n" if "echo" in content else "theirs\n")


@pytest.mark.namespaces
def test_where_nothing_can_be_written_nothing_is_touched(tmp_path: Path) -> None:
    """A file of 4 KiB on a disk that is full but for 8 KiB, and a merge of 40 KiB."""
    script = (
        'mount -t tmpfs -o size=64k none "$1" && cd "$1" && '
        "yes A | head -c 4000 >A; : >O; dd if=/dev/zero of=filler bs=4k count=13 2>/dev/null; shift; "
        'cp A "$1"; shift; "$@"; echo "exit $?"'
    )
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("mount namespaces are not allowed here")
    (tmp_path / "disk").mkdir()
    (tmp_path / "B").write_text("B\n" * 20_000)
    command = [*PYTHON, "O", "A", str(tmp_path / "B"), "7", "notes"]
    check = ["sh", "-c", '"$@"; code=$?; cat A; exit $code', "sh", *command]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path / "disk"), str(tmp_path / "before"), *check],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert done.stdout.endswith("exit 255\n"), done.stderr
    assert done.stdout.removesuffix("exit 255\n") == (tmp_path / "before").read_text()
    assert "No space left on device; nothing was written" in done.stderr


def _imported(command: list[str], folder: Path) -> set[str]:
    environ = environment(PYTHONPROFILEIMPORTTIME="1")
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines} - {"imported package"}


def test_time_that_runs_out_leaves_what_git_made(tmp_path: Path) -> None:
    write_versions(tmp_path, *SPACED)
    script = (
        "from devagent.merge import driver, improve; import sys; improve.SECONDS = 1e-6; "
        "sys.exit(driver.drive('O', 'A', 'B', '7', 'x.c'))"
    )
    done = subprocess.run(
        [PYTHON[0], "-P", "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == os.EX_OK + 1
    assert "were not enough" in done.stderr
    assert b"<<<<<<<" in (tmp_path / "A").read_bytes()


@pytest.mark.parametrize("texts", [SPACED, (b"\0a", b"\0b", b"\0c")], ids=["text", "binary"])
def test_a_large_file_is_left_as_git_merged_it(tmp_path: Path, texts: tuple[bytes, bytes, bytes]) -> None:
    write_versions(tmp_path, *texts)
    script = (
        "from devagent.merge import driver; import sys; driver._MOST_BYTES = 1; "
        "sys.exit(driver.drive('O', 'A', 'B', '7', 'x.c'))"
    )
    command = [PYTHON[0], "-P", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "devagent: x.c: too large, left to git's line merge\n")
    marked = b"<<<<<<< ours\nf(a, b);\n=======\nf(a,b);\n>>>>>>> theirs\n"
    assert (tmp_path / "A").read_bytes() == (marked if texts == SPACED else texts[1])
