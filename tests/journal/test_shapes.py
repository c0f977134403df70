"""Secrets are known by their shape; ordinary source is left as it is."""

import random
import string
import sysconfig
from pathlib import Path

import pytest

from devagent.journal.shapes import spans

# Put together here, so that nobody who scans this repository takes them for real.
LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA"
FORGE = "gh" + "p_" + LETTERS + "aB3d"
CLOUD = "AK" + "IA" + "Q3EGRIPHS5JZ7KML"
JWT = ".".join(("ey" + "JhbGciOiJIUzI1NiJ9", "ey" + "JzdWIiOiI0MiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize(
    "secret",
    [
        FORGE,
        CLOUD,
        JWT,
        "gl" + "pat-" + LETTERS[:20],
        "xo" + "xb-123456789012-" + LETTERS[:24],
        "s" + "k-proj-" + LETTERS,
        "s" + "k-ant-api03-" + LETTERS,
        "np" + "m_" + LETTERS + "aB3d",
        "AI" + "za" + LETTERS + "aB3",
        "h" + "f_" + LETTERS,
    ],
)
def test_what_issuers_mark_is_found_wherever_it_stands(secret: str) -> None:
    for text in (secret, f"x = '{secret}'", f"failed with {secret}.\n", f'{{"t": "{secret}"}}'):
        assert found(text) == [secret]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgres://bob:h8Jk2xQ@db.internal/app", "h8Jk2xQ"),
        ("Authorization: Bearer abc123def456GHI", "abc123def456GHI"),
        ('password = "x9$kPq!27zLm"', "x9$kPq!27zLm"),
        ("API_KEY=a8f5f167f44f4964e6c998dee827110c", "a8f5f167f44f4964e6c998dee827110c"),
        ('{"client_secret": "q7Zp0Lw2Rt9vXa41"}', "q7Zp0Lw2Rt9vXa41"),
        ("password: str = 'q7Zp0Lw2Rt9v'", "q7Zp0Lw2Rt9v"),
        ("const apiKey: string = `q7Zp0Lw2Rt9v`", "q7Zp0Lw2Rt9v"),
        ("//registry.example/:_authToken=q7Zp0Lw2Rt9vXa41Bc", "q7Zp0Lw2Rt9vXa41Bc"),
    ],
)
def test_a_value_is_found_behind_a_name_that_gives_it_away(text: str, secret: str) -> None:
    assert found(text) == [secret]


def test_a_private_key_is_found_line_by_line_also_where_it_was_cut_or_numbered() -> None:
    rng = random.Random(4)
    lines = ["".join(rng.choices(string.ascii_letters + string.digits + "+/", k=64)) for _ in range(4)]
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    assert found("\n".join([begin, *lines, end])) == lines
    assert found("\n".join(["x", begin, *lines])) == lines
    assert found("\n".join(f"{n:4}  {line}" for n, line in enumerate([begin, *lines, end], 1))) == lines
    assert found("\\n".join([begin, *lines, end])) == lines


@pytest.mark.parametrize(
    "text",
    [
        "password = getpass.getpass()",
        "token = next_token(stream)",
        'tokenizer = "bert-base-uncased-v2"',
        "secret_key = os.environ['SECRET_KEY']",
        'password = "password"',
        'url = "http://user:pass@host/"',
        "postgres://postgres:postgres@localhost/db",
        'TOKEN_URL = "https://login.example/oauth2/v2/token"',
        'key_id = "sig-2024-01-15T00:00"',
        "password: {{ vault.password }}",
        "api_key=${API_KEY}",
        'api_key = "your-api-key-1234"',
        "secret = base64.b64encode(raw)",
        'private_key_file = "deploy/id2.key3"',
        "if '-----BEGIN PRIVATE KEY-----' in text:\n    return parsePrivateKeyFromTheText(text)\n",
        "<div class='sk-estimator-doc-link-and-more'>",
        'CLOUD = "AKIA" + "IOSFODNN7EXAMPLE"',
    ],
)
def test_code_that_only_talks_of_secrets_has_none(text: str) -> None:
    assert found(text) == []


def test_the_standard_library_of_python_has_hardly_any() -> None:
    files = [p for p in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) if p.stat().st_size < 200_000][:120]
    texts = [path.read_text(errors="replace") for path in files]
    hits = [hit for text in texts for hit in found(text)]
    assert len(texts) > 50 and len(hits) <= 2, hits
