"""The syntax gate: a changed file parses as well as it did before."""

from devagent.proposal.candidate import Evidence, Verdict
from devagent.proposal.gates.subject import Subject


class SyntaxGate:
    """Passes when no changed file has a syntax error that it had not before (tree-sitter; unknown languages pass)."""

    name = "syntax"

    def check(self, subject: Subject) -> Evidence:
        """New syntax errors, by file and line."""
        from devagent.code.errors import CannotParse
        from devagent.code.language import language_for
        from devagent.code.syntax import new_syntax_errors

        problems, parsed = [], 0
        for path, file in subject.changes.items():
            language = language_for(path)
            if file is None or language is None or file.mode == "120000":
                continue
            parsed += 1
            old = subject.base.get(path)
            try:
                found = new_syntax_errors(old.content if old else None, file.content, language)
            except CannotParse as error:
                return Evidence(self.name, Verdict.NO_VERDICT, f"{path}: {error}")
            problems += [f"{path}:{problem.line}: {problem.text}" for problem in found]
        if problems:
            return Evidence(self.name, Verdict.FAIL, f"{len(problems)} new syntax error(s)", tuple(problems))
        return Evidence(self.name, Verdict.PASS, f"{parsed} changed file(s) parse")
