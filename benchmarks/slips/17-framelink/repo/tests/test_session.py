import pytest

from framelink import Link, Message, Session
from framelink.crc import crc16, unseal
from framelink.encoder import encode_frame
from framelink.messages import DATA, PING, PONG


def collect(limit=256):
    out = bytearray()
    return Session(out.extend, limit), out


def frame(payload, seq=0):
    return encode_frame(Message(DATA, seq, payload).pack())


def test_crc_check_value():
    assert crc16(b"123456789") == 0x29B1


def test_unseal_refuses_damage():
    with pytest.raises(ValueError):
        unseal(b"abc\x00\x00")


def test_data_and_confirmation():
    left, to_right = collect()
    right, to_left = collect()
    left.send(b"hello")
    right.on_bytes(to_right)
    assert right.received == [b"hello"]
    left.on_bytes(to_left)
    assert left.unconfirmed == {}


def test_special_bytes_survive():
    right, _ = collect()
    right.on_bytes(frame(b"\xc0\xdb\xdc\xdd\xc0"))
    assert right.received == [b"\xc0\xdb\xdc\xdd\xc0"]


def test_byte_by_byte():
    right, _ = collect()
    for byte in frame(b"slow \xdb"):
        right.on_bytes(bytes([byte]))
    assert right.received == [b"slow \xdb"]


def test_ping_is_answered():
    right, out = collect()
    right.on_bytes(encode_frame(Message(PING, 9, b"x").pack()))
    assert Link(None).receive(out) == [Message(PONG, 9, b"x")]


def test_damaged_frame_is_counted():
    right, _ = collect()
    right.on_bytes(b"\x03\x00abcd\xc0" + frame(b"ok"))
    assert right.received == [b"ok"]
    assert right.link.errors()["damaged"] == 1


def test_malformed_escape_is_skipped():
    right, _ = collect()
    right.on_bytes(b"\x03\xdb\x01rest\xc0" + frame(b"ok"))
    assert right.received == [b"ok"]
    assert right.link.errors() == {"damaged": 0, "oversized": 0, "malformed": 1}


def test_frame_after_oversized_frame():
    right, _ = collect(limit=16)
    right.on_bytes(frame(b"x" * 40) + frame(b"fits"))
    assert right.received == [b"fits"]
    assert right.link.errors() == {"damaged": 0, "oversized": 1, "malformed": 0}


def test_frame_of_exactly_the_limit():
    right, _ = collect(limit=16)
    right.on_bytes(frame(b"y" * 12) + frame(b"z"))
    assert right.received == [b"y" * 12, b"z"]


def test_resend_sends_unconfirmed():
    left, out = collect()
    left.send(b"one")
    out.clear()
    left.resend()
    assert bytes(out) == frame(b"one")


def test_empty_frames_are_ignored():
    right, _ = collect()
    right.on_bytes(b"\xc0\xc0" + frame(b"a") + b"\xc0")
    assert right.received == [b"a"]
