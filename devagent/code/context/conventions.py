"""What a project asks of those who change it: `AGENTS.md` and `CONTRIBUTING`, in full or the sections that matter."""

import re
from collections.abc import Collection, Mapping
from posixpath import dirname

from devagent.code.context.parts import WHOLE, Form, Part

SECTION = "conventions"
_FILE = re.compile(r"(?:AGENTS|CONTRIBUTING)(?:\.(?:md|rst|txt|adoc))?", re.IGNORECASE)
_FOLDERS = ("", ".github", "docs", "doc")
_LARGEST = 100_000
_HEADING, _RULE = re.compile(r"#{1,4}\s+\S"), re.compile(r"(?:={3,}|-{3,}|~{3,})\s*")
_TELLING = re.compile(
    r"\b(?:style|cod(?:e|ing)|convention|test|lint|format|naming|type|rule|guideline|error|do not)", re.IGNORECASE
)


def conventions(files: Mapping[str, bytes], about: Collection[str], rank: int = 0) -> list[Part]:
    """The files that say how changes are to be made, those nearest to the paths in `about` first.

    `AGENTS.md` counts at the top and in every folder above these paths, `CONTRIBUTING` at the top, in `.github` and in
    the folder of documentation.
    """
    above = {folder for path in about for folder in _above(path)}
    found = [
        path
        for path, content in files.items()
        if _FILE.fullmatch(path.rpartition("/")[2]) and len(content) <= _LARGEST
        if dirname(path) in (above if "agents" in path.lower().rpartition("/")[2] else _FOLDERS)
    ]
    found.sort(key=lambda path: ("agents" not in path.lower(), -path.count("/"), path))
    return [Part(SECTION, path, "says how changes are to be made", _forms(path, files[path]), rank) for path in found]


def _above(path: str) -> list[str]:
    folders = [""]
    for part in path.split("/")[:-1]:
        folders.append(f"{folders[-1]}/{part}" if folders[-1] else part)
    return folders


def _forms(path: str, content: bytes) -> tuple[Form, ...]:
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").strip()
    whole = Form(WHOLE, f"# {path}\n{text}")
    sections = _sections(text)
    telling = [body for heading, body in sections if _TELLING.search(heading)]
    listed = "\n".join(f"- {heading}" for heading, _ in sections)
    headings = Form("headings", f"# {path} (its headings only)\n{listed}")
    if not sections:
        return (whole,)
    if not telling or len(telling) == len(sections):
        return whole, headings
    left = len(sections) - len(telling)
    some = f"# {path} ({len(telling)} of its sections; {left} on other things left out)\n"
    return whole, Form("sections", some + "\n\n".join(telling)), headings


def _sections(text: str) -> list[tuple[str, str]]:
    """The sections of a text, each up to the next heading of any level: its heading, and all of it."""
    lines = text.split("\n")
    starts, in_code = [], False
    for number, line in enumerate(lines):
        # Lines of code that begin with # are no headings.
        in_code ^= line.startswith("```")
        ruled = number + 1 < len(lines) and line[:1].isalnum() and _RULE.fullmatch(lines[number + 1])
        if not in_code and (_HEADING.match(line) or ruled):
            starts.append(number)
    stretches = zip(starts, [*starts, len(lines)][1:], strict=True)
    return [(lines[start].strip("# \t"), "\n".join(lines[start:end]).strip()) for start, end in stretches]
