"""What devagent leaves, and what of it may go: nothing alive, nothing foreign, no proposal that was not asked for."""

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from devagent.config.resources import scratch_folder
from devagent.journal.journal import Journal
from devagent.models.store import EMBEDDED
from devagent.proposal.apply import apply
from devagent.proposal.candidate import Candidate, Evidence, Origin, Proposal, Verdict
from devagent.proposal.store import Run, State, mark_ended, new_run, orphans, publish
from devagent.repo import refs
from devagent.repo.git import Repository, find_root
from devagent.repo.objects import Entry, commit_changes
from devagent.repo.snapshot import snapshot
from devagent.sandbox import held
from devagent.workflows.clean import Found, Thing, Wish, remove, size_of, survey
from devagent.workflows.indexing import open_index

MakeRepo = Callable[..., Path]
DAY = 86_400.0


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Cache, runtime and temporary folders of the test's own: nothing of the machine's is looked at."""
    for name in ("CACHE", "RUNTIME"):
        monkeypatch.setenv(f"DEVAGENT_{name}", str(tmp_path / name.lower()))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    yield tmp_path
    held.let_go()


def looked(repo: Repository | None, *kinds: str, **wish: object) -> list[Found]:
    found, notes = asyncio.run(survey(repo, Wish(kinds, **wish)))  # type: ignore[arg-type]
    assert notes == []
    return found


def things(repo: Repository | None, *kinds: str, **wish: object) -> dict[str, Thing]:
    return {Path(it.thing.name).name: it.thing for it in looked(repo, *kinds, **wish)}


def removed(repo: Repository | None, *kinds: str, **wish: object) -> list[str]:
    gone, troubles = asyncio.run(remove(looked(repo, *kinds, **wish)))
    assert troubles == []
    return [Path(thing.name).name for thing in gone]


def proposed(repo: Repository, *, verified: bool = True) -> Run:
    base, run = snapshot(repo).commit, new_run(repo)
    commit = commit_changes(repo, base, {"calc.py": Entry(b"x = 2\n")}, "candidate\n", 0)
    evidence = (Evidence("tests", Verdict.PASS, "1 test passes"),)
    proposal = Proposal(run.id, Candidate(commit, base, ("calc.py",), Origin("chain")), evidence, verified=verified)
    publish(repo, proposal, "Fix it", when=0)
    return run


@pytest.fixture
def repo(make_repo: MakeRepo) -> Repository:
    return find_root(make_repo({"calc.py": "x = 1\n"}))


def old(run: Run, seconds: float) -> None:
    """Make it look as if nothing had happened to a run for so long."""
    Journal(run.folder).close()
    os.utime(run.folder / "journal.jsonl", (time.time() - seconds,) * 2)


def test_a_failed_run_goes_with_its_refs(repo: Repository) -> None:
    run = new_run(repo)
    refs.put(repo, run.id, "base", snapshot(repo).commit)
    mark_ended(run, "no change was handed in")
    old(run, DAY)
    thing = things(repo, "runs")[run.id]
    assert (thing.about, thing.kept) == ("failed", "") and thing.age == pytest.approx(DAY, abs=60)
    assert thing.size == size_of(run.folder) > 0
    assert removed(repo, "runs") == [run.id]
    assert run.state is State.DISCARDED and refs.runs(repo) == []


def test_a_verified_proposal_stays_unless_proposals_are_asked_for_and_is_named_then(repo: Repository) -> None:
    run = proposed(repo)
    old(run, DAY)
    assert "a verified proposal that is not applied" in things(repo, "runs")[run.id].kept
    assert removed(repo, "runs") == []
    asked = things(repo, "runs", proposals=True)[run.id]
    assert asked.kept == "" and "verified proposal" in asked.about
    assert removed(repo, "runs", proposals=True) == [run.id]


def test_an_unverified_or_applied_proposal_may_go_and_says_what_is_lost(repo: Repository) -> None:
    applied, unverified = proposed(repo), proposed(repo, verified=False)
    apply(repo, applied.proposal())
    for run in (applied, unverified):
        old(run, DAY)
    assert "no longer be undone" in things(repo, "runs")[applied.id].about
    assert sorted(removed(repo, "runs")) == sorted([applied.id, unverified.id])
    assert (repo.root / "calc.py").read_text() == "x = 2\n"


def test_a_run_that_is_worked_on_stays_also_when_it_began_after_the_look(repo: Repository) -> None:
    first, second = new_run(repo), new_run(repo)
    for run in (first, second):
        old(run, DAY)
    with Journal(first.folder):
        found = looked(repo, "runs")
        assert [it.thing.kept for it in found] == ["it is being worked on", ""]
        with Journal(second.folder):
            gone, troubles = asyncio.run(remove(found))
    assert gone == [] and troubles == [f"{second.id} is in use by now"]


def test_a_run_that_is_just_beginning_stays(repo: Repository) -> None:
    run = new_run(repo)
    assert things(repo, "runs")[run.id].kept == "it is being worked on"


def test_refs_of_a_run_whose_folder_is_gone_are_found(repo: Repository) -> None:
    refs.put(repo, "261009-lusab", "base", snapshot(repo).commit)
    refs.put(repo, "mine", "base", snapshot(repo).commit)
    assert orphans(repo) == ["261009-lusab"]
    assert removed(repo, "refs") == ["261009-lusab"]
    assert refs.runs(repo) == ["mine"]


def test_only_what_is_old_enough_goes(repo: Repository) -> None:
    young, aged = new_run(repo), new_run(repo)
    old(young, DAY)
    old(aged, 8 * DAY)
    assert things(repo, "runs", older_than=7 * DAY)[young.id].kept == "younger than --older-than"
    assert removed(repo, "runs", older_than=7 * DAY) == [aged.id]


def files(folder: Path, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_the_index_of_a_repository_goes_and_is_made_again(make_repo: MakeRepo) -> None:
    repo = find_root(make_repo({"a.py": "def area(): pass\n"}))
    open_index(repo.root).close()
    made = set(things(repo, "index"))
    assert "index.sqlite3" in made
    assert set(removed(repo, "index")) == made and not things(repo, "index")
    index = open_index(repo.root)
    index.refresh(None)
    assert list(index.defining("area")) == ["a.py"]
    index.close()


def test_environments_go_unless_a_living_process_holds_them(own_folders: Path) -> None:
    folder = own_folders / "cache" / "environments"
    files(folder, {"aaaa/bin/python": b"x" * 5000, "bbbb/bin/python": b"y", "aaaa.lock": b"", "notes.txt": b"mine"})
    held.hold(str(folder / "bbbb"))
    assert things(None, "environments")["bbbb"].kept == "used by a run that is going on"
    assert removed(None, "environments") == ["aaaa"]
    assert sorted(path.name for path in folder.iterdir()) == ["bbbb", "notes.txt"]


def test_nothing_is_removed_while_somebody_is_still_choosing(own_folders: Path) -> None:
    files(own_folders / "cache" / "environments", {"aaaa/x": b"x"})

    async def at_the_same_time() -> tuple[list[Thing], list[str]]:
        found, _ = await survey(None, Wish(("environments",)))
        async with held.looking():
            return await remove(found)

    gone, troubles = asyncio.run(at_the_same_time())
    assert gone == [] and "in use by now" in troubles[0]


def test_half_an_environment_that_is_being_built_stays(own_folders: Path) -> None:
    folder = own_folders / "cache" / "environments"
    files(folder, {"aaaa.part/x": b"x", "aaaa.lock": b""})
    with (folder / "aaaa.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert things(None, "environments")["aaaa.part"].kept == "used by a build that is going on"
    assert removed(None, "environments") == ["aaaa.part"]


def test_weights_go_only_when_models_are_named_and_foreign_files_never(own_folders: Path) -> None:
    folder = own_folders / "cache" / "models"
    files(folder, {EMBEDDED.file: b"w" * 9000, f".{EMBEDDED.file}.0.part": b"half", "another.gguf": b"mine"})
    found, _ = asyncio.run(survey(None, Wish()))
    (whole,) = (it.thing for it in found if it.thing.name.endswith(f"/{EMBEDDED.file}"))
    assert whole.kept.startswith("only when named")
    assert removed(None, "models") == [EMBEDDED.file, f".{EMBEDDED.file}.0.part"]
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".lock")] == ["another.gguf"]


def test_a_download_that_is_going_on_stays(own_folders: Path) -> None:
    folder = own_folders / "cache" / "models"
    files(folder, {f".{EMBEDDED.file}.0.part": b"half", f".{EMBEDDED.file}.lock": b""})
    with (folder / f".{EMBEDDED.file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (thing,) = things(None, "models").values()
        assert thing.kept == "used by a download that is going on"


def test_temporary_folders_go_when_nobody_can_be_in_them(own_folders: Path) -> None:
    folder = own_folders / "temporary"
    files(folder, {"devagent-demo-c/x": b"mine", "devagent-scratch-file": b"mine"})
    with scratch_folder("sparse") as left, scratch_folder("index") as used:
        os.utime(left, (time.time() - DAY,) * 2)
        (folder / "devagent-scratch-link").symlink_to(folder / "devagent-demo-c")
        assert removed(None, "temporary") == [Path(left).name]
        assert (folder / "devagent-demo-c" / "x").exists() and Path(used).is_dir()


def test_what_cannot_be_removed_is_told_and_the_rest_goes_all_the_same(repo: Repository) -> None:
    runs = [new_run(repo), new_run(repo)]
    for run in runs:
        old(run, DAY)
    found = looked(repo, "runs")
    (runs[0].folder / "ended.json").write_text('{"state": "failed", "reason": "meanwhile"}')
    gone, troubles = asyncio.run(remove(found))
    assert [thing.name for thing in gone] == [runs[1].id]
    assert troubles == [f"{runs[0].id} is in use by now"]
