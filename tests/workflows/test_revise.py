"""A proposal that goes back to the team with what the user says."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_world import FILES, LARGE, RIGHT, WRONG, ScriptedStaff, run_script

from devagent.config.settings import Settings, TeamSettings, with_flags
from devagent.errors import UsageError
from devagent.proposal.apply import apply
from devagent.proposal.store import Run, find_run, list_runs, new_run
from devagent.repo import refs
from devagent.repo.git import find_root
from devagent.repo.objects import Entry, commit_changes
from devagent.repo.snapshot import snapshot
from devagent.sandbox.scripted import ScriptedSandbox
from devagent.workflows.ground import ground_of
from devagent.workflows.looking import overview, view
from devagent.workflows.place import files_of
from devagent.workflows.request import Request, Revision
from devagent.workflows.results import RunResult
from devagent.workflows.revise import Revising, revising
from devagent.workflows.surface import SilentSurface
from devagent.workflows.work import Work, resume, start

MakeRepo = Callable[..., Path]
FIX = Request(kind="fix")
SHORT = "```python\ndef add(a, b):\n    return a + b\n```"
SAID = "no variable is needed in add"


def work(staff: ScriptedStaff) -> Work:
    async def opened(*_: object) -> ScriptedSandbox:
        return ScriptedSandbox(run_script)

    return Work(staff_for=staff, open_sandbox=opened)


def fixed(root: Path, answers: list[str], request: Request = FIX, settings: Settings | None = None) -> RunResult:
    return begun(root, ScriptedStaff(answers), request, settings)  # type: ignore[arg-type]


def begun(root: Path, staff: ScriptedStaff, request: Request, settings: Settings | None = None) -> RunResult:
    return asyncio.run(start(find_root(root), request, settings or Settings(), SilentSurface(), work(staff)))


def the_run(root: Path, run: str | None = None) -> Run:
    return find_run(find_root(root), run)


def revised(root: Path, said: str, staff: ScriptedStaff, run: str | None = None) -> tuple[RunResult, Revising]:
    prepared = revising(find_root(root), the_run(root, run), said)
    return begun(root, staff, prepared.request, prepared.settings), prepared


def test_a_small_model_reworks_the_function_that_the_proposal_changed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = fixed(root, [RIGHT])
    staff = ScriptedStaff([SHORT])
    second, prepared = revised(root, SAID, staff)
    assert second.outcome == "proposed" and second.revises == first.run and prepared.notes == ()
    assert "-    total = a - b" in second.diff and "+    return a + b" in second.diff
    assert "-    total = a + b\n-    return total\n+    return a + b" in second.since
    (question,) = (request.messages[-1].text for request in staff.model.requests)
    assert SAID in question and "total = a + b" in question and "assert add(2, 3) == 5" in question
    assert [e.verdict for e in second.evidence] == ["pass"] * 5
    assert "no test observes what you said" in " ".join(second.notes)


def test_the_base_is_that_of_the_run_and_its_commits_are_kept(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = fixed(root, [RIGHT])
    second, _ = revised(root, SAID, ScriptedStaff([SHORT]))
    repo = find_root(root)
    before, after = the_run(root, first.run).proposal(), the_run(root, second.run).proposal()
    assert after.candidate.base == before.candidate.base
    assert refs.listed(repo, second.run)["ground"] == before.commit
    assert (root / "calc.py").read_text() == FILES["calc.py"]


def test_an_answer_that_says_the_same_again_is_no_revision(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    second, _ = revised(root, SAID, ScriptedStaff(lambda _: RIGHT))
    assert second.outcome == "not resolved" and second.diff == ""
    assert "no other version of these functions" in second.summary


def test_a_revision_that_breaks_the_tests_is_not_proposed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    second, _ = revised(root, SAID, ScriptedStaff(lambda _: WRONG))
    assert second.outcome == "not resolved" and "a * b" in second.diff


def test_a_function_that_is_named_comes_before_the_one_that_was_changed(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    doubled = "```python\ndef double(a):\n    return 2 * a\n```"
    staff = ScriptedStaff([doubled])
    second, _ = revised(root, "let double multiply", staff)
    assert second.outcome == "proposed" and "+    return 2 * a" in second.since
    assert "+    total = a + b" in second.diff


def test_a_plain_word_names_no_function_of_another_file(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "other.py": "def comment(a):\n    return a\n"})
    fixed(root, [RIGHT])
    staff = ScriptedStaff([SHORT])
    second, _ = revised(root, "shorter, and no comment", staff)
    assert second.outcome == "proposed" and len(staff.model.requests) == 1
    meant = ScriptedStaff(["```python\ndef comment(a):\n    return [a]\n```"])
    third, _ = revised(root, "let comment() give a list", meant)
    assert third.outcome == "proposed" and "+    return [a]" in third.since


LIMITED = {"calc.py": "LIMIT = (\n    10  # most\n)\n" + FILES["calc.py"]}


def test_a_constant_that_is_named_is_stated_anew_and_nothing_around_it_changes(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, **LIMITED})
    fixed(root, [RIGHT])
    staff = ScriptedStaff(["```python\nLIMIT = 20\n\n\ndef add(a, b):\n    return 0\n```"])
    second, _ = revised(root, "LIMIT should be 20", staff)
    assert second.outcome == "proposed" and len(staff.model.requests) == 1
    assert "The statement `LIMIT` in `calc.py`:\n```python\nLIMIT = (" in staff.model.requests[0].messages[-1].text
    assert [line for line in second.since.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-LIMIT = (",
        "-    10  # most",
        "-)",
        "+LIMIT = 20",
    ]


def test_a_constant_that_is_only_to_be_used_is_left_alone(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, **LIMITED})
    fixed(root, [RIGHT])
    used = "```python\ndef add(a, b):\n    return min(a + b, LIMIT)\n```"
    second, _ = revised(root, "never more than it may be: use LIMIT", ScriptedStaff([used]))
    assert second.outcome == "proposed" and "+    return min(a + b, LIMIT)" in second.since
    assert "LIMIT = " not in second.since.replace(" LIMIT = (", "")


EDIT = "```edit\ncalc.py\n<<<<<<< SEARCH\n{0}\n=======\n{1}\n>>>>>>> REPLACE\n```"
SUBMIT = "```submit\nok\n```"
SPEC = '{"goal": "add adds", "must_hold": ["sum"]}'
SUSPECTS = '{"suspects": [{"path": "calc.py", "name": "add", "reason": "x"}]}'
TEAM = [SPEC, '{"good": true}', SUSPECTS]
GOOD = '{"verdict": "good"}'
FIRST = [*TEAM, EDIT.format("    total = a - b", "    total = a + b"), SUBMIT, GOOD]


def test_roles_with_tools_go_on_from_the_proposal_and_read_what_was_said(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    begun(root, ScriptedStaff(FIRST, LARGE), FIX)
    change = EDIT.format("    total = a + b\n    return total", "    return a + b")
    staff = ScriptedStaff([*TEAM, SUBMIT, change, SUBMIT, GOOD], LARGE)
    second, _ = revised(root, SAID, staff)
    assert second.outcome == "proposed" and "+    return a + b" in second.since
    asked = [request.messages[1].text for request in staff.model.requests]
    analyse, code = asked[0], next(text for text in asked if "Make this true" in text)
    assert SAID in analyse and "+    total = a + b" in analyse
    assert SAID in code and "total = a + b" in code
    (refused,) = {m.text for r in staff.model.requests for m in r.messages if "Nothing was changed yet" in m.text}
    assert "use the edit tool" in refused


def test_one_agent_goes_on_from_the_proposal_too(make_repo: MakeRepo) -> None:
    root, settings = make_repo(FILES), Settings(team=TeamSettings(strategy="lite", rounds=1))
    begun(root, ScriptedStaff(FIRST[3:5], LARGE), FIX, settings)
    change = EDIT.format("    total = a + b\n    return total", "    return a + b")
    staff = ScriptedStaff([change, SUBMIT], LARGE)
    second, _ = revised(root, SAID, staff)
    assert second.outcome == "proposed" and "+    return a + b" in second.diff
    assert SAID in staff.model.requests[0].messages[1].text


def test_examples_in_what_was_said_become_a_test_that_must_pass(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    second, _ = revised(root, "shorter, and still\n>>> add(1, 1)\n2\n", ScriptedStaff([SHORT]))
    assert second.outcome == "proposed"
    assert "tests/test_devagent_feedback.py" in second.paths
    assert not any("no test observes" in note for note in second.notes)


TEST_FILE = "```python\nfrom calc import add\n\n\ndef test_it():\n    assert add(2, 3) == 5\n```"
GREEN = {**FILES, "tests/test_calc.py": "def test_zero():\n    assert True\n"}


def test_the_test_of_the_tester_comes_along_and_must_pass_again(make_repo: MakeRepo) -> None:
    root = make_repo(GREEN)
    task = Request(kind="run", text="add should add")
    first = fixed(root, [TEST_FILE, RIGHT], task)
    staff = ScriptedStaff([SHORT])
    second, _ = revised(root, SAID, staff)
    assert second.outcome == "proposed" and second.paths == first.paths
    assert len(staff.model.requests) == 1
    tests = next(e for e in second.evidence if e.gate == "tests")
    assert "1 failing test(s) now pass" in tests.summary


def test_where_the_checkout_moved_on_the_proposal_is_carried_over(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    (root / "calc.py").write_text("# sums\n" + FILES["calc.py"])
    second, prepared = revised(root, SAID, ScriptedStaff([SHORT]))
    assert "starting from it as it is now, with its proposal carried over" in prepared.notes[0]
    assert second.outcome == "proposed" and "+    return a + b" in second.diff and "+# sums" not in second.since
    apply(find_root(root), the_run(root).proposal())
    assert (root / "calc.py").read_text().startswith("# sums\ndef add(a, b):\n    return a + b\n")


def test_where_the_same_lines_changed_the_old_snapshot_stays_the_base(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = fixed(root, [RIGHT])
    (root / "calc.py").write_text(FILES["calc.py"].replace("a - b", "b - a"))
    prepared = revising(find_root(root), the_run(root), SAID)
    assert prepared.request.revises is not None
    assert prepared.request.revises.base == the_run(root, first.run).proposal().candidate.base
    assert "(calc.py): starting from the snapshot of that run" in prepared.notes[0]


def test_a_revision_can_be_revised_and_knows_all_that_was_said(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    revised(root, SAID, ScriptedStaff([SHORT]))
    again = "```python\ndef add(a, b):\n    return b + a  # a + b\n```"
    third, prepared = revised(root, "the other way round", ScriptedStaff([again]))
    assert third.outcome == "proposed" and "b + a" in third.since
    assert prepared.request.revises is not None and prepared.request.revises.earlier == (SAID,)


def test_a_revision_that_came_to_nothing_is_revised_from_the_same_proposal(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = fixed(root, [RIGHT])
    failed, _ = revised(root, SAID, ScriptedStaff(lambda _: WRONG))
    assert failed.outcome == "not resolved"
    third, prepared = revised(root, "once more: shorter", ScriptedStaff([SHORT]))
    assert prepared.request.revises is not None
    assert prepared.request.revises.ground == the_run(root, first.run).proposal().commit
    assert "a * b" in prepared.request.revises.material and prepared.request.revises.earlier == (SAID,)
    assert third.outcome == "proposed" and third.revises == failed.run


def test_a_run_without_a_proposal_takes_a_hint(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    few = Settings(team=TeamSettings(samples=2, rounds=1))
    assert begun(root, ScriptedStaff(lambda _: WRONG), FIX, few).outcome == "not resolved"
    staff = ScriptedStaff(lambda _: RIGHT)
    second, _ = revised(root, "add must add", staff)
    assert second.outcome == "proposed"
    assert "The user says:\n```\nadd must add" in staff.model.requests[0].messages[-1].text


def test_applied_green_and_interrupted_runs_say_what_to_do_instead(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    result = fixed(root, [RIGHT])
    repo = find_root(root)
    apply(repo, the_run(root).proposal())
    with pytest.raises(UsageError, match=f"devagent undo {result.run}"):
        revising(repo, the_run(root), SAID)
    fixed(root, [])
    with pytest.raises(UsageError, match="there was nothing to fix"):
        revising(repo, the_run(root), SAID)
    new_run(repo)
    with pytest.raises(UsageError, match="devagent resume"):
        revising(repo, list_runs(repo)[-1], SAID)


def test_an_interrupted_revision_is_resumed_from_its_own_journal(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    fixed(root, [RIGHT])
    repo, prepared = find_root(root), revising(find_root(root), the_run(root), SAID)
    few = with_flags(prepared.settings, {"budget.tokens": 10})
    stopped = begun(root, ScriptedStaff([]), prepared.request, few)
    assert stopped.outcome == "out of budget"
    more = work(ScriptedStaff([SHORT]))
    second = asyncio.run(resume(repo, the_run(root), lambda _: Settings(), SilentSurface(), more))
    assert second.outcome == "proposed" and second.since and second.revises == prepared.request.revises.run  # type: ignore[union-attr]


def test_list_and_show_tell_of_the_revision(make_repo: MakeRepo) -> None:
    root = make_repo(FILES)
    first = fixed(root, [RIGHT])
    second, _ = revised(root, SAID, ScriptedStaff([SHORT]))
    repo = find_root(root)
    assert [(line.revises, line.task) for line in overview(repo)] == [("", "fix the failing tests"), (first.run, SAID)]
    assert view(repo, first.run).revised_by == (second.run,)
    seen = view(repo, second.run)
    assert (seen.revises, seen.feedback, seen.since) == (first.run, SAID, second.since)


def test_flags_change_the_settings_that_are_taken_over() -> None:
    flags = {"model.name": "embedded", "budget.tokens": 5, "model.roles.coder": "ollama/x", "team.chain": None}
    changed = with_flags(Settings(team=TeamSettings(rounds=2)), flags)
    assert (changed.model.name, changed.budget.tokens, changed.model.roles) == ("embedded", 5, {"coder": "ollama/x"})
    assert (changed.team.rounds, changed.team.chain) == (2, "default")


def test_files_that_the_proposal_made_and_removed_are_on_the_ground(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({**FILES, "old.py": "x = 1\n"}))
    base = snapshot(repo).commit
    commit = commit_changes(repo, base, {"old.py": None, "new.py": Entry(b"y = 2\n")}, "proposal\n", 0)
    ground = ground_of(repo, Revision("r", "f", base, commit, ("new.py",)), files_of(repo, base))
    assert ground.changes == {"old.py": None} and ground.own_tests["new.py"].content == b"y = 2\n"
