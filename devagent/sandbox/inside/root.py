"""The root file system that programs see: built on a tmpfs from cloned host trees, then made read-only."""

import os

from devagent.sandbox.inside import kernel
from devagent.sandbox.inside.wire import Plan

SUPERVISOR, PROGRAM = 0, 1000

_DEVICES = ("full", "null", "random", "tty", "urandom", "zero")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}
_HIDDEN_FILES = ("kcore", "keys", "kmsg", "key-users", "latency_stats", "sched_debug", "sysrq-trigger", "timer_list")
_HIDDEN_FOLDERS = ("acpi", "asound", "bus", "driver", "fs", "irq", "scsi", "sys", "tty")
_READABLE_HIDDEN = ("sys",)
_ROOT_SIZE = 16 << 20
_BYTES_PER_INODE = 4096

Trees = dict[str, int]


def clone_host(plan: Plan) -> Trees:
    """Descriptors of the host trees that the plan shows, by their place inside, restricted already."""
    trees = {}
    for source, target, writable in plan["binds"]:
        tree = trees[target] = kernel.clone_tree(source)
        read_only = 0 if writable else kernel.ATTR_READ_ONLY
        kernel.restrict_tree(tree, read_only | kernel.ATTR_NO_SUID | kernel.ATTR_NO_DEVICES)
    for name in _DEVICES:
        tree = trees[f"/dev/{name}"] = kernel.clone_tree(f"/dev/{name}")
        kernel.restrict_tree(tree, kernel.ATTR_NO_SUID | kernel.ATTR_NO_EXEC)
    return trees


def build(plan: Plan, trees: Trees, program: int) -> int:
    """Make the root and move into it. Gives a descriptor of the drop folder that can be written through.

    `program` is the user id of programs. The host's tree cannot be reached afterwards.
    """
    kernel.make_mounts_private()
    top = "/tmp"
    kernel.mount("tmpfs", top, kernel.MS_NO_SUID | kernel.MS_NO_DEVICES, f"mode=0755,size={_ROOT_SIZE}")
    for target in sorted(trees):
        _attach(top, target, trees[target])
    for target, text in plan["files"].items():
        _write(top + target, text)
    for target, goal in plan["links"].items():
        os.makedirs(os.path.dirname(top + target), exist_ok=True)
        os.symlink(goal, top + target)
    _devices(top)
    _processes(top)
    for place in [*plan["scratch"], *plan["kept"], plan["drop"]]:
        os.makedirs(top + place, exist_ok=True)
    kernel.pivot(top)
    for place, size in plan["kept"].items():
        mount_scratch(place, size, program)
    drop = _drop_folder(plan["drop"], plan["drop_size"])
    kernel.restrict_mount("/", kernel.ATTR_READ_ONLY)
    return drop


def mount_scratch(place: str, size: int, owner: int) -> None:
    """An empty writable file system at `place` of at most `size` bytes."""
    options = f"mode=0755,uid={owner},gid={owner},size={size},nr_inodes={max(size // _BYTES_PER_INODE, 1024)}"
    kernel.mount("tmpfs", place, kernel.MS_NO_SUID | kernel.MS_NO_DEVICES, options)


def seal(place: str) -> None:
    """Make a kept place read-only."""
    kernel.restrict_mount(place, kernel.ATTR_READ_ONLY)


def _drop_folder(place: str, size: int) -> int:
    # Programs see it read-only whoever they are: where one user id has to stand for all, permissions say nothing.
    # The supervisor writes through a second mount of it that is attached nowhere.
    kernel.mount("tmpfs", place, kernel.MS_NO_SUID | kernel.MS_NO_DEVICES, f"mode=0755,size={size}")
    writable = kernel.clone_tree(place)
    kernel.restrict_mount(place, kernel.ATTR_READ_ONLY)
    return writable


def _attach(top: str, target: str, tree: int) -> None:
    place = top + target
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if os.path.isdir(f"/proc/self/fd/{tree}"):
        os.makedirs(place, exist_ok=True)
    else:
        _write(place, "")
    kernel.attach_tree(tree, place)
    os.close(tree)


def _devices(top: str) -> None:
    for name, goal in _DEVICE_LINKS.items():
        os.symlink(goal, f"{top}/dev/{name}")
    os.mkdir(f"{top}/dev/pts")
    flags = kernel.MS_NO_SUID | kernel.MS_NO_EXEC
    kernel.mount("devpts", f"{top}/dev/pts", flags, "newinstance,ptmxmode=0666,mode=0620")


def _processes(top: str) -> None:
    proc = f"{top}/proc"
    os.mkdir(proc)
    flags = kernel.MS_NO_SUID | kernel.MS_NO_DEVICES | kernel.MS_NO_EXEC
    kernel.mount("proc", proc, flags, "hidepid=2")
    with open(f"{proc}/sys/user/max_user_namespaces", "w", encoding="ascii") as file:
        file.write("0")
    for name in _HIDDEN_FILES:
        if os.path.exists(f"{proc}/{name}"):
            kernel.attach_tree(kernel.clone_tree(f"{top}/dev/null"), f"{proc}/{name}")
    for name in _HIDDEN_FOLDERS:
        if os.path.isdir(f"{proc}/{name}"):
            _hide_folder(f"{proc}/{name}", name in _READABLE_HIDDEN)


def _hide_folder(place: str, readable: bool) -> None:
    if readable:
        tree = kernel.clone_tree(place)
        kernel.restrict_tree(tree, kernel.ATTR_READ_ONLY)
        kernel.attach_tree(tree, place)
        os.close(tree)
    else:
        kernel.mount("tmpfs", place, kernel.MS_NO_SUID, "mode=0555,size=4096,nr_inodes=2")
        kernel.restrict_mount(place, kernel.ATTR_READ_ONLY)


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
