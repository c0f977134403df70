"""Whatever a file does to the process that reads it, the others are read and the command goes on."""

import os
import signal
import time
from itertools import pairwise

import pytest

from devagent.code.index.workers import Failed, GaveUp, work_through


def _work(task: str) -> bytes:
    if task == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if task == "loop":
        while True:
            pass
    if task == "memory":
        _ = bytearray(4 << 30)
    if task == "raise":
        raise ValueError(task)
    return task.encode()


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_each_task_is_answered_once(processes: int) -> None:
    tasks = [f"task {number}" for number in range(50)]
    found = dict(work_through(tasks, _work, processes=processes))
    assert found == {task: task.encode() for task in tasks}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("crash", "the parser crashed (SIGSEGV)"),
        ("loop", "parsing took over 0.2 seconds"),
        ("memory", "the parser failed"),
        ("raise", "the parser failed"),
    ],
)
def test_a_task_that_kills_its_process_is_told_of_and_the_others_are_done(bad: str, told: str) -> None:
    tasks = ["a", bad, "b", "c", bad, *map(str, range(30))]
    found = list(work_through(tasks, _work, processes=2, seconds=0.2))
    assert sorted(task for task, _ in found) == sorted(tasks)
    assert {task: result for task, result in found if isinstance(result, Failed)} == {bad: told}


def test_when_all_fail_the_rest_is_not_tried() -> None:
    tasks = ["crash"] * 30 + ["a"] * 30
    found = []
    with pytest.raises(GaveUp, match=r"20 in a row failed, the last because the parser crashed \(SIGSEGV\)"):
        found.extend(work_through(tasks, _work, processes=2))
    assert len(found) == 20


def test_failures_with_others_between_them_are_no_reason_to_give_up() -> None:
    tasks = ["crash" if number % 3 else "a" for number in range(90)]
    found = list(work_through(tasks, _work, processes=1))
    assert len(found) == 90


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_neighbours_go_to_the_same_process(processes: int) -> None:
    def work(_: str) -> bytes:
        time.sleep(0.005)
        return str(os.getpid()).encode()

    tasks = [f"task {number}" for number in range(90)]
    found = dict(work_through(tasks, work, processes=processes, near=True))
    assert sorted(found) == sorted(tasks)
    assert sum(found[here] != found[there] for here, there in pairwise(tasks)) < 30


def test_waiting_is_no_work_and_has_no_limit() -> None:
    def work(task: str) -> bytes:
        time.sleep(0.3)
        return task.encode()

    assert dict(work_through(["a"], work, seconds=0.1)) == {"a": b"a"}


def test_a_large_answer_comes_whole() -> None:
    answer = dict(work_through(["a"], lambda _: b"x" * 5_000_000))["a"]
    assert answer == b"x" * 5_000_000


def test_no_process_is_left() -> None:
    for _ in work_through([str(number) for number in range(40)], _work, processes=2):
        break
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
