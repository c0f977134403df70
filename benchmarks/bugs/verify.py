"""Check that every bug of this folder is what its bug.toml says.

For each bug, in a copy of its repository:

* as it is, exactly the tests listed under ``failing`` fail,
* with ``fix.patch`` applied all tests pass, those of ``hidden/`` too,
* and it is reported which of the hidden tests fail without the fix.

Usage: ``python verify.py [NUMBER ...]`` with an interpreter that has pytest;
``node`` and ``patch`` must be on the path.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR) (\S+)", re.MULTILINE)


def run_tests(repo, language):
    """Run all tests of a repository: ``(passed, failed)``, two sets of ids."""
    if language == "python":
        command = [sys.executable, "-m", "pytest", "-q", "-rA", "--tb=no"]
    else:
        command = ["node", "--test", "--test-reporter=junit"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=repo, env=environment, capture_output=True, text=True, timeout=120
    )
    passed, failed = set(), set()
    if language == "python":
        for outcome, test in OUTCOME.findall(done.stdout):
            (passed if outcome == "PASSED" else failed).add(test)
    else:
        for case in ElementTree.fromstring(done.stdout).iter("testcase"):
            (failed if case.find("failure") is not None else passed).add(case.get("name"))
    return passed, failed


def check(folder):
    """Check one bug; returns a short report and a list of complaints."""
    about = tomllib.loads((folder / "bug.toml").read_text(encoding="utf-8"))
    language = about["language"]
    listed = set(about["failing"])
    complaints = []
    with tempfile.TemporaryDirectory() as temporary:
        repo = Path(temporary) / "repo"
        shutil.copytree(folder / "repo", repo)
        passed, failed = run_tests(repo, language)
        if failed != listed:
            complaints.append(f"failing tests differ: {sorted(failed ^ listed)}")
        if len(passed) < 6 or not 1 <= len(failed) <= 4:
            complaints.append(f"{len(passed)} tests pass and {len(failed)} fail")

        hidden = folder / "hidden" / Path(about["hidden"]).name
        shutil.copy(hidden, repo / about["hidden"])
        with_hidden, failed_hidden = run_tests(repo, language)
        number = len(with_hidden | failed_hidden) - len(passed | failed)
        caught = len(failed_hidden - failed)
        if number < 3 or caught == 0:
            complaints.append(f"{caught} of {number} hidden tests notice the bug")

        patch = str(folder / "fix.patch")
        subprocess.run(["patch", "-s", "-p1", "-i", patch], cwd=repo, check=True)
        fixed, still = run_tests(repo, language)
        if still or fixed != with_hidden | failed_hidden:
            complaints.append(f"after the fix fail: {sorted(still)}")
    report = f"{len(passed)} pass, {len(failed)} fail; hidden: {caught} of {number} fail"
    return report, complaints


def main():
    folders = sorted(path.parent for path in HERE.glob("*/bug.toml"))
    wanted = set(sys.argv[1:])
    wrong = 0
    for folder in folders:
        if wanted and folder.name[:2] not in wanted:
            continue
        report, complaints = check(folder)
        print(f"{'BAD' if complaints else 'ok '} {folder.name}: {report}")
        for complaint in complaints:
            print(f"    {complaint}")
        wrong += bool(complaints)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
