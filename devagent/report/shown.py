"""What a reader may be shown: no secrets, and nothing that steers a terminal or reads other than it is."""

import json
import re

from devagent.journal.secrets import redact
from devagent.sandbox.output import visible

# JSON escapes the controls below the blank itself; these it leaves as they are.
_ODD = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    """Text as it may be told."""
    return visible(redact(text))


def json_text(value: object, *, indent: int | None = None) -> str:
    """JSON of plain data, on one line unless indented; what could steer a terminal is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
