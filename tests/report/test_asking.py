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
import signal
from devagent.report.asking import typed_line, typed_line_now

# A job in the background, as CI may be one, hands on that Ctrl-C is to be ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

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
        try:
            said, _ = process.communicate(timeout=20)
        finally:
            process.kill()
        assert process.returncode == 0
    os.close(ours)
    return said.decode().strip()


@pytest.mark.parametrize("how", ["return await typed_line()", "return typed_line_now()"])
def test_a_line_is_read(how: str) -> None:
    assert asked(how, typed="blue\n") == repr("blue\n")


def test_a_deadline_ends_the_waiting_and_the_program() -> None:
    assert asked("return await asyncio.wait_for(typed_line(), 0.2)") == "in time"


@pytest.mark.parametrize("how", ["return await typed_line()", "return typed_line_now()"])
def test_one_ctrl_c_ends_the_waiting_and_the_program(how: str) -> None:
    assert asked(how, interrupted=True) == "interrupted"
