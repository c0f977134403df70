"""A pytest plugin for the sandbox: which functions each test file runs, as JSON in /tmp/locating-reach.json.

Functions are `path:line` of their code objects, paths from the current folder. What runs in other threads is left out.
"""

import cProfile
import json
import os
from pathlib import Path

import pytest

_profiles: dict[str, cProfile.Profile] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Record one test, fixtures included. A profiler written in C sees calls far faster than `sys.settrace` does."""
    profile = _profiles.setdefault(item.nodeid.partition("::")[0], cProfile.Profile(subcalls=False, builtins=False))
    profile.enable()
    yield
    profile.disable()


def pytest_sessionfinish():
    """Write down what ran."""
    here = os.getcwd() + os.sep  # noqa: PTH109  plain text is all that is needed
    reach = {test: sorted(_functions(profile, here)) for test, profile in _profiles.items()}
    Path("/tmp/locating-reach.json").write_text(json.dumps(reach), encoding="utf-8")


def _functions(profile, here):
    codes = [entry.code for entry in profile.getstats() if not isinstance(entry.code, str)]
    return {f"{c.co_filename[len(here) :]}:{c.co_firstlineno}" for c in codes if c.co_filename.startswith(here)}
