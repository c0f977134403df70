"""The tests that exercise a function: those that fail, by their source, and others that ran it."""

import re
from collections.abc import Mapping, Sequence

from devagent.code.context.parts import WHOLE, Form, Part
from devagent.code.spectrum import Coverage
from devagent.code.symbol import Symbol, symbols

TESTS = "tests"


def source_of(path: str, content: bytes, test_id: str) -> str:
    """The source of a test in a file, or nothing when it cannot be found."""
    short = re.sub(r"\[.*$", "", test_id.split("::")[-1], flags=re.DOTALL).split(" > ")[-1]
    for symbol in symbols(path, content):
        if symbol.short == short:
            return symbol.text(content)
    return _block(content.decode(errors="replace"), short)


def that_ran(coverage: Coverage, symbols_: Sequence[Symbol]) -> list[str]:
    """The tests that ran any line of these functions, those that ran least besides first."""
    found = {
        test: sum(map(len, paths.values()))
        for test, paths in coverage.items()
        if any(not set(symbol.lines).isdisjoint(paths.get(symbol.path, ())) for symbol in symbols_)
    }
    return sorted(found, key=lambda test: (found[test], test))


def parts_of_tests(found: Mapping[str, str], why: str, rank: int = 0) -> list[Part]:
    """Tests by id with their sources: whole, or by name. Of several with one source the first stands for all."""
    parts: dict[str, Part] = {}
    for test, source in found.items():
        forms = (Form(WHOLE, f"# {test}\n{source}"), Form("name", f"# {test} (its name only)"))
        parts.setdefault(source or test, Part(TESTS, test, why, forms if source else forms[1:], rank))
    return list(parts.values())


def example(path: str, content: bytes, section: str, rank: int = 0) -> Part:
    """A test file as an example of how tests look: whole, or up to the end of its first test."""
    text = content.decode(errors="replace")
    first = next((s for s in symbols(path, content) if s.kind != "class" and "test" in s.short.lower()), None)
    forms = [Form(WHOLE, text)]
    if first is not None and first.end_byte < len(content):
        more = content.count(b"\n", first.end_byte)
        forms.append(Form("first test", f"{content[: first.end_byte].decode(errors='replace')}\n… {more} more lines"))
    return Part(section, path, "the smallest test file: how tests look here", tuple(forms), rank)


def _block(text: str, title: str) -> str:
    """The block of a test that is a call with a title, as in JavaScript: from its first line to its closing one."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if title in line and re.match(r"\s*(test|it)\b", line):
            indent = _indent(line)
            end = next((m for m in range(n + 1, len(lines)) if lines[m].strip() and _indent(lines[m]) <= indent), n)
            return "\n".join(lines[n : end + 1])
    return ""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
