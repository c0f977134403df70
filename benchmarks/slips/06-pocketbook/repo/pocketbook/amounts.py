"""Amounts of money as texts."""


def parse_amount(text):
    """Turn "12", "12.5" or "-1,234.50" into cents; commas group thousands."""
    text = text.strip().replace(",", "")
    negative = text.startswith("-")
    whole, _, part = text.lstrip("-").partition(".")
    if len(part) > 2 or not (whole + part).isdigit():
        raise ValueError(f"bad amount {text!r}")
    cents = int(whole or "0") * 100 + int(part.ljust(2, "0"))
    return -cents if negative else cents


def format_amount(cents):
    """Turn cents into "1,234.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def format_change(cents):
    """Like format_amount, with "+" before amounts above zero."""
    return ("+" if cents > 0 else "") + format_amount(cents)


def share(cents, parts):
    """Split an amount from 0 up into `parts` whole shares; the first ones get the cents left over."""
    each, rest = divmod(cents, parts)
    return [each + 1] * rest + [each] * (parts - rest)
