"""Files that look like secrets, by their name or by how they begin: they stay where they are."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase, translate

SECRET_NAMES = (
    *(".env", ".env.*", "*.env", ".netrc", "_netrc", ".pgpass", ".pypirc", ".git-credentials", ".htpasswd"),
    *("*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", ".vault-token", ".dockercfg"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "credentials", "credentials*.json", "client_secret*.json"),
    *("service-account*.json", "service_account*.json", "secrets.json", "secrets.y*ml", "secrets.toml", "secrets.ini"),
    *("*.tfstate", "*.tfvars", "kubeconfig", "*.kubeconfig"),
)
HARMLESS_NAMES = ("*.pub", ".env.example", ".env.sample", ".env.template", ".env.dist", "*.example.env")

TELLING_NAMES = {
    "*.pem": (b"PRIVATE KEY",),
    "*.crt": (b"PRIVATE KEY",),
    ".npmrc": (b"_auth", b"_password"),
    ".yarnrc*": (b"npmAuth",),
    "pip.conf": (b"@",),
    "config.json": (b'"auths"',),
}
"""Names of files that are secret only where one of these stands in them."""

HEAD = 65536
"""Bytes of a file that are looked at."""

_KEY = b"-----BEGIN "
_PRIVATE = b"PRIVATE KEY"


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)))


_SECRET, _HARMLESS, _TELLING = map(_any_of, (SECRET_NAMES, HARMLESS_NAMES, TELLING_NAMES))


def looks_secret(path: str, head: bytes = b"") -> bool:
    """Whether a file seems to hold keys or passwords: by its name, or by `head`, the first `HEAD` bytes of it."""
    name = path.rsplit("/", 1)[-1].lower()
    if _HARMLESS.match(name):
        return False
    if _SECRET.match(name):
        return True
    begins = head.lstrip()[:64]
    if begins.startswith(_KEY) and _PRIVATE in begins:
        return True
    if not _TELLING.match(name):
        return False
    signs = [sign for pattern, found in TELLING_NAMES.items() if fnmatchcase(name, pattern) for sign in found]
    return any(sign in head for sign in signs)
