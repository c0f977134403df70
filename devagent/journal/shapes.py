"""What secrets look like: found in a text by their shape, so that nobody has to know them before.

Three kinds: words that their issuer marks (cloud, forge and package tokens, JWTs), places where only a secret can
stand (private key blocks, passwords in URLs, authorization headers), and values that look random behind a name like
`password` or `api_key`. The last kind is a judgement: source is full of such names, and hardly ever of such values.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

Span = tuple[int, int]

# Signs that are cheap to look for, and the word as a whole.
_WORDS = tuple(
    (signs.split(), re.compile(pattern))
    for signs, pattern in (
        ("AKIA", r"\bAKIA[A-Z2-7]{16}\b"),
        ("ASIA", r"\bASIA[A-Z2-7]{16}\b"),
        ("ghp_ gho_ ghu_ ghs_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
        ("github_pat_", r"\bgithub_pat_\w{22,255}\b"),
        (
            "glpat- gldt- glrt- glcbt- glptt- glft- glimt- glagent- glsoat-",
            r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[\w-]{20,}",
        ),
        ("xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
        ("xapp-", r"\bxapp-\d-[\w-]{20,}"),
        ("k_live_ k_test_", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}\b"),
        ("sk-", r"\bsk-[\w-]{20,}"),
        ("gsk_", r"\bgsk_[A-Za-z0-9]{40,}\b"),
        ("xai-", r"\bxai-[A-Za-z0-9]{40,}\b"),
        ("AIza", r"\bAIza[\w-]{35}(?![\w-])"),
        ("ya29.", r"\bya29\.[\w-]{20,}"),
        ("npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
        ("pypi-", r"\bpypi-[\w-]{50,}"),
        ("hf_", r"\bhf_[A-Za-z0-9]{30,}\b"),
        ("SG.", r"\bSG\.[\w-]{16,}\.[\w-]{16,}"),
        ("doo_v1_ dop_v1_ dor_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
        ("dckr_pat_", r"\bdckr_pat_[\w-]{20,}"),
        ("dapi", r"\bdapi[0-9a-f]{32}\b"),
        ("hvs.", r"\bhvs\.[\w-]{24,}"),
        ("AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}\b"),
        ("hooks.slack.com", r"(?<=hooks\.slack\.com/services/)[\w/]{20,}"),
        ("eyJ", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    )
)
# To its end, or, where the text was cut before that, as far as the lines are those of a key.
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
    r"((?s:.{0,20000}?)(?=-----END )|(?:\n(?:[^\n]{0,12}[A-Za-z0-9+/=]{40,}[^\n]{0,6}|[\w-]+: [^\n]*)?)*)"
)
_KEY_LINE = re.compile(r"(?:\\[nr])?([A-Za-z0-9+/=]{16,})")
_URL = re.compile(r"(?<=://)[^\s/:@'\"<>{}]*:([^\s/@'\"<>{}$%*]{6,})@")
_HEADER = re.compile(
    r"authorization['\"]?\s*[:=,]\s*['\"]?(?:basic|bearer|token)\s+([A-Za-z0-9+/=._~-]{12,})", re.IGNORECASE
)

_NAMES = ("passw", "passphrase", "secret", "token", "credential", "_auth", "key")
_KINDS_OF_KEY = re.compile(r"(?:api|access|private|auth|secret|master|signing|encryption|account)[_-]?$")
_LONGEST_KIND = 11
_VALUE = re.compile(
    r"(?!iz|is)(?P<rest>[\w-]{0,24})"  # not a tokenizer
    r"[\"'`\]]{0,3}\s*(?::\s*[\w\[\]|., ]{1,40}=|=>|:=|={1,3}|:)\s*"
    r"(?:[bBrRuU]?(?P<quote>[\"'`])(?P<quoted>[^\"'`\s\\]{8,200})(?P=quote)"
    r"|(?P<bare>[A-Za-z0-9+/_=.~@!#^&*-]{16,200})(?=[\s,;]|$))",
    re.MULTILINE,
)
_ABOUT = re.compile(
    r"(?:url|uri|file|path|dir|name|id|ids|type|field|header|expiry|expires?|env|var|variable|length|endpoint|format"
    r"|pattern|regex|prefix|suffix|label|title|class|hash|algorithm|version|date|time)s?$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"\d+(?:[.\-:T]\d+)*(?:[.-]?[a-z]+\d*)?"  # versions, dates
    r"|[\w.\-/@]*\.[A-Za-z]{1,5}"  # files, hosts
    r"|\.{0,2}/[\w./-]*|[A-Za-z][\w+.-]*://.*"  # paths, addresses
    r"|_*[A-Za-z]+\d{0,4}(?:[._-]+\d{0,4}[A-Za-z]+\d{0,4})*"  # words, names
)
_STAND_INS = re.compile(
    r"example|changeme|your|dummy|fake|placeholder|secret_masked|x{4}|\*{3}|\.{3}|0{6}|1234567|abcdef", re.IGNORECASE
)

_FEW_BITS, _MANY_BITS = 22.0, 45.0
_CHANGES = 0.3


def spans(text: str) -> list[Span]:
    """Where secrets stand in `text`, in order, without overlaps: only the secret itself, not its name or its quotes."""
    found = sorted({*_words(text), *_places(text), *_assignments(text)}, key=lambda span: (span[0], -span[1]))
    kept: list[Span] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def is_random(value: str) -> bool:
    """Whether a value looks made by a machine, or by a person for a machine: by its bits and how its letters mix."""
    kinds = [_kind(c) for c in value]
    changes = sum(a != b for a, b in pairwise(kinds)) / max(len(value) - 1, 1)
    least = _FEW_BITS if len(set(kinds)) >= 3 and "digit" in kinds else _MANY_BITS
    return changes >= _CHANGES and _bits(value) >= least and "digit" in kinds


def _words(text: str) -> Iterator[Span]:
    for signs, pattern in _WORDS:
        if any(sign in text for sign in signs):
            for match in pattern.finditer(text):
                word = match.group()
                if not word.endswith("EXAMPLE") and (not word.startswith("sk-") or is_random(word[3:])):
                    yield match.span()


def _places(text: str) -> Iterator[Span]:
    if "PRIVATE KEY" in text:
        for block in _KEY_BLOCK.finditer(text):
            # Line by line: the lines of a text keep their numbers, and each its own way back.
            yield from (line.span(1) for line in _KEY_LINE.finditer(text, *block.span(1)) if is_random(line[1]))
    if "://" in text and "@" in text:
        for match in _URL.finditer(text):
            if not (match[1].isalpha() or match[1].isdigit() or _STAND_INS.search(match[1])):
                yield match.span(1)
    if "uthorization" in text or "AUTHORIZATION" in text:
        yield from (match.span(1) for match in _HEADER.finditer(text) if _has_digit(match[1]))


def _assignments(text: str) -> Iterator[Span]:
    for place in _named(text):
        match = _VALUE.match(text, place)
        if match is None:
            continue
        group = "quoted" if match["quote"] else "bare"
        value = match[group]
        if _ABOUT.search(match["rest"]) or _PLAIN.fullmatch(value) or _STAND_INS.search(value):
            continue
        if is_random(value) and (group == "quoted" or _bits(value) >= _MANY_BITS):
            yield match.span(group)


def _named(text: str) -> Iterator[int]:
    """Where a name that gives secrets away goes on: searching for plain words is many times faster than a pattern."""
    folded = text.lower()
    if len(folded) != len(text):  # a few letters are two in small
        folded = "".join(character.lower() if character.isascii() else character for character in text)
    for name in _NAMES:
        at = folded.find(name)
        while at >= 0:
            if name != "key" or _KINDS_OF_KEY.search(folded[max(0, at - _LONGEST_KIND) : at]):
                yield at + len(name)
            at = folded.find(name, at + 1)


def _has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _bits(value: str) -> float:
    """Shannon's entropy of the characters, times their number."""
    counts = Counter(value)
    return -sum(n * math.log2(n / len(value)) for n in counts.values())


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "mark"
