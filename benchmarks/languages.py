"""Go and Java in the sandbox: a small project of each, with every kind of outcome, told test by test?

    python benchmarks/languages.py [--only go,maven]

No test of the suite, because the images take minutes: compilers come from the distribution's packages. Each project is
run whole, with one test chosen, and with a mistake that keeps it from compiling; what is seen is compared with what is
in it. Maven's own repository need not be reachable: Debian's packages have a JUnit.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass

from figures import Figure, print_table, report

from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.results import TestRun
from devagent.sandbox.runner import TestRunner
from devagent.sandbox.sandbox import File, Tree
from devagent.sandbox.whereabouts import with_files


@dataclass(frozen=True)
class Sample:
    """A project, what becomes of its tests, one of them to choose, and a file that does not compile."""

    files: Mapping[str, str]
    expected: Mapping[str, str]
    chosen: str
    broken: tuple[str, str]


GO = Sample(
    files={
        "go.mod": "module example.org/shop\n\ngo 1.19\n",
        "calc/calc.go": "package calc\n\nfunc Add(a, b int) int { return a + b }\n",
        "calc/calc_test.go": """package calc

import "testing"

func TestAdds(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Fatal("no")
	}
}

func TestWrong(t *testing.T) {
	t.Run("small", func(t *testing.T) {
		if got := Add(1, 2); got != 4 {
			t.Errorf("got %d, want 4", got)
		}
	})
	t.Run("large", func(t *testing.T) {})
}

func TestLater(t *testing.T) { t.Skip("not now") }
""",
        "other/other_test.go": 'package other\n\nimport "testing"\n\nfunc TestOther(t *testing.T) {}\n',
    },
    expected={
        "calc::TestAdds": "passed",
        "calc::TestWrong": "failed",
        "calc::TestWrong/small": "failed",
        "calc::TestWrong/large": "passed",
        "calc::TestLater": "skipped",
        "other::TestOther": "passed",
    },
    chosen="calc::TestAdds",
    broken=("other/broken_test.go", "package other\n\nfunc broken( {\n"),
)
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>org.example</groupId>
  <artifactId>shop</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>
  </dependencies>
</project>
"""
MAVEN = Sample(
    files={
        "pom.xml": POM,
        "src/main/java/shop/Calc.java": "package shop;\nclass Calc { static int add(int a, int b) { return a+b; } }\n",
        "src/test/java/shop/CalcTest.java": """package shop;
import static org.junit.Assert.assertEquals;
import org.junit.Ignore;
import org.junit.Test;
public class CalcTest {
    @Test public void adds() { assertEquals(3, Calc.add(1, 2)); }
    @Test public void wrong() { assertEquals(4, Calc.add(1, 2)); }
    @Test public void breaks() { throw new IllegalStateException("boom"); }
    @Ignore("not now") @Test public void later() {}
}
""",
        "src/test/java/shop/OtherTest.java": """package shop;
public class OtherTest { @org.junit.Test public void other() {} }
""",
    },
    expected={
        "shop.CalcTest::adds": "passed",
        "shop.CalcTest::wrong": "failed",
        "shop.CalcTest::breaks": "error",
        "shop.CalcTest::later": "skipped",
        "shop.OtherTest::other": "passed",
    },
    chosen="shop.CalcTest::adds",
    broken=("src/test/java/shop/BrokenTest.java", "package shop;\nclass BrokenTest {\n"),
)
SAMPLES = {"go": GO, "maven": MAVEN}


@dataclass(frozen=True)
class Measured:
    """The three runs of one sample, and the seconds its image took."""

    whole: TestRun
    one: TestRun
    broken: TestRun
    seconds: float


def main() -> int:
    """Run, compare, print; the exit code is 1 when something was told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(SAMPLES), help="some of go, maven")
    figures, rows = [], []
    for name in parser.parse_args().only.split(","):
        sample, measured = SAMPLES[name], asyncio.run(measure(SAMPLES[name]))
        found = {result.id: result.status for result in measured.whole.results}
        one = {result.id: result.status for result in measured.one.results}
        right = sum(found.get(id_) == status for id_, status in sample.expected.items())
        chosen = one == {sample.chosen: sample.expected[sample.chosen]} and measured.one.counts
        rows.append((name, measured.seconds, measured.whole.seconds, measured.one.seconds))
        broken = measured.broken.trouble or told(measured.broken)
        print(f"{name}: {measured.whole.trouble or 'it counts'}; broken: {broken}")
        for id_ in found.keys() ^ sample.expected.keys():
            print(f"    {id_}: {found.get(id_, 'not told')}")
        figures += [
            Figure(f"{name}: tests told as they are", right, len(sample.expected), at_least=True),
            Figure(
                f"{name}: bad tests told with their file",
                located(measured.whole),
                len(measured.whole.bad),
                at_least=True,
            ),
            Figure(f"{name}: tests nobody wrote", len(found.keys() - sample.expected.keys()), 0),
            Figure(f"{name}: a chosen test alone", int(chosen), 1, at_least=True),
            Figure(
                f"{name}: a mistake is not green",
                int(bool(measured.broken.trouble or measured.broken.bad)),
                1,
                at_least=True,
            ),
        ]
    print_table(
        ("language", "image s", "whole run s", "one test s"), [(n, *(round(s, 1) for s in t)) for n, *t in rows]
    )
    return report(figures)


def told(run: TestRun) -> str:
    """The first bad test of a run and what it says."""
    return next((f"{result.id}: {result.headline}" for result in run.bad), "green")


def located(run: TestRun) -> int:
    """How many of the bad tests are told with the file in which they stand."""
    return sum(result.file in ("calc/calc_test.go", "src/test/java/shop/CalcTest.java") for result in run.bad)


async def measure(sample: Sample) -> Measured:
    """Build the image, and run the sample three times."""
    files: Tree = {path: File(text.encode()) for path, text in sample.files.items()}
    ecosystem, started = detect(files), time.monotonic()
    sandbox = await open_sandbox(ecosystem.recipe(files), kind="docker", progress=print)
    try:
        seconds = time.monotonic() - started
        runner = TestRunner(sandbox, ecosystem)
        await sandbox.sync(files)
        whole = with_files(await runner.run(), ecosystem, files)
        await sandbox.sync(files)
        one = await runner.run([sample.chosen])
        await sandbox.sync({**files, sample.broken[0]: File(sample.broken[1].encode())})
        return Measured(whole, one, await runner.run(), seconds)
    finally:
        await sandbox.close()


if __name__ == "__main__":
    sys.exit(main())
