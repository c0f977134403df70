from teamcal import Person, first_slot, free_slots
from teamcal.timeutil import format_clock


def person(name, *spans, hours=("09:00", "17:00")):
    result = Person(name, *hours)
    for start, end in spans:
        result.book("meeting", start, end)
    return result


def texts(slots):
    return [f"{format_clock(s.start)}-{format_clock(s.end)}" for s in slots]


def test_empty_day_is_free():
    assert texts(free_slots([person("Ann")])) == ["09:00-17:00"]


def test_gaps_between_meetings():
    ann = person("Ann", ("10:00", "11:00"), ("13:00", "14:00"))
    assert texts(free_slots([ann])) == ["09:00-10:00", "11:00-13:00", "14:00-17:00"]


def test_overlapping_meetings_of_two_people():
    ann = person("Ann", ("10:00", "11:00"))
    bob = person("Bob", ("10:30", "12:00"))
    assert texts(free_slots([ann, bob])) == ["09:00-10:00", "12:00-17:00"]


def test_short_meeting_within_long_one():
    ann = person("Ann", ("09:00", "15:00"))
    bob = person("Bob", ("11:00", "12:00"))
    assert texts(free_slots([ann, bob])) == ["15:00-17:00"]


def test_touching_meetings_leave_no_gap():
    ann = person("Ann", ("09:00", "12:00"), ("12:00", "16:00"))
    assert texts(free_slots([ann], 1)) == ["16:00-17:00"]


def test_no_common_hours():
    early = person("Ann", hours=("06:00", "10:00"))
    late = person("Bob", hours=("12:00", "18:00"))
    assert free_slots([early, late]) == []


def test_first_slot_on_step():
    ann = person("Ann", ("09:00", "09:50"))
    assert texts([first_slot([ann], 30)]) == ["10:00-10:30"]


def test_first_slot_missing():
    ann = person("Ann", ("09:00", "16:45"))
    assert first_slot([ann], 30) is None


def test_tentative_does_not_block():
    ann = Person("Ann")
    ann.book("maybe", "09:00", "17:00", tentative=True)
    assert texts(free_slots([ann])) == ["09:00-17:00"]
