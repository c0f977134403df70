"""Token counts without a tokenizer: an estimate.

Byte-pair vocabularies of today's code models (cl100k, Qwen, Llama 3) first cut text into words, numbers, runs of
punctuation and runs of space, then split what is rare. The estimator cuts the same way and charges each piece by
its length. The charges were fitted to Qwen2.5-Coder's tokenizer on Python, JavaScript, logs and prose, and scaled to
be right for the median file of eighteen languages (`benchmarks/token_counts.py` prints the spread).
"""

import math
import re

_SCALE = 1.03
_PIECE = re.compile(
    r"(?P<word>[^\r\n0-9A-Za-z\x80-\U0010ffff]?[A-Za-z]+)"
    r"|(?P<digit>[0-9])"
    r"|(?P<wide>[\x80-\U0010ffff]+)"
    r"|(?P<mark> ?[^\s0-9A-Za-z\x80-\U0010ffff]+[\r\n]*)"
    r"|(?P<newline>\s*[\r\n]+)"
    r"|(?P<space>\s+(?!\S)|\s+)"
)
_RULE = re.compile(r"([^\s])\1{3,}")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: within 10 % on code and prose, less exact on hashes and rare scripts."""
    return math.ceil(token_charge(text))


def token_charge(text: str) -> float:
    """The same before it is rounded: what lines are charged one by one is never less than what they are together."""
    return _SCALE * sum(_charge(match) for match in _PIECE.finditer(text))


def _charge(piece: re.Match[str]) -> float:
    text = piece.group()
    match piece.lastgroup:
        case "word":
            return sum(_word(part) for part in _HUMP.findall(text))
        case "wide":
            return 0.3 * len(text.encode(errors="surrogatepass"))
        case "mark":
            return max(1.0, len(_RULE.sub(r"\1\1", text.strip())) / 2.5)
        case _:
            return 1.0


def _word(part: str) -> float:
    return 1.0 + max(0, len(part) - 9) / 9
