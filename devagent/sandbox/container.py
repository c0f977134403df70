"""What a container of ours is made of: no network, no host, no privileges, and limits on all it can use.

Nothing is mounted but tmpfs, so that a remote engine works and nothing of the host is there to be harmed:

    /work  /home  /tmp   the unprivileged user's, emptied by every sync
    /base                the pristine tree, owned by uid 0
    /run/devagent        files of ours that commands may read, owned by uid 0
    /opt/project         the installed project, locked once it is installed
"""

import contextlib
import hashlib
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from devagent.sandbox.dockerfile import assignments
from devagent.sandbox.engine import Engine
from devagent.sandbox.recipe import ENVIRONMENT, Limits

KEEPER = "0:0"
USER = "1000:1000"
PROJECT = "/opt/project"
FILES = "/run/devagent"
LABEL = "devagent"

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The main program: as pid 1 it reaps whatever is orphaned, so that the engine needs no init program.
IDLE = "while :; do sleep 2147483647 & wait $!; done"

# System V shared memory and messages outlive the process that made them, and no file system bounds them.
_SHARED_MEMORY = {"kernel.shmall": "16384", "kernel.shmmax": str(64 * 1024**2), "kernel.msgmni": "64"}


def environment(image: Mapping[str, Any]) -> dict[str, str]:
    """The whole environment of every program inside; `image` is the image's configuration, whose PATH is kept."""
    inherited = assignments(image.get("Env") or ())
    return {
        "PATH": f"{ENVIRONMENT}/bin:{PROJECT}/bin:{inherited.get('PATH') or _DEFAULT_PATH}",
        "HOME": "/home",
        "USER": "devagent",
        "LOGNAME": "devagent",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "CI": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def writable(limits: Limits) -> dict[str, str]:
    """The tmpfs mounts. What they hold counts as memory, so all that tests can fill is under 3/4 of that limit."""
    disk = min(limits.disk, limits.memory // 2)
    user, everybody = "exec,uid=1000,gid=1000,mode=755", "exec,mode=1777"
    return {
        "/work": _tmpfs(user, disk),
        "/home": _tmpfs(user, disk // 8),
        "/tmp": _tmpfs(everybody, disk // 4),
        "/base": _tmpfs("noexec,mode=755", 2 * disk),
        FILES: _tmpfs("noexec,mode=755", disk // 8),
        PROJECT: _tmpfs("exec,mode=755", disk // 8),
    }


def _tmpfs(options: str, size: int) -> str:
    # Each file costs about a kilobyte of memory however small it is.
    return f"rw,nosuid,nodev,{options},size={size},nr_inodes={size // 5120}"


def specification(
    engine: Engine, image: Mapping[str, Any], limits: Limits, labels: Mapping[str, str]
) -> dict[str, Any]:
    """The arguments for `create_container`; `image` is the image as `inspect_image` shows it."""
    api = engine.client.api
    configuration = image.get("Config") or {}
    mounts = writable(limits)
    # A VOLUME of the image would be a writable folder on the engine's disk.
    mounts.update({path: "ro,noexec,size=4k" for path in configuration.get("Volumes") or () if path not in mounts})
    return {
        "image": image["Id"],
        "entrypoint": ["/bin/sh"],
        "command": ["-c", IDLE],
        "user": KEEPER,
        "working_dir": "/",
        "hostname": "devagent",
        "environment": environment(configuration),
        "labels": {**owner(), **labels},
        "healthcheck": {"test": ["NONE"]},
        "use_config_proxy": False,
        "host_config": api.create_host_config(
            network_mode="none",
            read_only=True,
            tmpfs=mounts,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            ipc_mode="private",
            sysctls=_SHARED_MEMORY,
            shm_size=64 * 1024**2,
            init=False,
            log_config={"Type": "none"},
            restart_policy={"Name": "no"},
            ulimits=[_ulimit("nofile", limits.open_files), _ulimit("core", 0)],
            **_limits(engine, limits),
        ),
    }


def _limits(engine: Engine, limits: Limits) -> dict[str, Any]:
    # An engine without the CPU controller refuses the whole container; one without the others only warns.
    held: dict[str, Any] = {
        "mem_limit": limits.memory,
        "memswap_limit": limits.memory,
        "pids_limit": limits.processes,
    }
    if engine.facts.get("CpuCfsQuota", True):
        held["nano_cpus"] = int(min(limits.cpus, engine.facts.get("NCPU") or 1) * 1e9)
    return held


def _ulimit(name: str, value: int) -> Any:
    from docker.types import Ulimit

    return Ulimit(name=name, soft=value, hard=value)


def owner() -> dict[str, str]:
    """Labels that say which process of which host a container belongs to."""
    return {
        LABEL: "1",
        f"{LABEL}.host": _host(),
        f"{LABEL}.boot": _first_line("/proc/sys/kernel/random/boot_id"),
        f"{LABEL}.pid": str(os.getpid()),
        f"{LABEL}.started": _started(os.getpid()),
    }


async def remove_stale(engine: Engine) -> int:
    """Remove the containers that dead devagent processes of this host left behind; gives how many."""
    found = await engine.call(
        "look for old containers", engine.client.api.containers, all=True, filters={"label": f"{LABEL}=1"}
    )
    stale = [entry["Id"] for entry in found if is_stale(entry.get("Labels") or {})]
    for container in stale:
        await engine.remove(container)
    return len(stale)


def is_stale(labels: Mapping[str, str]) -> bool:
    """Whether a container with these labels was left by a process of this host that is dead."""
    ours = owner()
    if labels.get(f"{LABEL}.host") != ours[f"{LABEL}.host"]:
        return False
    if labels.get(f"{LABEL}.boot") != ours[f"{LABEL}.boot"]:
        return True
    pid = labels.get(f"{LABEL}.pid", "")
    return not (pid.isdigit() and _alive(int(pid)) and _started(int(pid)) == labels.get(f"{LABEL}.started"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot: a pid alone may be in use again. Empty where unknown."""
    # The name in parentheses may itself hold spaces and parentheses.
    fields = _first_line(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 else ""


def _host() -> str:
    # Several hosts may share one engine, and several pid namespaces one host.
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    parts = (_first_line("/etc/machine-id"), platform.node(), space)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").partition("\n")[0]
    except OSError:
        return ""
