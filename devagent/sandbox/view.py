"""Which parts of the host a sandbox of namespaces shows: what a runtime needs to run, read-only, and nothing else."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from devagent.sandbox.container import FILES, PROJECT
from devagent.sandbox.inside.wire import Plan
from devagent.sandbox.recipe import ENVIRONMENT, Limits
from devagent.sandbox.sandbox import WORKSPACE

# Ids that no system hands out: to the host's permissions, the supervisor and its programs are nobody in particular.
_SUPERVISOR_ID = 1_900_000_000
_PROGRAM_ID = _SUPERVISOR_ID + 1

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/mime.types",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    f"/etc/python3.{sys.version_info.minor}",
)
_FILES = {
    "/etc/passwd": "root:x:0:0:root:/:/bin/false\ndevagent:x:1000:1000:devagent:/home:/bin/sh\n"
    "nobody:x:65534:65534:nobody:/:/bin/false\n",
    "/etc/group": "root:x:0:\ndevagent:x:1000:\nnogroup:x:65534:\n",
    "/etc/hosts": "127.0.0.1 localhost devagent\n::1 localhost\n",
    "/etc/hostname": "devagent\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_NETWORK = ("/etc/resolv.conf", "/etc/hosts")
_NETWORK_FILES = {"/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"}
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


def plan(
    limits: Limits,
    *,
    environment: Path | None = None,
    workspace: str = WORKSPACE,
    building: bool = False,
    network: bool = False,
    way_out: int = -1,
    doors: Sequence[str] = (),
) -> Plan:
    """The sandbox for these limits.

    Arguments:
        environment: the host folder that stands at /opt/env.
        building: with `environment` writable.
        network: with the host's network.
        way_out: a descriptor to send a socket to that listens on the sandbox's own loopback.
        doors: `cgroup.procs` files of the control groups that programs enter; none: a watchdog counts memory.
    """
    binds = [(path, path, False) for path in _existing(_SYSTEM) + _existing(_SETTINGS)]
    binds += [(str(prefix), str(prefix), False) for prefix in runtimes()]
    files = dict(_FILES)
    if environment is not None:
        binds.append((str(environment), ENVIRONMENT, building))
    if network:
        binds += [(os.path.realpath(path), path, False) for path in _NETWORK if Path(path).exists()]
        files |= _NETWORK_FILES
    shown = {target for _, target, _ in binds}
    disk = limits.disk if building else min(limits.disk, limits.memory // 2)
    processors = sorted(os.sched_getaffinity(0))
    return {
        "ids": unprivileged_ids(),
        "network": network,
        "way_out": way_out,
        "binds": binds,
        "files": {path: text for path, text in files.items() if path not in shown},
        "links": _links(),
        "scratch": {workspace: disk, "/tmp": disk if building else disk // 4, "/home": disk // 8, "/dev/shm": 64 << 20},
        "kept": {PROJECT: disk // 8},
        "drop": FILES,
        "drop_size": disk // 8,
        "workspace": workspace,
        "cgroups": list(doors),
        "memory": 0 if doors else limits.memory,
        "processes": limits.processes,
        "open_files": limits.open_files,
        "largest_file": 4 * disk,  # for files with holes; the size of each place holds the others
        "processors": [] if doors else processors[: max(1, round(limits.cpus))],
    }


def search_path() -> str:
    """The PATH of programs, behind what environment and project add to it."""
    return ":".join([*(f"{prefix}/bin" for prefix in runtimes()), _SYSTEM_PATH])


def unprivileged_ids() -> list[int] | None:
    """For root: two host ids that are nobody's, for the supervisor and for programs. `None`: there is but one's own."""
    if os.geteuid() != 0:
        return None
    ranges = [[int(n) for n in line.split()] for line in Path("/proc/self/uid_map").read_text().splitlines()]
    if any(start <= _SUPERVISOR_ID and start + length > _PROGRAM_ID for start, _, length in ranges):
        return [_SUPERVISOR_ID, _PROGRAM_ID]
    # Inside a container that maps fewer ids: its two highest.
    start, _, length = max(ranges)
    return [start + length - 2, start + length - 1] if length > 2 else None


def _existing(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if Path(path).exists() and not Path(path).is_symlink()]


def _links() -> dict[str, str]:
    """/bin and its like, where they are symlinks into /usr."""
    return {path: str(Path(path).readlink()) for path in _SYSTEM if Path(path).is_symlink()}


def runtimes() -> list[Path]:
    """Installation folders of interpreters that live outside /usr: pyenv, nvm, a Python of one's own."""
    node = shutil.which("node")
    found = [Path(sys.base_prefix).resolve()]
    found += [Path(node).resolve().parent.parent] if node else []
    return [prefix for prefix in found if not prefix.is_relative_to("/usr") and _is_installation(prefix)]


def _is_installation(prefix: Path) -> bool:
    # A wrapper script in ~/bin would make all of a home directory look like one.
    private = (Path.home().resolve(), Path("/"), Path("/root"), Path("/home"))
    above_private = any(folder.is_relative_to(prefix) for folder in private)
    return not above_private and (prefix / "bin").is_dir() and (prefix / "lib").is_dir()
