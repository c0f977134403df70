"""How many candidates a minute the search tries, in a sandbox that has no more than 500 MB; what bad candidates do.

    python benchmarks/repair/throughput.py [--seconds 30] [--sandbox docker]

A repository of its own making, whose failing test takes five milliseconds of computing and cannot be made to pass, so
that the search tries edits as long as it is let. What is counted are edits that ran, imports excluded. Then candidates
that loop, fork, allocate and leave are tried one by one: each counts as failed, and the next one is tried all the same.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from figures import Figure, report

from devagent.repair.batch import Goal, Variant, run_batch
from devagent.repair.candidates import Stretch
from devagent.repair.edit import Change, Span, edit
from devagent.repair.search import Search
from devagent.sandbox.choice import open_sandbox
from devagent.sandbox.ecosystem import detect
from devagent.sandbox.recipe import Limits
from devagent.sandbox.sandbox import File, Sandbox

A_MINUTE, MEMORY = 3000, 500_000_000
FUNCTIONS = 12
TEST_SECONDS = 0.005
ONE = """
def part{n}(rows, limit, rate):
    total, seen = {n}, []
    for place, row in enumerate(rows):
        if row > limit and place < len(rows) - 1:
            total += row * rate - place
        elif row == limit or not rate:
            seen.append(row // 2)
        else:
            total -= min(row, limit) % 7
    return total + len(seen) * {n}
"""
SOURCE = "".join(ONE.format(n=n) for n in range(FUNCTIONS)) + (
    "\n\ndef whole(rows, limit, rate):\n    return ["
    + ", ".join(f"part{n}(rows, limit, rate)" for n in range(FUNCTIONS))
    + "]\n"
)
TEST = f"""import time

from parts import whole


def test_whole():
    end = time.thread_time() + {TEST_SECONDS}
    found = whole([3, 1, 4, 1, 5], 3, 2)
    while time.thread_time() < end:
        pass
    assert found == "nothing that a list can be"
"""
FILES = {"parts.py": File(SOURCE.encode()), "test_parts.py": File(TEST.encode())}
ID = "test_parts.py::test_whole"
BAD = {
    "loops": "while True: pass",
    "forks": "import os\n    while True: os.fork()",
    "allocates": "seen = [bytearray(10 ** 7) for _ in range(10 ** 6)]",
    "leaves": "import os; os._exit(0)",
    "raises an exit": "raise SystemExit",
}


def main() -> int:
    """Measure, print, and say by the exit code whether all is as required."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--sandbox", choices=["docker", "process"], default="docker")
    options = parser.parse_args()
    return asyncio.run(measured(options.seconds, options.sandbox))


async def measured(seconds: float, kind: str) -> int:
    """Both measurements in one sandbox."""
    ecosystem = detect(FILES)
    limits = Limits(memory=MEMORY)
    sandbox = await open_sandbox(ecosystem.recipe(FILES), kind=kind, limits=limits, progress=print)  # type: ignore[arg-type]
    try:
        await sandbox.sync(FILES)
        rate = await candidates_a_minute(sandbox, seconds)
        harmless = await harmless_ones(sandbox)
    finally:
        await sandbox.close()
    return report(
        [
            Figure(f"candidates a minute ({kind}, test of {1000 * TEST_SECONDS:g} ms)", rate, A_MINUTE, at_least=True),
            Figure("bad candidates that count as failed and harm nothing", harmless, len(BAD), at_least=True),
        ]
    )


async def candidates_a_minute(sandbox: Sandbox, seconds: float) -> float:
    """Edits that ran in a minute, from the first that was thought up."""
    starts = [n for n, line in enumerate(SOURCE.splitlines(), 1) if line.startswith("def ")]
    content = SOURCE.encode()
    targets = [Stretch("parts.py", content, start, start + ONE.count("\n") - 2) for start in starts[:-1]]
    search = Search(sandbox, detect(FILES), targets, [ID], seconds=seconds, test_seconds=TEST_SECONDS)
    began = time.monotonic()
    async for _ in search.survivors():
        raise SystemExit("a test that cannot pass has passed")
    took = time.monotonic() - began
    print(f"{search.tried} tried and {search.spared} spared in {took:.1f} s")
    return 60 * search.tried / took


async def harmless_ones(sandbox: Sandbox) -> int:
    """How many bad candidates came to nothing, with a good one behind them that still ran."""
    content, first = SOURCE.encode(), SOURCE.index("    total, seen = 0, []")
    count = 0
    for name, line in BAD.items():
        span = Span(first, first, f"    {line}\n".encode())
        fine = Span(first, first, b"    rate = rate + 0\n")
        variants = [Variant("parts.py", edit(content, Change((one,)), "bad", 4, 1.0)) for one in (span, fine)]
        goal = Goal([ID], [], 2.0)
        outcomes = await run_batch(sandbox, detect(FILES), {"parts.py": content}, variants, goal, seconds=30.0)
        ended = {outcome.variant: outcome for outcome in outcomes}
        harmless = len(ended) == 2 and not ended[0].survives and not ended[0].passed and ended[1].ended == "tested"
        print(f"  {name}: {ended[0].ended if 0 in ended else 'not tried'}")
        count += harmless
    return count


if __name__ == "__main__":
    sys.exit(main())
