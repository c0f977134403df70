"""A pytest plugin for the sandbox: which functions each test file runs, as JSON to the path in LOCATING_REACH.

Functions are `path:line` of their code objects, paths from the current folder.
"""

import json
import os
import sys
from pathlib import Path

import pytest

_ran: dict[str, set[object]] = {}
_current: set[object] = set()


def _trace(frame, event, argument):  # noqa: ARG001  as Python calls it
    _current.add(frame.f_code)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Record one test, fixtures included."""
    global _current
    _current = _ran.setdefault(item.nodeid.partition("::")[0], set())
    sys.settrace(_trace)
    yield
    sys.settrace(None)


def pytest_sessionfinish():
    """Write down what ran."""
    here = os.getcwd() + os.sep  # noqa: PTH109  plain text is all that is needed
    reach = {
        test: sorted(
            f"{c.co_filename[len(here) :]}:{c.co_firstlineno}" for c in codes if c.co_filename.startswith(here)
        )
        for test, codes in _ran.items()
    }
    Path("/tmp/locating-reach.json").write_text(json.dumps(reach), encoding="utf-8")
