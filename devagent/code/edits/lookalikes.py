"""Characters that look like others: what chats and word processors make of quotes, dashes and blanks."""

import unicodedata

LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
        "\u2026": "...",
        "\u00d7": "x",
        "\uff08": "(",
        "\uff09": ")",
        "\uff0c": ",",
        "\uff1a": ":",
        "\uff1b": ";",
    }
)


def plain(text: str) -> str:
    """Text with the plain form of every character that merely looks like another, and letters in one piece."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(LOOKALIKES))


def with_plain_margin(line: str) -> str:
    """A line whose indentation is made of blanks and tabs, whatever else it was made of."""
    margin = line[: len(line) - len(line.lstrip())]
    return line if margin.isascii() else plain(margin) + line[len(margin) :]


def undressed(text: str, wanted: str, found: str) -> str:
    """Text of an answer in the characters of the file: where a quotation was dressed up, so was all beside it.

    `wanted` is what the answer quotes of the file, `found` what the file has there; what that has stays.
    """
    there = set(map(ord, found))
    if not any(ord(char) in LOOKALIKES and ord(char) not in there for char in wanted):
        return text
    return text.translate({code: look for code, look in LOOKALIKES.items() if code not in there})
