import pytest

from freebusy import CalendarError, Clash, Planner


@pytest.fixture
def day():
    return Planner("08:00-17:00")


def test_nobody_booked(day):
    assert day.free(["ann"]) == ["08:00-17:00"]


def test_one_person(day):
    day.book("ann", "13:00-14:00", "lunch")
    day.book("ann", "09:00-10:00", "review")
    assert day.free(["ann"]) == ["08:00-09:00", "10:00-13:00", "14:00-17:00"]


def test_overlap_of_two_people(day):
    day.book("ann", "09:00-10:30", "review")
    day.book("bob", "10:00-11:00", "call")
    assert day.free(["ann", "bob"]) == ["08:00-09:00", "11:00-17:00"]


def test_short_meeting_during_a_long_one(day):
    day.book("ann", "09:00-12:00", "workshop")
    day.book("bob", "10:00-10:30", "call")
    assert day.free(["ann", "bob"]) == ["08:00-09:00", "12:00-17:00"]


def test_suggestion_respects_the_long_meeting(day):
    day.book("ann", "08:00-12:00", "workshop")
    day.book("bob", "08:30-09:00", "call")
    day.book("bob", "12:00-12:30", "lunch")
    assert day.suggest(["ann", "bob"], 60) == "12:30-13:30"


def test_tentative_bookings_nest_too(day):
    day.book("ann", "09:00-16:00", "conference")
    day.book("ann", "11:00-12:00", "talk", tentative=True)
    day.book("ann", "13:00-14:00", "panel", tentative=True)
    assert day.free(["ann"]) == ["08:00-09:00", "16:00-17:00"]
    assert day.busiest() == "ann"


def test_tentative_bookings_can_be_ignored(day):
    day.book("ann", "11:00-12:00", "talk", tentative=True)
    assert day.free(["ann"], with_tentative=False) == ["08:00-17:00"]


def test_bookings_outside_the_hours(day):
    day.book("ann", "06:00-07:30", "gym")
    day.book("ann", "07:30-08:30", "train")
    day.book("ann", "16:30-18:00", "train home")
    assert day.free(["ann"]) == ["08:30-16:30"]


def test_padding_keeps_a_break():
    day = Planner("08:00-17:00", padding=10)
    day.book("ann", "09:00-10:00", "review")
    assert day.free(["ann"]) == ["08:00-08:50", "10:10-17:00"]


def test_firm_bookings_of_one_person_must_not_clash(day):
    day.book("ann", "09:00-10:00", "review")
    with pytest.raises(Clash):
        day.book("ann", "09:30-09:45", "call")
    day.book("ann", "10:00-11:00", "call")


def test_bad_times(day):
    for text in ("9-10", "10:00-09:00", "25:00-26:00", "09:60-10:00"):
        with pytest.raises(CalendarError):
            day.book("ann", text, "x")
