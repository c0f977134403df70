"""Taking in what workers read: files that fail stay out, and where all fail the fault is not laid to the files."""

import os
import signal
from pathlib import Path

from devagent.code.index.intake import Intake
from devagent.code.index.reading import Reader
from devagent.code.index.store import Store
from devagent.code.index.versions import indexed_languages


class CrashingReader(Reader):
    """Crashes at files whose names begin with "bad"."""

    def __call__(self, path: str) -> bytes:
        if path.startswith("bad"):
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().__call__(path)


def intake_of(folder: Path, names: list[str]) -> Intake:
    """What is taken in of these files, the first the largest."""
    for number, name in enumerate(names):
        (folder / name).write_text(f"def f{number}(): pass\n" + "\n" * (len(names) - number))
    store = Store(folder / "store")
    known = indexed_languages(store.folder)
    reader = CrashingReader(str(folder), known.by_extension, known.versions, frozenset())
    stale = {name: (0, (folder / name).stat().st_size) for name in names}
    intake = Intake(store, reader, stale)
    intake.take(10.0)
    store.close()
    return intake


def test_a_file_that_crashes_the_parser_is_kept_with_a_note(tmp_path: Path) -> None:
    intake = intake_of(tmp_path, ["bad1.py", "good.py", "bad2.py"])
    assert (sorted(intake.taken), intake.parsed, intake.note) == (["bad1.py", "bad2.py", "good.py"], 3, "")


def test_when_all_fail_in_a_row_one_note_says_so_and_they_are_tried_again(tmp_path: Path) -> None:
    intake = intake_of(tmp_path, [f"bad{number}.py" for number in range(40)])
    assert not intake.taken
    assert intake.note == (
        "40 files were not read, and will be tried again: "
        "20 in a row failed, the last because the parser crashed (SIGSEGV)"
    )
