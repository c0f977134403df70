"""IPv4 addresses as numbers and as text."""

BITS = 32


def parse_address(text):
    """Return the number of a dotted address; ValueError if it is none."""
    parts = text.strip().split(".")
    if len(parts) != 4:
        raise ValueError(f"not an address: {text!r}")
    value = 0
    for part in parts:
        if not part.isdigit() or int(part) > 255:
            raise ValueError(f"not an address: {text!r}")
        value = value * 256 + int(part)
    return value


def format_address(value):
    """Return the dotted form of a number."""
    if not 0 <= value < 1 << BITS:
        raise ValueError(f"out of range: {value}")
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def block_size(prefix):
    """Return how many addresses a block with this prefix length has."""
    if not 0 <= prefix <= BITS:
        raise ValueError(f"bad prefix length: {prefix}")
    return 1 << (BITS - prefix)
