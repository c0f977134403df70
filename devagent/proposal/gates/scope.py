"""The scope gate: a candidate touches only what it may."""

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject
from devagent.sandbox.sandbox import File

NEVER = (".git", ".git/*", "*/.git", "*/.git/*")
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
    folded = path.casefold()
    if any(fnmatchcase(folded, pattern) for pattern in NEVER) or path.startswith("/") or ".." in path.split("/"):
        return "inside .git or outside the repository"
    if path in subject.own_tests:
        return "a test that devagent's tester wrote for this task"
    if subject.only:
        if not any(_within(path, allowed) for allowed in subject.only):
            return f"outside --only {' '.join(subject.only)}"
    elif kind := next(_kinds(path), None):
        return f"belongs to {kind}; name it with --only to allow it"
    if file is not None and file.mode == "120000" and _leads_out(path, file):
        return "a symlink that leads out of the repository"
    return None


def _kinds(path: str) -> Iterator[str]:
    for kind, patterns in PROTECTED.items():
        if any(fnmatchcase(path, pattern) for pattern in patterns):
            yield kind


def _within(path: str, allowed: str) -> bool:
    allowed = posixpath.normpath(allowed)
    return allowed == "." or path == allowed or path.startswith(allowed + "/") or fnmatchcase(path, allowed)


def _leads_out(path: str, file: File) -> bool:
    target = file.content.decode(errors="surrogateescape")
    landed = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return (
        target.startswith("/")
        or landed == ".."
        or landed.startswith("../")
        or landed.split("/")[0].casefold() == ".git"
    )
