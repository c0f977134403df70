"""CRC-16/CCITT as used at the end of each frame."""

POLYNOMIAL = 0x1021
START = 0xFFFF


def crc16(data, value=START):
    """Return the CRC of ``data``; pass the last result to go on."""
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value <<= 1
            if value & 0x10000:
                value ^= 0x10000 | POLYNOMIAL
    return value


def seal(data):
    """Return ``data`` followed by its CRC, high byte first."""
    return bytes(data) + crc16(data).to_bytes(2, "big")


def unseal(data):
    """Return the data without its CRC; ValueError if that is wrong."""
    if len(data) < 2:
        raise ValueError("no room for a CRC")
    body, check = data[:-2], int.from_bytes(data[-2:], "big")
    if crc16(body) != check:
        raise ValueError("CRC does not match")
    return bytes(body)
