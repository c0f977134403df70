"""A question on the terminal is no reason to wait for ever."""

import os
import pty
import signal
import subprocess
import sys
import time

import pytest

ASK = """
import asyncio
from devagent.report.asking import typed_line, typed_line_now

async def ask():
    {}

try:
    print(repr(asyncio.run(ask())))
except TimeoutError:
    print("in time")
except KeyboardInterrupt:
    print("interrupted")
"""


def asked(how: str, *, typed: str = "", interrupted: bool = False) -> str:
    """What is printed by a program that asks like this at a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", ASK.format(how)], stdin=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        if interrupted:
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        said = process.stdout.read().decode()
        assert process.wait(20) == 0
    os.close(ours)
    return said.strip()


@pytest.mark.parametrize("how", ["return await typed_line()", "return typed_line_now()"])
def test_a_line_is_read(how: str) -> None:
    assert asked(how, typed="blue\n") == repr("blue\n")


def test_a_deadline_ends_the_waiting_and_the_program() -> None:
    assert asked("return await asyncio.wait_for(typed_line(), 0.2)") == "in time"


@pytest.mark.parametrize("how", ["return await typed_line()", "return typed_line_now()"])
def test_one_ctrl_c_ends_the_waiting_and_the_program(how: str) -> None:
    assert asked(how, interrupted=True) == "interrupted"
