"""Test reports: JUnit XML, read as what it is, a file that untrusted code wrote.

Our probes mark what plain JUnit leaves open by properties: `devagent.id` (the exact test id), `devagent.missing`
(a package that could not be imported), `devagent.nonce` (which run it was), `devagent.trouble`. Reports without
them are read as well; ids are then made from file or class name, enclosing suites and name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as Xml

from devagent.sandbox.output import one_line, plain
from devagent.sandbox.results import Status, TestResult

MAX_MESSAGE, MAX_DETAILS = 2000, 6000
_MAX_DEPTH = 40
_STATUS: Mapping[str, Status] = {"failure": "failed", "error": "error", "skipped": "skipped"}
_WORST: tuple[Status, ...] = ("error", "failed", "skipped")


class ReportError(ValueError):
    """The report is not the JUnit XML it should be."""


@dataclass(frozen=True)
class Report:
    """What a report says. `missing` are packages that tests could not import, in order of appearance."""

    results: tuple[TestResult, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def parse_report(content: bytes) -> Report:
    """The report in a JUnit XML file. Raises `ReportError`."""
    try:
        root = Xml.fromstring(content, parser=Xml.XMLParser(target=_Builder()))
    except (Xml.ParseError, ValueError, LookupError) as error:
        raise ReportError(f"the test report cannot be read: {error}") from None
    if root.tag not in ("testsuites", "testsuite"):
        raise ReportError(f"the test report is no JUnit XML: its root is <{one_line(str(root.tag)[:40])}>")
    cases = list(_cases(root, ("",) if root.tag == "testsuite" else ()))
    missing = dict.fromkeys(name for case, _ in cases if (name := _properties(case).get("devagent.missing")))
    facts = {name: value for suite in root.iter("testsuite") for name, value in _properties(suite).items()}
    return Report(tuple(_distinct(_result(case, suites) for case, suites in cases)), facts, tuple(missing))


class _Builder(Xml.TreeBuilder):
    """Builds the tree, and refuses what could make it grow beyond the file: entities and deep nesting."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, *_: str | None) -> None:
        """A document type can define entities; no test report needs one."""
        raise ReportError("the test report declares a document type")

    def start(self, tag: str, attrs: dict[str, str], /) -> Xml.Element:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ReportError("the test report is nested too deep")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Xml.Element:
        self._depth -= 1
        return super().end(tag)


def _cases(element: Xml.Element, suites: tuple[str, ...]) -> Iterator[tuple[Xml.Element, tuple[str, ...]]]:
    for child in element:
        if child.tag == "testcase":
            yield child, suites
        elif child.tag == "testsuite":
            yield from _cases(child, (*suites, child.get("name", "")))


def _properties(element: Xml.Element) -> dict[str, str]:
    return {p.get("name", ""): plain(p.get("value", "")) for p in element.findall("properties/property")}


def _result(case: Xml.Element, suites: tuple[str, ...]) -> TestResult:
    outcomes = {_STATUS[child.tag]: child for child in case if child.tag in _STATUS}
    status: Status = next((word for word in _WORST if word in outcomes), "passed")
    outcome = outcomes.get(status)
    text = "" if outcome is None else plain(outcome.text or "").strip("\n")
    message = "" if outcome is None else plain(outcome.get("message", "")) or text.partition("\n")[0]
    return TestResult(
        id=_properties(case).get("devagent.id") or plain(_plain_id(case, suites)),
        status=status,
        seconds=_seconds(case.get("time", "")),
        message=clip(message, MAX_MESSAGE),
        details=clip(text, MAX_DETAILS) if status != "skipped" else "",
        file=one_line(case.get("file", "")),
    )


def _plain_id(case: Xml.Element, suites: tuple[str, ...]) -> str:
    """The id of a test whose reporter is not ours: not what its runner selects by, but the same in every run."""
    name = case.get("name", "")
    place = case.get("file") or case.get("classname") or ""
    inner = [suite for suite in suites[1:] if suite and suite not in name]
    return f"{place}::{' > '.join([*inner, name])}" if place else " > ".join([*inner, name])


def _distinct(results: Iterator[TestResult]) -> Iterator[TestResult]:
    """Give repeated ids a number, so that no result hides another."""
    seen: dict[str, int] = {}
    for result in results:
        seen[result.id] = count = seen.get(result.id, 0) + 1
        yield result if count == 1 else replace(result, id=f"{result.id} #{count}")


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0


def clip(text: str, limit: int) -> str:
    """The text in at most `limit` characters, its middle cut out: both ends of a traceback matter."""
    if len(text) <= limit:
        return text
    cut = "\n[...]\n"
    head = limit // 4
    return text[:head] + cut + text[-(limit - head - len(cut)) :]
