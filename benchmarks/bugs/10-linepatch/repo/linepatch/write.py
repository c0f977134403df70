"""Writing unified diffs."""

import difflib


def make_patch(before, after):
    """The patch that turns one tree of files into the other."""
    out = []
    for path in sorted(set(before) | set(after)):
        old = before.get(path)
        new = after.get(path)
        if old == new:
            continue
        out.extend(
            difflib.unified_diff(
                (old or "").splitlines(),
                (new or "").splitlines(),
                "/dev/null" if old is None else "a/" + path,
                "/dev/null" if new is None else "b/" + path,
                lineterm="",
            )
        )
    return "\n".join(out) + "\n" if out else ""
