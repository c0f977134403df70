"""Secrets stay on this machine: what goes to a model, into a journal or to a reader has placeholders in their place.

A placeholder is the same for the same secret all through a run, also after a resume, and tells nothing about it: it is
a keyed hash, and the key never leaves the run's folder. What a model answers gets its secrets back before anybody
works with it, so that no placeholder ends in a file; the scope gate sees to those that a model made up.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from devagent.journal.shapes import spans

PREFIX = "SECRET_MASKED_"
HIDDEN = "***"

_PLACEHOLDER = re.compile(rf"{PREFIX}[0-9a-f]{{10}}")
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|PWD|PASSPHRASE|CREDENTIAL|AUTH|PAT|COOKIE|DSN|PRIVATE)S?(?:_|$)"
    r"|(?:APIKEY|TOKEN|SECRET|PASSWORD|PASSWD|ACCESSKEY)$",
    re.IGNORECASE,
)
_ABOUT_ONE = re.compile(
    r"_(?:URL|URI|TYPE|NAME|ID|FILE|PATH|DIR|MODE|HOST|PORT|USER|LIMIT|TTL|EXPIRY|SOCK|STORE|ALGORITHM|ENDPOINT|TTY|PID|VARIABLE)$",
    re.IGNORECASE,
)
_LEAST, _LONG = 8, 16
_LARGE = 2_000_000
_HEAD, _MANY = 6, 100
"""Among many secrets, those that a text may hold are found by how they begin."""


class Innocent(str):
    """A text by somebody who was shown no secret: it is not searched for what looks like one, only for those known.

    What a model writes is journalled so: a made-up key in it must come back as it was when the run is resumed.
    """


class Secrets:
    """The secrets that are known in one run, and the placeholders for them.

    Arguments:
        folder: where the key of the placeholders is kept; without one they hold for this object alone.
        environ: variables whose secrets are known from the start (the host's own).
    """

    def __init__(self, folder: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._salt = b""
        self._known: set[str] = set()
        self._heads: dict[str, list[str]] = {}
        self._placeholders: dict[str, str] = {}
        self._values: dict[str, str] = {}
        for name, value in (os.environ if environ is None else environ).items():
            if _SECRET_NAME.search(name) and not _ABOUT_ONE.search(name) and _worth_hiding(value):
                self.know(value)

    def know(self, value: str) -> None:
        """Hide this value from now on, wherever it stands; of one with several lines, each long line."""
        lines = [line.strip() for line in value.splitlines()]
        for part in [value.strip()] if len(lines) < 2 else [line for line in lines if len(line) >= _LONG]:
            if part and part not in self._known and part not in PREFIX and not _PLACEHOLDER.search(part):
                self._known.add(part)
                self._heads.setdefault(part[:_HEAD], []).append(part)

    def know_key(self, value: str) -> None:
        """Hide the key of a provider, whatever the variable is called that holds it."""
        if _worth_hiding(value):
            self.know(value)

    def learn(self, files: Iterable[bytes]) -> None:
        """Know the secrets that stand in these files: a test may print one far from the name that gives it away."""
        for content in files:
            if len(content) <= _LARGE and b"\0" not in content[:8192]:
                self._see(content.decode(errors="replace"))

    def mask(self, text: str) -> str:
        """`text` with placeholders for its secrets. Masking it again changes nothing."""
        if not isinstance(text, Innocent):
            self._see(text)
        for value in self._in(text):
            text = text.replace(value, self._placeholder(value))
        return text

    def unmask(self, text: str) -> str:
        """`text` with the secrets put back that this run knows."""
        if PREFIX not in text:
            return text
        for value in self._known - self._placeholders.keys():
            self._placeholder(value)
        return _PLACEHOLDER.sub(lambda match: self._values.get(match[0], match[0]), text)

    def redact(self, text: str) -> str:
        """`text` for a reader: what is secret is `***`."""
        return _PLACEHOLDER.sub(HIDDEN, self.mask(text))

    def masked(self, data: Any) -> Any:
        """Plain data with all its texts masked."""
        return _mapped(self.mask, data)

    def unmasked(self, data: Any) -> Any:
        """Plain data with the secrets put back into all its texts."""
        return _mapped(self.unmask, data)

    def redacted(self, data: Any) -> Any:
        """Plain data for a reader."""
        return _mapped(self.redact, data)

    def _see(self, text: str) -> None:
        for start, end in spans(text):
            self.know(text[start:end])

    def _in(self, text: str) -> list[str]:
        """The known secrets that stand in a text, the longest first."""
        likely: Iterable[str] = self._known
        if len(self._known) > _MANY:
            heads = {text[at : at + _HEAD] for at in range(len(text))} & self._heads.keys()
            likely = (value for head in heads for value in self._heads[head])
        return sorted((value for value in likely if value in text), key=lambda value: (-len(value), value))

    def _placeholder(self, value: str) -> str:
        if value not in self._placeholders:
            self._salt = self._salt or _salt_of(self._folder)
            digest = hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=5)
            self._placeholders[value] = PREFIX + digest.hexdigest()
            self._values[self._placeholders[value]] = value
        return self._placeholders[value]


def is_masked(text: str | bytes) -> bool:
    """Whether a placeholder stands in this text."""
    return bool(_PLACEHOLDER.search(text.decode(errors="replace") if isinstance(text, bytes) else text))


def redact(text: str) -> str:
    """`text` for a reader, without the secrets of this process's environment and what looks like one."""
    return Secrets().redact(text)


def _worth_hiding(value: str) -> bool:
    """Whether a variable with a telling name holds a secret, and no path, switch or common word."""
    if len(value) < _LEAST or value.isdigit() or value.startswith(("/", "~", "./")):
        return False
    return len(value) >= _LONG or not value.isalpha()


def _salt_of(folder: Path | None) -> bytes:
    if folder is None:
        return os.urandom(32)
    path = folder / "salt"
    if not path.exists():
        # Whole or not there at all: half of it would give other placeholders after a crash.
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(os.urandom(32))
        part.replace(path)
    return path.read_bytes()


def _mapped(change: Any, data: Any) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, Mapping):
        return {_mapped(change, key): _mapped(change, value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_mapped(change, item) for item in data]
    return data
