"""Reading unified diffs."""

import re

from .errors import PatchSyntax
from .model import FilePatch, Hunk

_RANGE = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def read_patch(text):
    """All file patches of a text; anything outside of them is skipped."""
    lines = text.splitlines()
    patches = []
    at = 0
    while at < len(lines):
        if not lines[at].startswith("--- "):
            at += 1
            continue
        if at + 1 == len(lines) or not lines[at + 1].startswith("+++ "):
            raise PatchSyntax(f"line {at + 2}: no '+++'")
        old, new = _path(lines[at]), _path(lines[at + 1])
        at += 2
        hunks = []
        while at < len(lines) and lines[at].startswith("@@"):
            hunk, at = _read_hunk(lines, at)
            hunks.append(hunk)
        patches.append(FilePatch(old, new, tuple(hunks)))
    return patches


def _path(line):
    """The path of a header line, without the leading ``a/`` or ``b/``."""
    path = line[4:].split("\t")[0].strip()
    if path == "/dev/null":
        return None
    return path[2:] if path[:2] in ("a/", "b/") else path


def _read_hunk(lines, at):
    """The hunk that begins at a line, and where the next thing begins."""
    match = _RANGE.match(lines[at])
    if not match:
        raise PatchSyntax(f"line {at + 1}: no range")
    start = int(match[1])
    old_left, new_left = int(match[2] or 1), int(match[4] or 1)
    if old_left == 0:
        start += 1
    before, after = [], []
    at += 1
    while old_left > 0 or new_left > 0:
        if at == len(lines):
            raise PatchSyntax("the patch ends within a hunk")
        mark, body = lines[at][:1] or " ", lines[at][1:]
        if mark not in " +-":
            raise PatchSyntax(f"line {at + 1}: what is {mark!r}?")
        if mark in " -":
            before.append(body)
            old_left -= 1
        if mark in " +":
            after.append(body)
            new_left -= 1
        at += 1
    return Hunk(start, tuple(before), tuple(after)), at
