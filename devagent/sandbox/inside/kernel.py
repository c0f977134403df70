"""Linux calls that the standard library lacks: namespaces, mounts, capabilities. Each raises `OSError`.

Mounts use the descriptor-based calls of Linux 5.12: a tree is cloned, made read-only as a whole, and only then
attached. A bind mount by path would be writable for a moment, and cannot be made read-only recursively.
"""

import ctypes
import fcntl
import os
import platform
import socket
import struct

NEW_NAMESPACE = {
    "mount": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}

ATTR_READ_ONLY, ATTR_NO_SUID, ATTR_NO_DEVICES, ATTR_NO_EXEC = 1, 2, 4, 8
MS_NO_SUID, MS_NO_DEVICES, MS_NO_EXEC = 2, 4, 8
_MS_RECURSIVE, _MS_PRIVATE = 1 << 14, 1 << 18
_AT_FDCWD, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_MNT_DETACH = 2

_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_OPEN_TREE, _MOVE_MOUNT, _OPENAT2, _MOUNT_SETATTR = 428, 429, 437, 442

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 23, 24, 47, 4
_SECCOMP_FILTER = 2
_CAPABILITY_VERSION_3 = 0x20080522
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def unshare(*names: str) -> None:
    """Enter new namespaces of these kinds (a new pid namespace begins with the next child)."""
    _check(_libc.unshare(sum(NEW_NAMESPACE[name] for name in names)), "unshare " + "+".join(names))


def make_mounts_private() -> None:
    """Let no mount of this namespace spread to another one."""
    _check(_libc.mount(b"none", b"/", None, ctypes.c_ulong(_MS_RECURSIVE | _MS_PRIVATE), None), "make / private")


def mount(kind: str, target: str, flags: int, options: str) -> None:
    """Mount a new file system of this kind."""
    arguments = (os.fsencode(kind), os.fsencode(target), os.fsencode(kind), ctypes.c_ulong(flags), options.encode())
    _check(_libc.mount(*arguments), f"mount {kind} on {target}")


def unmount(target: str) -> None:
    """Take the topmost mount away from `target`; what is still in use goes when its last user ends."""
    _check(_libc.umount2(os.fsencode(target), _MNT_DETACH), f"unmount {target}")


def clone_tree(path: str) -> int:
    """A descriptor of a copy of the mounts at and below `path`, attached nowhere yet."""
    flags = 1 | os.O_CLOEXEC | _AT_RECURSIVE
    return _syscall(_OPEN_TREE, _AT_FDCWD, os.fsencode(path), flags, what=f"clone the mounts of {path}")


def attach_tree(tree: int, target: str) -> None:
    """Mount what `clone_tree` gave at `target`."""
    _syscall(_MOVE_MOUNT, tree, b"", _AT_FDCWD, os.fsencode(target), 4, what=f"attach {target}")


def restrict_tree(tree: int, attributes: int) -> None:
    """Set mount attributes on a cloned tree and every mount in it."""
    _set_attributes(tree, b"", _AT_EMPTY_PATH | _AT_RECURSIVE, attributes, "restrict a mount")


def restrict_mount(target: str, attributes: int) -> None:
    """Set mount attributes on the one mount at `target`."""
    _set_attributes(_AT_FDCWD, os.fsencode(target), 0, attributes, f"restrict {target}")


def pivot(new_root: str) -> None:
    """Make `new_root` the root and the old one unreachable."""
    os.chdir(new_root)
    _syscall(_PIVOT_ROOT[platform.machine()], b".", b".", what="pivot_root")
    unmount(".")
    os.chdir("/")


def open_regular(path: str) -> int:
    """A descriptor for reading `path`, no part of which is a symlink."""
    no_magic_links, no_symlinks = 2, 4
    how = struct.pack("QQQ", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, 0, no_magic_links | no_symlinks)
    return _syscall(_OPENAT2, _AT_FDCWD, os.fsencode(path), how, len(how), what=path)


def raise_loopback() -> None:
    """Bring `lo` up, so that a program can speak to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", b"lo", 0)
        flags = struct.unpack("16xH22x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[0]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | _IFF_UP))


def die_with_parent(signal_number: int) -> None:
    """Ask for a signal when the parent ends. A change of user takes the wish back."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def hide_memory() -> None:
    """Keep other processes of the same user from reading this one's memory, descriptors and environment."""
    _prctl(_PR_SET_DUMPABLE, 0)


def limit_capabilities() -> None:
    """Give up the chance of ever getting a capability by running a program. Needs CAP_SETPCAP."""
    capability = 0
    while _libc.prctl(_PR_CAPBSET_READ, ctypes.c_ulong(capability), 0, 0, 0) >= 0:
        _prctl(_PR_CAPBSET_DROP, capability)
        capability += 1
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)


def drop_capabilities() -> None:
    """Give up every capability held now, and privileges of setuid programs."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def install_filter(program: bytes) -> None:
    """Filter the system calls of this process and its children by a BPF program, for good."""
    code = ctypes.create_string_buffer(program, len(program))
    structure = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    _check(_libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_SECCOMP_FILTER), structure, 0, 0), "seccomp")


def _set_attributes(folder: int, path: bytes, flags: int, attributes: int, what: str) -> None:
    structure = struct.pack("QQQQ", attributes, 0, 0, 0)
    _syscall(_MOUNT_SETATTR, folder, path, flags, structure, len(structure), what=what)


def _prctl(option: int, value: int) -> None:
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), f"prctl {option}")


def _syscall(number: int, *arguments: int | bytes, what: str) -> int:
    converted = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    return _check(_libc.syscall(ctypes.c_long(number), *converted), what)


def _check(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result
