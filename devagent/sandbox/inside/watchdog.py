"""How much memory the programs of a pid namespace use, for kernels whose control groups we may not set."""

import os

_PAGE = os.sysconf("SC_PAGE_SIZE")


def over(limit: int, scratch: list[str]) -> bool:
    """Whether the processes here, and the files they left in memory, use more than `limit` bytes.

    The cheap sum counts a page once for each process that shares it after a fork, so only the exact, slower sum may
    say yes.
    """
    files = sum(_files(place) for place in scratch)
    others = [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]
    if files + sum(_resident(name) for name in others) <= limit:
        return False
    return files + sum(_proportional(name) for name in others) > limit


def _files(place: str) -> int:
    room = os.statvfs(place)
    return (room.f_blocks - room.f_bfree) * room.f_frsize


def _resident(process: str) -> int:
    fields = _read(f"/proc/{process}/statm").split()
    return (int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0


def _proportional(process: str) -> int:
    for line in _read(f"/proc/{process}/smaps_rollup").splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    return 0


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""
