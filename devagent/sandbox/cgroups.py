"""Control groups for one sandbox, version 1 or 2, where this process may make them."""

import contextlib
import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devagent.sandbox.recipe import Limits

MOUNT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")

_FOLDER = "devagent"
_PERIOD = 100_000
_count = itertools.count()


@dataclass(frozen=True)
class Groups:
    """The control groups of a sandbox. What enters them is held by all of its limits together."""

    folders: tuple[Path, ...]
    events: Path

    @property
    def doors(self) -> list[str]:
        """The files through which a process enters."""
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def oom_kills(self) -> int:
        """How many processes the kernel has killed in here for lack of memory."""
        with contextlib.suppress(OSError):
            for line in self.events.read_text().splitlines():
                name, _, value = line.partition(" ")
                if name == "oom_kill":
                    return int(value)
        return 0

    def remove(self) -> None:
        """Remove the groups if they are empty. The launcher does that at its end; this is for when it never began."""
        for folder in self.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def create(limits: Limits, *, mount: Path = MOUNT, membership: Path = MEMBERSHIP) -> Groups | None:
    """Groups that hold `limits`; `None` where memory cannot be limited by them, so that a watchdog has to.

    Arguments:
        mount: where the control groups of this machine are mounted.
        membership: the file that says which groups this process is in.
    """
    name = f"{os.getpid()}-{next(_count)}"
    try:
        if (mount / "cgroup.controllers").exists():
            return _unified(mount, membership, name, limits)
        return _separate(mount, name, limits)
    except OSError:
        return None


def _separate(mount: Path, name: str, limits: Limits) -> Groups | None:
    """Version 1: one tree for each controller. Only memory is indispensable, the rest has other limits too."""
    memory = _make(mount / "memory" / _FOLDER / name)
    _set(memory, {"memory.limit_in_bytes": limits.memory})
    # Absent where the kernel does not account swap.
    _try(memory, {"memory.memsw.limit_in_bytes": limits.memory})
    folders = [memory]
    others = {
        "pids": {"pids.max": limits.processes},
        "cpu": {"cpu.cfs_period_us": _PERIOD, "cpu.cfs_quota_us": int(limits.cpus * _PERIOD)},
    }
    for controller, settings in others.items():
        with contextlib.suppress(OSError):
            folder = _make(mount / controller / _FOLDER / name)
            folders.append(folder)
            _set(folder, settings)
    return Groups(tuple(folders), memory / "memory.oom_control")


def _unified(mount: Path, membership: Path, name: str, limits: Limits) -> Groups | None:
    """Version 2: below the nearest group that hands out the memory controller and that we may change."""
    home = _unified_parent(mount, membership)
    if home is None:
        return None
    folder = _make(home / f"{_FOLDER}-{name}")
    try:
        _set(folder, {"memory.max": limits.memory})
    except OSError:
        folder.rmdir()
        return None
    _try(folder, {"memory.swap.max": 0})
    _try(folder, {"pids.max": limits.processes})
    _try(folder, {"cpu.max": f"{int(limits.cpus * _PERIOD)} {_PERIOD}"})
    return Groups((folder,), folder / "memory.events")


def _unified_parent(mount: Path, membership: Path) -> Path | None:
    own = next((line[3:] for line in membership.read_text().splitlines() if line.startswith("0::")), "/")
    group = mount / own.lstrip("/")
    for candidate in (group, *group.parents):
        handed_out = candidate / "cgroup.subtree_control"
        if handed_out.exists() and "memory" in handed_out.read_text().split() and _ours(candidate):
            return candidate
        if candidate == mount:
            break
    return None


def _ours(group: Path) -> bool:
    # To move a process takes the right to change the group above both of its places.
    return os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK)


def _make(folder: Path) -> Path:
    folder.parent.mkdir(exist_ok=True)
    _sweep(folder.parent)
    folder.mkdir()
    return folder


def _sweep(parent: Path) -> None:
    """Remove the groups of processes that were killed together with their launchers."""
    for left in parent.glob("*-*"):
        owner = left.name.removeprefix(f"{_FOLDER}-").partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with contextlib.suppress(OSError):
                left.rmdir()


def _set(folder: Path, settings: Mapping[str, int | str]) -> None:
    for name, value in settings.items():
        (folder / name).write_text(str(value))


def _try(folder: Path, settings: Mapping[str, int | str]) -> None:
    with contextlib.suppress(OSError):
        _set(folder, settings)
