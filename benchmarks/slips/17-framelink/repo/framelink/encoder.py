"""Encoding of frames for the wire."""

END = 0xC0
ESC = 0xDB
ESC_END = 0xDC
ESC_ESC = 0xDD


def escape(data):
    """Return ``data`` with END and ESC replaced by two byte codes."""
    out = bytearray()
    for byte in data:
        if byte == END:
            out += bytes((ESC, ESC_END))
        elif byte == ESC:
            out += bytes((ESC, ESC_ESC))
        else:
            out.append(byte)
    return bytes(out)


def encode_frame(data):
    """Return the bytes to send for one frame, with its END."""
    if not data:
        raise ValueError("a frame may not be empty")
    return escape(data) + bytes((END,))
