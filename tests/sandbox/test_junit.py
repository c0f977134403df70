"""Reports are read for what they say, and are not trusted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devagent.sandbox.junit import MAX_DETAILS, MAX_MESSAGE, ReportError, clip, parse_report
from devagent.sandbox.output import visible
from devagent.sandbox.results import TestResult
from devagent.sandbox.scripted import report

TEXT = st.text(st.characters(blacklist_categories=("Cs",), min_codepoint=32, blacklist_characters="￾￿")).filter(
    lambda text: visible(text) == text
)


def test_a_plain_report_of_another_runner_is_read() -> None:
    content = b"""<?xml version="1.0"?>
    <testsuites><testsuite name="all">
      <testcase classname="tests.test_a.TestX" name="test_ok" time="0.5"/>
      <testcase classname="tests.test_a" name="test_bad[1]" file="tests/test_a.py" time="1,000.5">
        <failure message="assert 1 == 2">the traceback</failure></testcase>
      <testcase name="broken"><error>no message
second line</error></testcase>
      <testcase name="left out" time="soon"><skipped message="why"/></testcase>
      <testcase name="both"><failure message="f"/><error message="e"/></testcase>
    </testsuite></testsuites>"""
    ok, bad, broken, skipped, both = parse_report(content).results
    assert ok == TestResult("tests.test_a.TestX::test_ok", "passed", 0.5)
    assert bad == TestResult(
        "tests/test_a.py::test_bad[1]", "failed", 1000.5, "assert 1 == 2", "the traceback", "tests/test_a.py"
    )
    assert (broken.status, broken.message, broken.details) == ("error", "no message", "no message\nsecond line")
    assert (skipped.status, skipped.seconds, skipped.message) == ("skipped", 0.0, "why")
    assert (both.status, both.message) == ("error", "e")


def test_nested_suites_are_part_of_the_id_and_repeated_ids_get_a_number() -> None:
    content = b"""<testsuite name="root"><testsuite name="math"><testsuite name="add">
        <testcase name="works"/><testcase name="works"/></testsuite></testsuite></testsuite>"""
    assert [r.id for r in parse_report(content).results] == ["math > add > works", "math > add > works #2"]


def test_properties_of_our_probes_are_taken() -> None:
    content = b"""<testsuites><testsuite><properties><property name="devagent.nonce" value="n"/></properties>
        <testcase name="x"><properties><property name="devagent.id" value="a.py::x[ ]"/>
        <property name="devagent.missing" value="numpy"/></properties><error message="no"/></testcase>
        </testsuite></testsuites>"""
    found = parse_report(content)
    assert (found.results[0].id, found.properties["devagent.nonce"], found.missing) == ("a.py::x[ ]", "n", ("numpy",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PASSED",
        b"<testsuites>",
        b"<html><testcase/></html>",
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY x "y">]><testsuites>&x;</testsuites>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuites/>',
        b"<testsuites>" + b"<testsuite>" * 5000 + b"</testsuite>" * 5000 + b"</testsuites>",
        b'<?xml version="1.0" encoding="no-such-encoding"?><testsuites/>',
    ],
)
def test_what_is_no_report_is_refused_in_one_line(content: bytes) -> None:
    with pytest.raises(ReportError) as failed:
        parse_report(content)
    assert str(failed.value)
    assert "\n" not in str(failed.value)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_refused_and_never_crashes(content: bytes) -> None:
    with pytest.raises(ReportError):
        parse_report(content)


RESULTS = st.builds(
    TestResult,
    id=TEXT.filter(bool),
    status=st.sampled_from(["passed", "failed", "error", "skipped"]),
    seconds=st.floats(0, 1e6),
    message=TEXT,
    file=TEXT,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(RESULTS, max_size=6, unique_by=lambda r: r.id))
def test_what_was_written_is_what_is_read(results: list[TestResult]) -> None:
    read = parse_report(report(results, "nonce"))
    assert read.properties == {"devagent.nonce": "nonce"}
    assert [(r.id, r.status, r.seconds, r.file) for r in read.results] == [
        (r.id, r.status, r.seconds, r.file) for r in results
    ]
    assert [r.message for r in read.results] == ["" if r.status == "passed" else r.message for r in results]


def test_long_texts_lose_their_middle() -> None:
    long = TestResult("x", "failed", message="m" * 9000, details="start" + "d" * 90_000 + "end")
    read = parse_report(report([long])).results[0]
    assert len(read.message) == MAX_MESSAGE
    assert len(read.details) == MAX_DETAILS
    assert read.details.startswith("start")
    assert read.details.endswith("end")
    assert clip("short", 10) == "short"


def test_a_report_steers_no_terminal_and_hides_nothing() -> None:
    results = [TestResult("t::a\x9b2J", "failed", message="no\u202e", details="\x85x", file="a\u202eb.py")]
    (read,) = parse_report(report(results)).results
    assert (read.id, read.message, read.details, read.file) == ("t::a", "no", "x", "a\\u202eb.py")
