"""The merges of real repositories, read from their objects."""

import subprocess
from pathlib import Path

import pytest
from conflicted import Work

from devagent.errors import UsageError
from devagent.repo.git import Git
from devagent.repo.past import Past, epoch, objects_of


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A merge whose sides both changed one file, both added another, and one of which deleted a third."""
    work = Work.new(tmp_path / "repo")
    work.sides(
        {"both.py": "x = 0\n", "gone.py": "y = 0\n", "mine.py": "z = 0\n"},
        {"both.py": "x = 1\n", "gone.py": "y = 1\n", "mine.py": "z = 1\n", "new.py": "n = 1\n"},
        {"both.py": "x = 2\n", "gone.py": None, "new.py": "n = 2\n"},
    )
    work("merge", "topic", fails=True)
    work.commit("merged", {"both.py": "x = 3\n", "new.py": "n = 3\n"})
    return work


def contents(work: Work, *blobs: str) -> list[str]:
    return [work("cat-file", "-p", blob) if blob else "" for blob in blobs]


def test_a_merge_has_the_files_that_both_sides_changed(work: Work) -> None:
    past = Past(Git(work.root))
    (merge,) = past.merges()
    ((name, (both, new)),) = past.touched([merge])
    assert name == merge == work("rev-parse", "HEAD").strip()
    assert (both.path, new.path) == ("both.py", "new.py")
    assert contents(work, both.base, both.ours, both.theirs, both.result) == [
        "x = 0\n",
        "x = 1\n",
        "x = 2\n",
        "x = 3\n",
    ]
    assert contents(work, new.base, new.ours, new.theirs, new.result) == ["", "n = 1\n", "n = 2\n", "n = 3\n"]
    assert len(new.blobs) == 3


def test_only_files_of_interest_are_looked_at(work: Work) -> None:
    past = Past(Git(work.root))
    (found,) = past.touched(past.merges(), ["new.py", "mine.py"])
    assert [file.path for file in found[1]] == ["new.py"]
    assert [files for _, files in past.touched(past.merges(), ["mine.py"])] == [[]]


def test_a_file_that_the_merge_did_not_keep_is_left_out(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo").sides({"a.py": "x = 0\n"}, {"a.py": "x = 1\n"}, {"a.py": "x = 2\n"})
    work("merge", "topic", fails=True)
    work.commit("merged", {"a.py": None, "b.py": ""})
    past = Past(Git(work.root))
    assert [files for _, files in past.touched(past.merges())] == [[]]


def test_bases_are_those_of_git_though_all_commits_are_of_one_second(tmp_path: Path) -> None:
    work = Work.new(tmp_path / "repo")
    same = {"GIT_COMMITTER_DATE": "@1700000000 +0000"}

    def commit(name: str) -> None:
        work.write({name: name})
        work("add", "-A")
        work("commit", "-q", "-m", name, env=same)

    commit("base")
    for number in range(6):
        work("checkout", "-q", "-B", "topic")
        commit(f"topic{number}")
        work("checkout", "-q", "main")
        commit(f"main{number}")
        work("merge", "-q", "-m", "merge", "topic", env=same)
    past = Past(Git(work.root), ("HEAD",), most=1000)
    assert len(past.merges()) == 6
    for merge in past.merges():
        ours, theirs = past.commits[merge].parents
        assert past.bases(ours, theirs) == work("merge-base", "--all", ours, theirs).split()


def test_only_the_latest_commits_are_known_where_there_is_a_limit(work: Work) -> None:
    past = Past(Git(work.root), ("HEAD",), most=1)
    (merge,) = past.merges()
    assert list(past.touched([merge])) == [(merge, [])]


def test_what_stands_before_a_commit(work: Work) -> None:
    past = Past(Git(work.root))
    assert past.before("topic") == frozenset()
    topic, base = work("rev-parse", "topic", "topic^").split()
    assert past.before(topic) == {topic, base}


def test_a_bare_repository_will_do(work: Work, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", work.root, tmp_path / "bare"], check=True)
    assert len(Past(objects_of(tmp_path / "bare")).merges()) == 1
    for place, told in ((tmp_path, "is not in a git repository"), (tmp_path / "none", "is no folder")):
        with pytest.raises(UsageError, match=told):
            objects_of(place)


def test_a_date_is_what_git_takes_for_one(work: Work) -> None:
    git = Git(work.root)
    assert epoch(git, "2001-02-03 04:05:06 +0000") == 981173106
    with pytest.raises(UsageError, match="is no date in the past"):
        epoch(git, "the day of the great storm")
