"""Texts about a plan."""

from .age import age_hours, describe_hours


def size_text(size):
    """Return a size as "512 B", "1.5 KiB", "3.0 MiB" and so on."""
    if size < 1024:
        return f"{size} B"
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024 or unit == "GiB":
            return f"{size:.1f} {unit}"


def oldest_kept(plan, now):
    """Return the age text of the oldest archive that is kept, "-" without any."""
    if not plan.keep:
        return "-"
    return describe_hours(max(age_hours(archive.time, now) for archive in plan.keep))


def summary(plan, now):
    """Return the one-line summary of a plan."""
    return (f"keep {len(plan.keep)} (oldest {oldest_kept(plan, now)}), "
            f"delete {len(plan.delete)}, frees {size_text(plan.freed)}")


def deletion_list(plan):
    """Return the file names to delete in order of their names, one per row."""
    return "\n".join(sorted(archive.filename for archive in plan.delete))
