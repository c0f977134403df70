from teamcal import Person, first_slot, free_slots
from teamcal.report import busy_minutes


def make(*spans):
    person = Person("P")
    for start, end in spans:
        person.book("x", start, end)
    return person


def test_two_inner_meetings():
    p = make(("09:00", "14:00"), ("09:30", "10:00"), ("11:00", "11:30"))
    assert [tuple(s) for s in free_slots([p])] == [(840, 1020)]


def test_same_start():
    p = make(("10:00", "10:15"), ("10:00", "12:00"), ("10:00", "11:00"))
    assert busy_minutes(p) == 120


def test_first_slot_after_long_meeting():
    p = make(("08:00", "13:10"), ("12:00", "12:30"))
    assert tuple(first_slot([p], 60)) == (795, 855)


def test_chain_still_grows():
    p = make(("09:00", "10:00"), ("09:30", "11:00"), ("10:45", "12:00"))
    assert busy_minutes(p) == 180
