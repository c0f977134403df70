"""The plan: what to keep and what to delete."""

from dataclasses import dataclass, field

from .names import group_by_name, parse_archive


@dataclass
class Plan:
    """Archives to keep, archives to delete and files that are no archives."""

    keep: list = field(default_factory=list)
    delete: list = field(default_factory=list)
    foreign: list = field(default_factory=list)

    @property
    def freed(self):
        """Bytes that deleting sets free."""
        return sum(archive.size for archive in self.delete)


def plan_group(group, policy, now, result):
    """Sort the archives of one name (newest first) into the plan.

    Of each day in the daily phase the newest archive is kept.
    """
    days = set()
    for index, archive in enumerate(group):
        phase = policy.phase(archive.time, now)
        day = archive.time.date()
        keep = index == 0 or phase == "all" or (phase == "daily" and day not in days)
        if phase == "daily":
            days.add(day)
        (result.keep if keep else result.delete).append(archive)


def plan(files, policy, now):
    """Return the Plan for a mapping of file names to sizes."""
    result = Plan()
    archives = []
    for filename, size in files.items():
        archive = parse_archive(filename, size)
        if archive is None:
            result.foreign.append(filename)
        else:
            archives.append(archive)
    for group in group_by_name(archives).values():
        plan_group(group, policy, now, result)
    return result
