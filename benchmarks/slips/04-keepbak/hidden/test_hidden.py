from datetime import datetime, timedelta

from keepbak import Policy, plan
from keepbak.age import age_hours
from keepbak.summary import oldest_kept

NOW = datetime(2023, 7, 20, 6, 30)


def build(*ages):
    out = {}
    for age in ages:
        time = NOW - age
        out[f"x-{time:%Y%m%d-%H%M%S}.tar.gz"] = 1
    return out


def test_one_a_day_in_the_daily_phase():
    result = plan(build(timedelta(hours=1), timedelta(days=5), timedelta(days=5, hours=2)), Policy(), NOW)
    assert len(result.delete) == 1


def test_three_weeks_expired():
    result = plan(build(timedelta(0), timedelta(weeks=3)), Policy("1d", "2w"), NOW)
    assert len(result.delete) == 1


def test_oldest_kept_in_days():
    result = plan(build(timedelta(hours=2), timedelta(days=10, hours=3)), Policy(), NOW)
    assert oldest_kept(result, NOW) == "10 d"


def test_hours_are_full_and_not_negative():
    assert age_hours(NOW - timedelta(hours=30, minutes=59), NOW) == 30
    assert age_hours(NOW + timedelta(days=3), NOW) == 0
