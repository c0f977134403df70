"""The corpus of model answers: what was written by hand, and one change in every format with every slip.

Nothing in it comes from the engine: what has to come of an answer is said by hand, or follows from the lines that go
and those that come.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

from devagent.code.edits.answer import apply_answer
from devagent.code.errors import EditError

FOLDER = Path(__file__).parents[2] / "scenarios" / "edits"


@dataclass(frozen=True)
class Case:
    """An answer about some files, and what must come of it.

    `expected` are the files that are different afterwards, `None` for one that is gone; with `refused` there are none,
    and the error has all these words. `said` are words that the notes must have, `path` is the file that the model
    was asked about, if it was asked about one, and `made` are the files that the answer makes.
    """

    group: str
    name: str
    files: Mapping[str, bytes]
    answer: str
    expected: Mapping[str, bytes | None]
    refused: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    path: str = ""
    made: tuple[str, ...] = ()


def verdict(case: Case) -> str:
    """`right` or `refused` where that had to be, else what was wrong."""
    kept = dict(case.files)
    try:
        applied = apply_answer(case.answer, case.files, path=case.path)
    except EditError as error:
        missing = [word for word in case.refused if word not in str(error)]
        if case.files != kept:
            return "it changed the files that it was given"
        if case.refused and not missing:
            return "refused"
        return f"it was refused without saying {missing}: {error}" if case.refused else f"it was refused: {error}"
    if case.refused:
        return f"it was not refused: {dict(applied.changes)}"
    if applied.changes != case.expected:
        return f"it gave {dict(applied.changes)} instead of {dict(case.expected)}"
    silent = [word for word in case.said if word not in "\n".join(applied.notes)]
    return f"the notes do not say {silent}: {applied.notes}" if silent else "right"


@cache
def cases() -> tuple[Case, ...]:
    """The whole corpus."""
    return (*written(), *systematic())


def written() -> Iterator[Case]:
    """The answers that were written by hand: one TOML file a group, explained in `formats.toml`."""
    for file in sorted((FOLDER / "answers").glob("*.toml")):
        group = tomllib.loads(file.read_text("utf-8"))
        for entry in group["case"]:
            plain = _case(file.stem, group["files"], entry)
            yield plain
            for way in entry.get("also", group.get("also", ())):
                yield replace(WAYS[way](plain), name=f"{plain.name}, {way}")


def _case(group: str, files: Mapping[str, str], entry: Mapping[str, Any]) -> Case:
    named = {*entry.get("given", files), *entry.get("files", {})}
    given = {path: text for path, text in {**files, **entry.get("files", {})}.items() if path in named}
    changed: dict[str, str] = {}
    for path, old, new in entry.get("change", ()):
        text = changed.get(path, given[path])
        assert text.count(old) == 1, f"{entry['name']}: {old!r} is in {path} {text.count(old)} times"
        changed[path] = text.replace(old, new)
    expected: dict[str, bytes | None] = {path: text.encode() for path, text in changed.items()}
    for old, new in entry.get("move", {}).items():
        expected[new] = expected.pop(old, None) or given[old].encode()
        expected[old] = None
    expected |= {path: text.encode() for path, text in entry.get("make", {}).items()}
    expected |= dict.fromkeys(entry.get("delete", ()))
    refused = tuple(entry.get("refused", ()))
    assert bool(expected) != bool(refused), f"{entry['name']} must be either changed or refused"
    return Case(
        group,
        entry["name"],
        {path: text.encode() for path, text in given.items()},
        entry["answer"],
        expected,
        refused,
        tuple(entry.get("said", ())),
        entry.get("path", ""),
        tuple(entry.get("make", ())),
    )


def _recoded(case: Case, how: Callable[[bytes], bytes]) -> Case:
    """The same case with files that are written otherwise; those that the answer makes are not."""
    expected = {
        path: content if content is None or path in case.made else how(content)
        for path, content in case.expected.items()
    }
    return replace(case, files={path: how(content) for path, content in case.files.items()}, expected=expected)


def _without_end(content: bytes) -> bytes:
    return content.removesuffix(b"\n")


WAYS: dict[str, Callable[[Case], Case]] = {
    "file with CRLF": lambda case: _recoded(case, lambda content: content.replace(b"\n", b"\r\n")),
    "file with BOM": lambda case: _recoded(case, lambda content: b"\xef\xbb\xbf" + content),
    "file without last newline": lambda case: _recoded(case, _without_end),
    "file in UTF-16": lambda case: _recoded(case, lambda content: ("\ufeff" + content.decode()).encode("utf-16-le")),
    "answer with CRLF": lambda case: replace(case, answer=case.answer.replace("\n", "\r\n")),
    "answer with prose": lambda case: replace(
        case, answer=f"Sure, I found the problem.\n\n{case.answer}\n\nThis makes the tests pass. Tell me if not!\n"
    ),
    "answer after thoughts": lambda case: replace(
        case, answer=f"<think>\nMaybe:\n```python\nx = 1\n</think>\n{case.answer}"
    ),
}
"""Ways to write the same files or the same answer otherwise. What must come of it stays the same."""


@dataclass(frozen=True)
class Change:
    """Lines of a file that go, and those that come; `line` is where they stand, from 1."""

    path: str
    text: str
    search: str
    replace: str
    symbol: str = ""
    line: int = 0

    @property
    def after(self) -> str:
        """The file as it has to be."""
        assert self.text.count(self.search) == 1
        return self.text.replace(self.search, self.replace)


def search_replace(change: Change) -> str:
    """The change as a search/replace block in a fence."""
    return f"{change.path}\n```\n<<<<<<< SEARCH\n{change.search}=======\n{change.replace}>>>>>>> REPLACE\n```\n"


def diff(change: Change) -> str:
    """The change as a unified diff in a fence, each line of it old or new."""
    old, new = change.search.splitlines(), change.replace.splitlines()
    head = f"--- a/{change.path}\n+++ b/{change.path}\n@@ -{change.line},{len(old)} +{change.line},{len(new)} @@\n"
    return f"```diff\n{head}{_signed(old, new)}```\n"


def wrong_diff(change: Change) -> str:
    """The same with line numbers and counts that are wrong, and without `a/` and `b/`."""
    head = f"--- {change.path}\n+++ {change.path}\n@@ -1,2 +901,7 @@\n"
    return f"```diff\n{head}{_signed(change.search.splitlines(), change.replace.splitlines())}```\n"


def bare_diff(change: Change) -> str:
    """The same without any header, under a heading that names the file."""
    return f"### `{change.path}`\n\n```diff\n{_signed(change.search.splitlines(), change.replace.splitlines())}```\n"


def begin_patch(change: Change) -> str:
    """The change in the format that begins with `*** Begin Patch`."""
    body = _signed(change.search.splitlines(), change.replace.splitlines())
    return f"*** Begin Patch\n*** Update File: {change.path}\n@@\n{body}*** End Patch\n"


def whole_file(change: Change) -> str:
    """The whole file as it has to be."""
    return f"Here is `{change.path}`:\n\n```\n{change.text.replace(change.search, change.replace)}```\n"


QUOTING = (search_replace, diff, wrong_diff, bare_diff, begin_patch)


def _signed(old: list[str], new: list[str]) -> str:
    """Equal lines at both ends as context, all between them as removed and added."""
    lead = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = min(len(old), len(new)) - lead
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    lines = [f" {line}" for line in old[:lead]]
    lines += [f"-{line}" for line in old[lead : len(old) - tail]] + [f"+{line}" for line in new[lead : len(new) - tail]]
    lines += [f" {line}" for line in old[len(old) - tail :]]
    return "".join(f"{line}\n" for line in lines)


def systematic() -> Iterator[Case]:
    """Every change of `changes.toml` in every format with every slip that the format allows."""
    for change in changes():
        for form in (*QUOTING, whole_file):
            yield _said(change, form, "as it should be", change)
            yield _said(
                change, form, "wrong file name", _named(change, change.path.rpartition("/")[2]), said=["taken to be"]
            )
            yield _said(
                change,
                form,
                "file name with a folder before it",
                _named(change, f"work/repo/{change.path}"),
                said=["taken to be"],
            )
            yield _cut_off(change, form)
        for form in QUOTING:
            for slip, distorted in SLIPS.items():
                if (written := distorted(change)) != change:
                    yield _said(change, form, slip, written)
            yield from _refused(change, form)
        yield from _whole_refused(change)


def with_two_slips() -> Iterator[Case]:
    """Every change in every format that quotes, with two slips at once: refused perhaps, but never wrong."""
    for change in changes():
        for (first, slip), (second, other) in permutations(SLIPS.items(), 2):
            written = other(slip(change))
            for form in QUOTING:
                yield _said(change, form, f"{first}, {second}", written)


def changes() -> Iterator[Change]:
    """What `changes.toml` has."""
    for entry in tomllib.loads((FOLDER / "changes.toml").read_text("utf-8"))["change"]:
        yield Change(**entry, line=entry["text"][: entry["text"].index(entry["search"])].count("\n") + 1)


def _lines(change: Change, how: Callable[[str], str]) -> Change:
    text = ["".join(f"{how(line)}\n" for line in part.splitlines()) for part in (change.search, change.replace)]
    return replace(change, search=text[0], replace=text[1])


def _outdented(line: str) -> str:
    return line[2:] if line.startswith("  ") else line


def _tabbed(line: str, unit: int = 4) -> str:
    body = line.lstrip(" ")
    return "\t" * ((len(line) - len(body)) // unit) + body


def _unit(change: Change) -> int:
    return min((len(line) - len(line.lstrip()) for line in change.text.splitlines() if line.startswith(" ")), default=4)


def _curly(change: Change) -> Change:
    """With typographic characters, if there are any in what is quoted; otherwise nothing says that they are a slip."""
    return _lines(change, _dressed) if '"' in change.search or " - " in change.search else change


def _dressed(line: str) -> str:
    *parts, last = line.split('"')
    quoted = "".join(part + "\u201c\u201d"[n % 2] for n, part in enumerate(parts)) + last
    return quoted.replace(" - ", " \u2013 ")


def _at_margin(change: Change) -> Change:
    """Without the indentation that all lines have."""
    least = min(
        len(line) - len(line.lstrip()) for line in (change.search + change.replace).splitlines() if line.strip()
    )
    return _lines(change, lambda line: line[least:])


def _first_trimmed(change: Change) -> Change:
    return replace(change, search=change.search.lstrip(" "), replace=change.replace.lstrip(" "))


SLIPS: dict[str, Callable[[Change], Change]] = {
    "blanks at the ends of lines": lambda change: _lines(change, lambda line: f"{line}  "),
    "no indentation": _at_margin,
    "indentation of the first line lost": _first_trimmed,
    "deeper indentation": lambda change: _lines(change, lambda line: f"        {line}" if line else line),
    "tabs for blanks": lambda change: _lines(change, lambda line: _tabbed(line, _unit(change))),
    "typographic quotes and dashes": _curly,
    "no-break blanks": lambda change: _lines(change, lambda line: line.replace(" ", "\u00a0")),
    "blank lines around it": lambda change: replace(
        change, search=f"\n{change.search}\n", replace=f"\n{change.replace}\n"
    ),
}


def _named(change: Change, path: str) -> Change:
    return replace(change, path=path)


def _case_of(change: Change, form: Callable[[Change], str], slip: str, answer: str) -> Case:
    name = f"{change.path} as {form.__name__}: {slip}"
    return Case(f"{slip}", name, {change.path: change.text.encode(), "other.txt": b"other\n"}, answer, {})


def _said(
    change: Change, form: Callable[[Change], str], slip: str, written: Change, said: list[str] | None = None
) -> Case:
    case = _case_of(change, form, slip, form(written))
    return replace(case, expected={change.path: change.after.encode()}, said=tuple(said or ()))


def _cut_off(change: Change, form: Callable[[Change], str]) -> Case:
    answer = form(change)
    kept = answer.rstrip().splitlines(keepends=True)[:-1]
    return replace(_case_of(change, form, "cut off", "".join(kept)), refused=("cut off",))


def _refused(change: Change, form: Callable[[Change], str]) -> Iterator[Case]:
    other = replace(change, search=change.search.replace("e", "ee", 1), replace=change.replace.replace("e", "ee", 1))
    yield replace(
        _case_of(change, form, "lines that are not there", form(other)),
        refused=("nearest lines are:", str(change.line)),
    )
    twice = {change.path: f"{change.text}\n{change.text}".encode()}
    if form is not diff:
        yield replace(
            _case_of(change, form, "lines that are there twice", form(change)),
            files=twice,
            refused=("2 times", "at lines"),
        )
    done = {change.path: change.after.encode()}
    yield replace(
        _case_of(change, form, "a change that is there already", form(change)), files=done, refused=("already",)
    )
    elsewhere = _named(change, "no/such/name.x")
    yield replace(_case_of(change, form, "no such file", form(elsewhere)), refused=("there is no file no/such/name.x",))
    outside = _named(change, "../outside.py")
    yield replace(_case_of(change, form, "a path that leads out", form(outside)), refused=("not a path inside",))


def _whole_refused(change: Change) -> Iterator[Case]:
    lazy = change.text.replace(change.search, "# ... existing code ...\n")
    answer = f"`{change.path}`\n```\n{lazy}```\n"
    yield replace(
        _case_of(change, whole_file, "a whole file that leaves out code", answer), refused=("leaves out code",)
    )
    if change.symbol:
        answer = f"`{change.path}::{change.symbol}`\n```\n{_symbol_source(change)}```\n"
        case = _case_of(change, whole_file, "a whole symbol", answer)
        yield replace(case, expected={change.path: change.after.encode()})


def _symbol_source(change: Change) -> str:
    """The lines of the symbol in the new file: from the one that names it to the last that is deeper, or closes it."""
    name = change.symbol.rpartition(".")[2]
    lines = change.after.splitlines(keepends=True)
    first = next(row for row, line in enumerate(lines) if f"{name}(" in line and line.rstrip()[-1] in ":{")
    margin = len(lines[first]) - len(lines[first].lstrip())
    last = next(
        row
        for row in range(first + 1, len(lines) + 1)
        if row == len(lines) or (lines[row].strip() and len(lines[row]) - len(lines[row].lstrip()) <= margin)
    )
    body = lines[first : last + (last < len(lines) and lines[last].strip() == "}")]
    return "".join(body).rstrip("\n") + "\n"
