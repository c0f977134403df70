"""The semantic conflicts of two commits and what they merge to, each with the commit that caused it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from devagent.merge.semantic.finding import Finding
from devagent.merge.semantic.search import Blobs, Sought, semantic_conflicts
from devagent.merge.semantic.view import Contents
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repo.git import Repository
from devagent.repo.objects import GITLINK, SYMLINK
from devagent.repo.operation import Side, UnderWay
from devagent.workflows.conflicts.resolution import FileResolution

GATE = "meaning"
_MOST_ASKED = 20
"""For so many findings git is asked which commit it was."""
_NOT_FILES = (GITLINK, SYMLINK)


@dataclass(frozen=True)
class Merging:
    """What two sides merge to, as far as it is known.

    Arguments:
        base: the common ancestor.
        listed: the merged files: the id of the content of each, by path.
        texts: contents that git does not have yet, by ids of the caller's that `listed` names.
        open_paths: the files in which a conflict is left.
    """

    ours: Side
    theirs: Side
    base: str
    listed: Mapping[str, str]
    texts: Mapping[str, bytes] = field(default_factory=dict)
    open_paths: Collection[str] = ()


def base_of(repo: Repository, state: UnderWay) -> str:
    """The commit that both sides started from; empty where none is known."""
    if state.base or not (state.ours.commit and state.theirs.commit):
        return state.base
    return repo.git.run("merge-base", state.ours.commit, state.theirs.commit, check=False).line


def files_in(repo: Repository, tree: str) -> dict[str, str]:
    """The files of a tree: the id of the content of each, by path."""
    listed = (line.split("\t", 1) for line in repo.git.run("ls-tree", "-r", "-z", "--full-tree", tree).fields)
    return {path: head.split()[2] for head, path in listed if not head.startswith(_NOT_FILES)}


def files_staged(repo: Repository) -> dict[str, str]:
    """The files of the index that are in no conflict, likewise."""
    listed = (line.split("\t", 1) for line in repo.git.run("ls-files", "--stage", "-z").fields)
    heads = ((head.split(), path) for head, path in listed)
    return {path: blob for (mode, blob, stage), path in heads if stage == "0" and mode not in _NOT_FILES}


def with_resolved(
    listed: Mapping[str, str], files: Iterable[FileResolution]
) -> tuple[dict[str, str], dict[str, bytes]]:
    """The merged files with the texts that conflicts were resolved to, and those texts by made-up ids."""
    texts = {f"resolved:{file.path}": file.merged.content() for file in files if file.merged and file.merged.is_clean}
    return {**listed, **{name.removeprefix("resolved:"): name for name in texts}}, texts


def sought(repo: Repository, merging: Merging) -> Sought:
    """The semantic conflicts of a merge. Nothing is run and nothing changes."""
    ours, theirs = merging.ours, merging.theirs
    base, mine, other = (files_in(repo, commit) for commit in (merging.base, ours.commit, theirs.commit))
    contents = Contents(repo.git.blobs, merging.texts)
    found = semantic_conflicts(
        Blobs(base, mine, other, merging.listed),
        contents,
        ours=ours.name,
        theirs=theirs.name,
        open_paths=frozenset(merging.open_paths),
    )
    commits = {side.name: side.commit for side in (ours, theirs)}
    told = [_with_commit(repo, merging.base, each, commits[each.changer]) for each in found.findings[:_MOST_ASKED]]
    return replace(found, findings=(*told, *found.findings[_MOST_ASKED:]))


def evidence(found: Sought) -> Evidence:
    """What the gate says. A finding is no proof, as a failing test is, but it leaves the merge unverified."""
    if found.note:
        return Evidence(GATE, Verdict.NO_VERDICT, f"not looked for semantic conflicts: {found.note}")
    if found.findings:
        summary = f"{len(found.findings)} semantic conflict(s): the text merges, the meaning does not"
        return Evidence(GATE, Verdict.NO_VERDICT, summary, tuple(map(str, found.findings)))
    what = f"{found.files} changed file(s) compared: no side newly uses what the other took away"
    return Evidence(GATE, Verdict.PASS, what)


def _with_commit(repo: Repository, base: str, finding: Finding, changer: str) -> Finding:
    """The finding with the changer's latest commit that changes a line with the name, or the only one to the file."""
    spot = finding.was or finding.now or finding.at
    name = finding.name.rpartition(".")[2].rpartition(" ")[2]
    command = ("log", "-2", "--no-merges", "--no-show-signature", "--format=%h (%s)")
    for flags, most in (((f"-G{_literal(name)}",), 2), (("--diff-filter=AD",), 2), ((), 1)):
        for path in dict.fromkeys((spot.path, finding.now.path if finding.now else spot.path)):
            told = repo.git.run(*command, *flags, f"{base}..{changer}", "--", path, check=False).line.splitlines()
            if 0 < len(told) <= most:
                return replace(finding, commit=told[0])
    return finding


def _literal(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter == "_" else "." for letter in name)
