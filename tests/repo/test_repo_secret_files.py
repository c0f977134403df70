"""Files that look like secrets are known by name or by how they begin."""

import pytest

from devagent.repo.secret_files import looks_secret

KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"


@pytest.mark.parametrize(
    "path",
    [
        *(".env", "app/.env.local", "prod.env", ".netrc", "home/.pypirc", "deploy/id_rsa", "id_ed25519_work"),
        *("credentials", "credentials-prod.json", "server.key", "release.keystore", "secrets.yaml", "main.tfstate"),
    ],
)
def test_names_of_secrets(path: str) -> None:
    assert looks_secret(path)


@pytest.mark.parametrize(
    "path", ["id_ed25519.pub", ".env.example", "environment.py", "keys.py", "tokenizer.json", "secrets.py", "env"]
)
def test_ordinary_names(path: str) -> None:
    assert not looks_secret(path)


@pytest.mark.parametrize(
    ("path", "head", "secret"),
    [
        ("server.pem", KEY, True),
        ("server.pem", b"-----BEGIN CERTIFICATE-----\nMIID", False),
        ("notes.txt", b"\n" + KEY, True),
        ("test_keys.py", b"KEY = '''" + KEY, False),
        (".npmrc", b"//registry.example/:_authToken=abc\n", True),
        (".npmrc", b"save-exact=true\n", False),
        ("config.json", b'{"auths": {}}', True),
        ("config.json", b'{"debug": true}', False),
    ],
)
def test_what_a_file_begins_with_decides_where_the_name_does_not(path: str, head: bytes, secret: bool) -> None:
    assert looks_secret(path, head) is secret
