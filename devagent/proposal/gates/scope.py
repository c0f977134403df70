"""The scope gate: a candidate touches only what it may."""

import posixpath
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from devagent.config.settings import ScopeSettings
from devagent.errors import UsageError
from devagent.journal.secrets import is_masked
from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.repo.paths import check_link, check_path, parents
from devagent.repo.secret_files import looks_secret
from devagent.sandbox.sandbox import File

PROTECTED = {
    "git's own settings": (".git*", "*/.git*"),
    "devagent's settings": (".devagent*", "*/.devagent*"),
    "continuous integration": (
        ".github/*",
        ".gitlab*",
        ".circleci/*",
        ".ci/*",
        ".buildkite/*",
        "azure-pipelines*",
        "Jenkinsfile",
        ".travis.yml",
        "bitbucket-pipelines.yml",
    ),
    "hooks": (".husky/*", ".pre-commit-config.yaml", "lefthook.*", ".lefthook/*", "*/hooks/pre-*", "*/hooks/post-*"),
    "editor tasks": (".vscode/*", ".idea/*", "*.code-workspace", ".vimrc", ".exrc", ".envrc", "*/.envrc"),
}


class ScopeGate:
    """Passes when every changed path is allowed, and no symlink leads out of the repository."""

    name = "scope"

    def check(self, subject: Subject) -> Evidence:
        """The paths that may not be changed, and why not."""
        problems = [
            f"{path}: {why}"
            for path, file in subject.changes.items()
            if (why := _why_not(subject, path, file)) is not None
        ]
        if problems:
            return Evidence(self.name, Verdict.FAIL, f"{len(problems)} path(s) must not be changed", tuple(problems))
        return Evidence(self.name, Verdict.PASS, f"{len(subject.changes)} changed file(s), all allowed")


def _why_not(subject: Subject, path: str, file: File | None) -> str | None:
    try:
        check_path(path)
        if file is not None and file.mode == "120000":
            check_link(path, file.content.decode(errors="surrogateescape"))
    except UsageError as refusal:
        return refusal.why or refusal.what
    if path in subject.own_tests:
        return "a test that devagent's tester wrote for this task"
    if above := next((p for p in parents(path) if p in subject.base and p not in subject.changes), ""):
        return f"lies below {above}, which is no folder"
    if file is not None and is_masked(file.content) and not _was_masked(subject, path):
        return "holds a stand-in for a secret that the model was not shown"
    if subject.only:
        if not within(path, subject.only):
            return f"outside --only {' '.join(subject.only)}"
    elif kind := next(_kinds(path), None):
        return f"belongs to {kind}; name it with --only to allow it"
    elif path not in subject.base and looks_secret(path, file.content if file else b""):
        return "looks like a secret; name it with --only to allow it"
    return kept_out(path, subject.only, subject.scope) or None


def kept_out(path: str, only: Collection[str], scope: ScopeSettings) -> str:
    """Why a path lies outside of what may be changed, by `--only` and the settings; empty where it does not."""
    if only and not within(path, only):
        return f"outside --only {' '.join(only)}"
    if not only and scope.only and not within(path, scope.only):
        return f"outside scope.only {' '.join(scope.only)}"
    return "named by scope.never" if within(path, scope.never) else ""


def _was_masked(subject: Subject, path: str) -> bool:
    old = subject.base.get(path)
    return old is not None and is_masked(old.content)


def _kinds(path: str) -> Iterator[str]:
    # Some file systems ignore case, and so does who reads these files there.
    folded = path.casefold()
    for kind, patterns in PROTECTED.items():
        if any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns):
            yield kind


def within(path: str, only: Collection[str]) -> bool:
    """Whether a path is one of these files, lies in one of these folders, or matches one of these patterns."""
    return any(_covers(posixpath.normpath(allowed), path) for allowed in only)


def _covers(allowed: str, path: str) -> bool:
    return allowed == "." or path == allowed or path.startswith(allowed + "/") or fnmatchcase(path, allowed)
