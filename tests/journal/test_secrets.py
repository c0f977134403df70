"""Secrets leave as placeholders that tell nothing, and come back as they were."""

import asyncio
import json
import os
import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.journal.journal import Journal, read_events
from devagent.journal.secrets import HIDDEN, PREFIX, Secrets, is_masked, redact

KEY = "q7Zp0Lw2Rt9vXa41"
ENVIRON = {"SERVICE_API_KEY": KEY, "PATH": "/usr/bin", "SSH_AUTH_SOCK": "/run/agent.sock", "TOKEN": "short"}


def secrets() -> Secrets:
    return Secrets(environ=ENVIRON)


def test_the_hosts_own_secrets_are_hidden_and_nothing_else_of_its_environment() -> None:
    text = f"{KEY} /usr/bin /run/agent.sock short"
    masked = secrets().mask(text)
    assert KEY not in masked
    assert masked.endswith(" /usr/bin /run/agent.sock short") and masked.startswith(PREFIX)


def test_masking_twice_is_masking_once_and_unmasking_gives_all_of_it_back() -> None:
    held = secrets()
    text = f'password = "x9$kPq!27zLm"\nurl = "https://bob:h8Jk2xQ@host/{KEY}"\n'
    masked = held.mask(text)
    assert is_masked(masked) and held.mask(masked) == masked
    assert held.unmask(masked) == text


@given(st.text(), st.text())
def test_any_text_around_a_secret_survives(before: str, after: str) -> None:
    held = secrets()
    text = f"{before} {KEY} {after}"
    assert held.unmask(held.mask(text)) == text
    assert KEY not in held.mask(text)
    assert held.mask(held.mask(text)) == held.mask(text)


def test_a_value_seen_once_is_hidden_wherever_it_turns_up_later() -> None:
    held = Secrets(environ={})
    held.learn([b'PASSWORD = "x9$kPq!27zLm"\n', b"\0binary", b"plain"])
    assert "x9$kPq!27zLm" not in held.mask("assert 'x9$kPq!27zLm' == ''")


def test_a_placeholder_is_the_same_in_the_same_run_and_another_in_the_next(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first, again, other = (Secrets(tmp_path / name, ENVIRON).mask(KEY) for name in ("one", "one", "two"))
    assert first == again != other
    assert (tmp_path / "one" / "salt").stat().st_mode & 0o777 == 0o600


def test_a_run_without_secrets_keeps_no_salt(tmp_path: Path) -> None:
    Secrets(tmp_path, ENVIRON).mask("nothing here")
    assert list(tmp_path.iterdir()) == []


def test_readers_see_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets().redact(f"key {KEY}, {PREFIX}0123456789") == f"key {HIDDEN}, {HIDDEN}"
    monkeypatch.setenv("SOME_TOKEN", KEY)
    assert redact(f"key {KEY}") == f"key {HIDDEN}"


def test_a_key_of_many_lines_is_hidden_line_by_line() -> None:
    lines = ["MIIEpAIBAAKCAQEA7bq0l2m3n4o5p6q7", "aIBAAKCAQEA7bq0l2m3n4o5p6q7r8s9t0"]
    held = Secrets(environ={"DEPLOY_KEY": "\n".join(["-----BEGIN", *lines, "-----END"])})
    assert not any(line in held.mask(f"x {line} y") for line in lines)


def effect(folder: Path, said: str) -> str:
    """What an effect gives that says this, in a run that knows the environment's secrets."""

    async def perform() -> dict[str, str]:
        return {"said": said}

    with Journal(folder) as journal:
        journal.secrets.know(KEY)
        result = asyncio.run(journal.effect("call", "here", {"about": KEY}, perform))
    return str(result["said"])


def test_a_journal_holds_no_secret_and_gives_it_back_to_a_resumed_run(tmp_path: Path) -> None:
    assert effect(tmp_path, f"it is {KEY}") == f"it is {KEY}"
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in on_disk and PREFIX.encode() in on_disk
    assert effect(tmp_path, "never said") == f"it is {KEY}"
    assert [event.kind for event in read_events(tmp_path)] == ["call.started", "call.finished"]


def test_observers_see_what_is_on_disk(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.secrets.know(KEY)
        seen: list[object] = []
        journal.observe(lambda event: seen.append(event.data))
        journal.record("a", "here", {"deep": [{KEY: [KEY, 1, None]}]})
    assert KEY not in json.dumps(seen)


@pytest.mark.parametrize("umask", [0, 0o022, 0o277])
def test_nobody_else_may_read_a_run_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    run = tmp_path / "run"
    before = os.umask(umask)
    try:
        with Journal(run) as journal:
            journal.secrets.know(KEY)
            journal.record("a", "here", {"text": KEY * 3000})
    finally:
        os.umask(before)
    modes = {path.relative_to(run).parts[:1]: path.stat().st_mode & 0o777 for path in run.rglob("*") if path.is_file()}
    assert set(modes.values()) == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (run, run / "blobs")} == {0o700}


def test_thousands_of_secrets_are_hidden_as_few_are() -> None:
    rng = random.Random(1)
    keys = ["".join(rng.choices(string.ascii_letters + string.digits, k=24)) for _ in range(5000)]
    held = Secrets(environ={})
    for key in keys:
        held.know(key)
    text = f"first {keys[0]}, then {keys[-1]}{keys[2500]}\n" * 3
    masked = held.mask(text)
    assert not any(key in masked for key in keys) and held.mask(masked) == masked
    assert held.unmask(masked) == text
