"""git's own memory of resolutions (`git rerere`): what it knows, which conflicts it does not, and forgetting one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from devagent.repo.git import Repository


@dataclass(frozen=True)
class Answer:
    """What git has learnt from one file: the text with markers, which show neither names nor the base, and the answer.

    `when` is when it was learnt, in seconds since the epoch.
    """

    before: bytes
    after: bytes
    when: float


def answers(repo: Repository, most: int) -> list[Answer]:
    """What git has learnt, the latest first; at most so many."""
    known = [(path.stat().st_mtime, path) for path in (repo.common_dir / "rr-cache").glob("*/postimage*")]
    found = []
    for when, path in sorted(known, reverse=True)[:most]:
        before = path.with_name(path.name.replace("postimage", "preimage"))
        if before.is_file():
            found.append(Answer(before.read_bytes(), path.read_bytes(), when))
    return found


def unlearnt(repo: Repository, paths: Collection[str]) -> dict[str, str]:
    """The conflicts at these paths that git watches and knows no answer to yet: path → id. None if it watches none."""
    return {
        path: known for path, known in _watched(repo).items() if path in paths and not _answer(repo, known).exists()
    }


def forget(repo: Repository, conflicts: Iterable[tuple[str, str]]) -> None:
    """Forget what git has learnt since about these conflicts (path, id), which the index has to hold."""
    for path, known in conflicts:
        if _answer(repo, known).exists():
            repo.git.run("rerere", "forget", "--", path, check=False)


def _watched(repo: Repository) -> dict[str, str]:
    try:
        content = (repo.git_dir / "MERGE_RR").read_bytes()
    except FileNotFoundError:
        return {}
    entries = (entry.decode(errors="surrogateescape").split("\t", 1) for entry in content.split(b"\0") if entry)
    return {entry[1]: entry[0] for entry in entries if len(entry) == 2}


def _answer(repo: Repository, known: str) -> Path:
    """The file with the answer to a conflict; an id may carry a number where several conflicts look the same."""
    name, _, variant = known.partition(".")
    return repo.common_dir / "rr-cache" / name / (f"postimage.{variant}" if variant else "postimage")
