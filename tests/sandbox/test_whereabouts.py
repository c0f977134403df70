"""Tests of Go and Java get the files in which they stand, from the workspace."""

import pytest
from local_sandbox import tree

from devagent.sandbox.definition import load
from devagent.sandbox.ecosystem import fit
from devagent.sandbox.results import TestResult, TestRun
from devagent.sandbox.whereabouts import with_files

GO = tree(
    {
        "go.mod": "module example.org/m\n",
        "top_test.go": "package m\n\nfunc TestTop(t *testing.T) {}\n",
        "calc/calc.go": "package calc\n",
        "calc/add_test.go": "package calc\n\nfunc TestAdd(t *testing.T) {}\nfunc (s *Suite) TestSum() {}\n",
        "calc/more_test.go": "package calc\n\nfunc TestÄnderung(t *testing.T) {}\n",
        "calc/deep/add_test.go": "package deep\n\nfunc TestAdd(t *testing.T) {}\n",
    }
)
JAVA = tree(
    {
        "pom.xml": "<project/>",
        "src/main/java/org/shop/Cart.java": "",
        "src/test/java/org/shop/CartTest.java": "",
        "src/test/java/org/shop/old/CartTest.java": "",
        "src/test/java/PlainTest.java": "",
    }
)


def file_of(ecosystem: str, id_: str, details: str = "", folder: str = "") -> TestResult:
    files = {"go": GO, "maven": JAVA}[ecosystem]
    files = {f"{folder}/{path}" if folder else path: file for path, file in files.items()}
    run = TestRun((TestResult(id_, "failed", details=details),))
    return with_files(run, fit(load(ecosystem), files, folder), files).results[0]


@pytest.mark.parametrize(
    ("id_", "file"),
    [
        (".::TestTop", "top_test.go"),
        ("calc::TestAdd", "calc/add_test.go"),
        ("calc::TestAdd/two/deep", "calc/add_test.go"),
        ("calc/deep::TestAdd", "calc/deep/add_test.go"),
        ("calc::TestÄnderung", "calc/more_test.go"),
        ("calc::TestSum", ""),
        ("elsewhere::TestAdd", ""),
        ("command", ""),
    ],
)
def test_a_test_of_go_is_in_the_file_of_its_package_that_has_its_function(id_: str, file: str) -> None:
    assert file_of("go", id_).file == file
    place, colons, name = id_.partition("::")
    inside = f"services/api/{place}{colons}{name}"
    assert file_of("go", inside, folder="services/api").file == (f"services/api/{file}" if file else "")


def test_what_go_says_names_files_from_the_top_of_the_repository() -> None:
    said = "    add_test.go:9: got 3\n\t/work/calc/calc.go:3 +0x1d\nnothing.go:1: x\n"
    told = file_of("go", "calc::TestAdd", said).details
    assert told == "    calc/add_test.go:9: got 3\n\tcalc/calc.go:3 +0x1d\nnothing.go:1: x\n"


def test_a_package_that_does_not_compile_is_told_with_the_file_at_fault() -> None:
    result = file_of("go", "api/calc", "calc/calc.go:3:2: undefined: x", folder="api")
    assert (result.file, result.details) == ("api/calc/calc.go", "api/calc/calc.go:3:2: undefined: x")


@pytest.mark.parametrize(
    ("id_", "file"),
    [
        ("org.shop.CartTest::adds", "src/test/java/org/shop/CartTest.java"),
        ("org.shop.old.CartTest$Inner::adds", "src/test/java/org/shop/old/CartTest.java"),
        ("PlainTest::adds", "src/test/java/PlainTest.java"),
        ("CartTest::adds", ""),
        ("org.shop.Cart::adds", ""),
        ("command", ""),
    ],
)
def test_a_test_of_java_is_in_the_file_of_its_class(id_: str, file: str) -> None:
    assert file_of("maven", id_).file == file
    assert file_of("maven", f"services/api/{id_}", folder="services/api").file == (
        f"services/api/{file}" if file else ""
    )


def test_what_a_report_says_itself_stays() -> None:
    run = TestRun((TestResult("calc::TestAdd", "failed", file="own.go"), TestResult("calc::TestAdd", "passed")))
    assert [r.file for r in with_files(run, fit(load("go"), GO), GO).results] == ["own.go", "calc/add_test.go"]
    python = TestRun((TestResult("calc::TestAdd", "failed"),))
    assert with_files(python, fit(load("python"), GO), GO) == python
