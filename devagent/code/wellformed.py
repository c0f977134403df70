"""Whether a changed file parses as well as it did before: code by its grammar, data by its reader.

Of code, every new syntax error counts. JSON, TOML and YAML are held to less, because much that has their names is a
template, a fixture that is meant to be broken, or a dialect: only a file that could be read before has to be readable.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping

from devagent.code.errors import CannotParse
from devagent.code.language import MAX_BYTES, Language, format_for, language_for
from devagent.code.syntax import MAX_SOURCE, SyntaxProblem, new_syntax_errors, syntax_errors
from devagent.code.textfile import read_text

_MAX_DOTS = 400
"""So many dots in a line of TOML may be a key of so many parts, for which the standard reader takes minutes."""

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%|\{#|<%|<\?|@@\w")
_QUOTED = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*(?:"|\\?$)|\'[^\'\n]*(?:\'|$)', re.MULTILINE)
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LAST_COMMA = re.compile(rf"({_STRING})|,(?=\s*[\]}}])", re.DOTALL)
_COMMENTED = re.compile(r"(?:^|/)(?:[jt]sconfig[^/]*|devcontainer|\.eslintrc|\.swcrc|\.vscode/[^/]+)\.json$")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


def newly_malformed(path: str, before: bytes | None, after: bytes) -> list[SyntaxProblem] | None:
    """The syntax problems that a change brings into a file; `None` where nothing is known of its format.

    Arguments:
        before: the content before the change; `None` for a new file.

    Raises `CannotParse` for code that is too large or too slow to be parsed. Data of that kind is let pass.
    """
    if (language := language_for(path)) is not None:
        return new_syntax_errors(before, after, language)
    known = format_for(path)
    if known is None or known.templated:
        return None
    if before is None or max(len(before), len(after)) > MAX_BYTES or _is_template(after):
        return []
    try:
        return _broken(path, known, before, after)
    except (CannotParse, RecursionError):  # nested too deeply for the reader: nothing is known
        return []


def _is_template(content: bytes) -> bool:
    """Whether marks of a template language stand outside of quotes, where they are not the data."""
    return _TEMPLATE.search(_QUOTED.sub("", read_text(content)[0])) is not None


def _broken(path: str, known: Language, before: bytes, after: bytes) -> list[SyntaxProblem]:
    read = _READERS.get(known.name)
    if read is None:
        return _no_longer_parsed(known, before, after)
    old, new = (read_text(content)[0] for content in (before, after))
    if read is _json and (_COMMENTED.search(path) or read(old)):
        old, new = _plain(old), _plain(new)
    problem = read(new)
    return [problem] if problem and not read(old) else []


def _no_longer_parsed(known: Language, before: bytes, after: bytes) -> list[SyntaxProblem]:
    if syntax_errors(before, known):
        return []
    # The grammar often finds the start of what it gave up on; the fault is not above the first line that is new.
    first, lines = _first_difference(before, after), after.decode("utf-8", "replace").split("\n")
    rows = [max(first, problem.line) for problem in syntax_errors(after, known)[:1]]
    return [SyntaxProblem(row, "it no longer parses", lines[row - 1].strip()[:MAX_SOURCE]) for row in rows]


def _first_difference(before: bytes, after: bytes) -> int:
    """The first line that is not the same, from 1; the last of `after` where it is all the same."""
    old, new = before.split(b"\n"), after.split(b"\n")
    return next((row for row, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), min(len(old), len(new)))


def _plain(text: str) -> str:
    """JSON without the comments, and commas before a bracket, that some programs allow in their settings."""
    return _LAST_COMMA.sub(_blank, _COMMENT.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    """A string as it is, anything else as blanks, so that no line moves."""
    return match[1] or re.sub(r"[^\n]", " ", match[0])


def _json(text: str) -> SyntaxProblem | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _problem(text, error.lineno, error.msg)
    except ValueError as error:  # a number with thousands of digits is good JSON
        raise CannotParse("a file was not read", why=str(error)) from error
    return None


def _toml(text: str) -> SyntaxProblem | None:
    if any(line.count(".") > _MAX_DOTS for line in text.split("\n")):
        raise CannotParse("a file was not read", why="it may hold a key of hundreds of parts")
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
        return _problem(text, line, _PLACE.sub("", str(error)).strip())
    return None


def _problem(text: str, line: int, said: str) -> SyntaxProblem:
    source = text.split("\n")[line - 1].strip()[:MAX_SOURCE]
    return SyntaxProblem(line, f"{said[:1].lower()}{said[1:]}", source)


_READERS: Mapping[str, Callable[[str], SyntaxProblem | None]] = {"json": _json, "toml": _toml}
