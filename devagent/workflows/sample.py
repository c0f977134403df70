"""The sample repository of `devagent demo`: a small library lending tool with a real bug in it."""

import tempfile
from pathlib import Path

from devagent.errors import UsageError
from devagent.repo.git import Git

FILES = {
    "README.md": "# lending\n\nWho borrowed which book, until when, and what it costs to be late.\n",
    "lending/__init__.py": '"""Lending books."""\n\nfrom lending.desk import Desk\n\n__all__ = ["Desk"]\n',
    "lending/calendar.py": '''"""Days on which the library is open."""

from datetime import date, timedelta

CLOSED_WEEKDAYS = {5, 6}


def is_open(day: date, holidays: frozenset[date] = frozenset()) -> bool:
    """Whether the library is open on a day."""
    return day.weekday() not in CLOSED_WEEKDAYS and day not in holidays


def open_days_between(start: date, end: date, holidays: frozenset[date] = frozenset()) -> int:
    """How many open days there are after `start`, up to and including `end`."""
    count = 0
    day = start
    while day < end:
        if is_open(day, holidays):
            count += 1
        day += timedelta(days=1)
    return count
''',
    "lending/fees.py": '''"""What it costs to bring a book back late."""

from datetime import date

from lending.calendar import open_days_between

CENTS_A_DAY = 20
MOST_CENTS = 500


def late_fee(due: date, returned: date, holidays: frozenset[date] = frozenset()) -> int:
    """The fee in cents: so much for each open day after the due date, never more than the most."""
    if returned <= due:
        return 0
    return min(MOST_CENTS, CENTS_A_DAY * open_days_between(due, returned, holidays))
''',
    "lending/desk.py": '''"""The desk, where books go out and come back."""

from datetime import date, timedelta

from lending.fees import late_fee


class Desk:
    """Keeps track of loans."""

    def __init__(self, days: int = 14, holidays: frozenset[date] = frozenset()) -> None:
        self.days = days
        self.holidays = holidays
        self.due: dict[tuple[str, str], date] = {}

    def lend(self, reader: str, book: str, today: date) -> date:
        """Lend a book and give the day on which it is due."""
        due = today + timedelta(days=self.days)
        self.due[reader, book] = due
        return due

    def take_back(self, reader: str, book: str, today: date) -> int:
        """Take a book back and give the fee in cents."""
        due = self.due.pop((reader, book))
        return late_fee(due, today, self.holidays)
''',
    "tests/test_calendar.py": """from datetime import date, timedelta

from lending.calendar import is_open, open_days_between

FRIDAY, SUNDAY, MONDAY = (date(2024, 3, day) for day in (8, 10, 11))


def test_the_library_is_open_from_monday_to_friday():
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    assert [is_open(day) for day in week] == [True] * 5 + [False] * 2


def test_the_library_is_closed_on_holidays():
    assert not is_open(MONDAY, frozenset({MONDAY}))


def test_a_day_counts_when_it_comes_after_the_start():
    assert open_days_between(FRIDAY, FRIDAY) == 0
    assert open_days_between(FRIDAY, SUNDAY) == 0
    assert open_days_between(FRIDAY, MONDAY) == 1
""",
    "tests/test_desk.py": """from datetime import date

from lending import Desk


def test_a_book_in_time_costs_nothing():
    desk = Desk()
    due = desk.lend("ada", "Emma", date(2024, 3, 1))
    assert desk.take_back("ada", "Emma", due) == 0


def test_a_weekend_costs_nothing():
    desk = Desk(days=7)
    desk.lend("ada", "Emma", date(2024, 3, 1))  # due on Friday the 8th
    assert desk.take_back("ada", "Emma", date(2024, 3, 10)) == 0


def test_monday_after_a_weekend_is_one_open_day():
    desk = Desk(days=7)
    desk.lend("ada", "Emma", date(2024, 3, 1))
    assert desk.take_back("ada", "Emma", date(2024, 3, 11)) == 20


def test_a_holiday_costs_nothing():
    desk = Desk(days=7, holidays=frozenset({date(2024, 3, 11)}))
    desk.lend("ada", "Emma", date(2024, 3, 1))
    assert desk.take_back("ada", "Emma", date(2024, 3, 12)) == 20


def test_the_fee_has_a_limit():
    desk = Desk(days=7)
    desk.lend("ada", "Emma", date(2024, 3, 1))
    assert desk.take_back("ada", "Emma", date(2025, 3, 1)) == 500
""",
}


def make_sample(folder: Path | None = None) -> Path:
    """Make the sample repository in a new folder (a temporary one by default) and give its path.

    Raises `UsageError` when the folder exists and is not empty, or cannot be made.
    """
    root = Path(tempfile.mkdtemp(prefix="devagent-demo-")) if folder is None else folder.absolute()
    try:
        if root.exists() and any(root.iterdir()):
            raise UsageError(f"{root} is not empty", hint="Name a new folder with --into")
        _write(root)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{root} cannot be made", why=why, hint="Name a new folder with --into") from None
    git = Git(root)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("add", "--all")
    who = {f"GIT_{whose}_{what}": value for whose in ("AUTHOR", "COMMITTER") for what, value in _WHO.items()}
    git.run("commit", "--quiet", "--no-gpg-sign", "--message=Lend books, take them back", env=who)
    return root


def _write(root: Path) -> None:
    for path, text in FILES.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


_WHO = {"NAME": "devagent demo", "EMAIL": "demo@devagent.invalid"}
