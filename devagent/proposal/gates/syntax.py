"""The syntax gate: a changed file parses as well as it did before."""

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject


class SyntaxGate:
    """Passes when no changed file has a syntax error that it had not before; files of unknown formats pass."""

    name = "syntax"

    def check(self, subject: Subject) -> Evidence:
        """New syntax errors, by file and line."""
        from devagent.code.errors import CannotParse
        from devagent.code.wellformed import newly_malformed

        problems, parsed = [], 0
        for path, file in subject.changes.items():
            if file is None or file.mode == "120000":
                continue
            old = subject.base.get(path)
            try:
                found = newly_malformed(path, old.content if old else None, file.content)
            except CannotParse as error:
                return Evidence(self.name, Verdict.NO_VERDICT, f"{path}: {error}")
            if found is None:
                continue
            parsed += 1
            problems += [f"{path}:{problem.line}: {problem.text}" for problem in found]
        if problems:
            return Evidence(self.name, Verdict.FAIL, f"{len(problems)} new syntax error(s)", tuple(problems))
        return Evidence(self.name, Verdict.PASS, f"{parsed} changed file(s) parse")
