from framelink import Message, Session
from framelink.encoder import encode_frame
from framelink.messages import DATA


def frame(payload, seq=0):
    return encode_frame(Message(DATA, seq, payload).pack())


def session(limit):
    out = bytearray()
    return Session(out.extend, limit), out


def test_two_oversized_frames_in_a_row():
    right, _ = session(12)
    right.on_bytes(frame(b"a" * 30) + frame(b"b" * 30) + frame(b"c"))
    assert right.received == [b"c"]
    assert right.link.errors() == {"damaged": 0, "oversized": 2, "malformed": 0}


def test_oversized_in_pieces():
    right, _ = session(10)
    data = frame(b"q" * 25) + frame(b"r") + frame(b"s", 1)
    for i in range(0, len(data), 3):
        right.on_bytes(data[i:i + 3])
    assert right.received == [b"r", b"s"]


def test_oversized_by_an_escaped_byte():
    right, _ = session(8)
    right.on_bytes(frame(b"12345\xc0\xdb\xc0") + frame(b"\xdb"))
    assert right.received == [b"\xdb"]


def test_escape_cut_off_by_the_end():
    right, _ = session(64)
    right.on_bytes(b"\x03\x00ab\xdb\xc0" + frame(b"next"))
    assert right.received == [b"next"]
    assert right.link.errors()["damaged"] == 1


def test_below_limit():
    right, _ = session(10)
    right.on_bytes(frame(b"abc") + frame(b"def"))
    assert right.received == [b"abc", b"def"]
