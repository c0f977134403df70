"""What the events of `go test -json` come to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devagent.sandbox.goevents import parse_events
from devagent.sandbox.junit import ReportError


def events(*given: dict[str, object]) -> bytes:
    return b"".join(
        json.dumps({"Module": "example.org/m"} if e is None else e).encode() + b"\n" for e in (None, *given)
    )


def event(action: str, test: str = "", **more: object) -> dict[str, object]:
    return {"Action": action, "Package": "example.org/m/calc", **({"Test": test} if test else {}), **more}


def test_tests_and_subtests_are_named_by_folder_and_name() -> None:
    report = parse_events(
        events(
            event("run", "TestAdd"),
            event("output", "TestAdd/two", Output="    calc_test.go:9: got 3, want 4\n"),
            event("output", "TestAdd/two", Output="--- FAIL: TestAdd/two (0.00s)\n"),
            event("fail", "TestAdd/two", Elapsed=0.5),
            event("fail", "TestAdd"),
            event("pass", "TestOk"),
            event("skip", "TestLater"),
            event("fail"),
        )
    )
    assert {r.id: r.status for r in report.results} == {
        "calc::TestAdd": "failed",
        "calc::TestAdd/two": "failed",
        "calc::TestOk": "passed",
        "calc::TestLater": "skipped",
    }
    two = next(r for r in report.results if r.id.endswith("two"))
    assert (two.message, two.seconds) == ("calc_test.go:9: got 3, want 4", 0.5)


def test_a_package_that_does_not_compile_is_an_error_with_what_the_compiler_said() -> None:
    content = b"# example.org/m/calc\n./calc.go:3:2: undefined: x\n" + events(
        event("output", Output="FAIL\texample.org/m/calc [build failed]\n"), event("fail")
    )
    (result,) = parse_events(content).results
    assert (result.id, result.status) == ("calc", "error")
    assert "undefined: x" in result.message


def test_a_test_that_took_its_package_with_it_is_an_error() -> None:
    report = parse_events(events(event("run", "TestExit"), event("fail")))
    assert {r.id: r.status for r in report.results} == {"calc::TestExit": "error"}


def test_the_root_package_is_a_dot() -> None:
    (result,) = parse_events(events({"Action": "pass", "Package": "example.org/m", "Test": "TestX"})).results
    assert result.id == ".::TestX"


def test_what_is_no_report_at_all_is_refused() -> None:
    with pytest.raises(ReportError, match="cannot be read: go: not found"):
        parse_events(b"go: not found\n")


NAMES = st.sampled_from(["Action", "Package", "Test", "Elapsed", "Output", "Module"])
VALUES = st.one_of(st.sampled_from(["run", "pass", "fail", "output"]), st.floats(), st.none(), st.text(max_size=5))
LINES = st.one_of(st.binary(max_size=40), st.dictionaries(NAMES, VALUES).map(lambda d: json.dumps(d).encode()))


@given(st.lists(LINES))
def test_anything_that_untrusted_code_writes_is_a_report_or_refused(lines: list[bytes]) -> None:
    try:
        report = parse_events(b"\n".join(lines))
    except ReportError:
        return
    assert all(0 <= r.seconds < 1e9 and isinstance(r.id, str) for r in report.results)
