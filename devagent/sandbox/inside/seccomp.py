"""The system calls that programs in a sandbox are refused.

They have no capabilities, so most of these would fail anyway: the filter is the second lock, against bugs in parts of
the kernel that tests have no business in. `ptrace` stays: a program may look at its own children only.
"""

import errno
import platform
import struct

_X86, _ARM = 0xC000003E, 0xC00000B7

# name: number on x86_64, number on aarch64 (-1: not there)
_REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, -1),
    "iopl": (172, -1),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}
_CLONE, _CLONE3, _SOCKET, _IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)
_ANY_NAMESPACE = 0x7E020000
# Sockets that no network namespace holds back: the kernel's cryptography, and the line from a virtual machine to its
# host.
_FAMILIES = (38, 40)
_TERMINAL_INJECTION = (0x5412, 0x541C)

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24


def program(machine: str = "") -> bytes:
    """The filter for this machine (or the named one); empty where we do not know its system calls."""
    machines = {"x86_64": (0, _X86), "aarch64": (1, _ARM)}
    if (machine or platform.machine()) not in machines:
        return b""
    column, architecture = machines[machine or platform.machine()]
    code = [_step(_LOAD, _ARCHITECTURE), _step(_IF_EQUAL, architecture, 1, 0), _fail(errno.ENOSYS)]
    code += [_step(_LOAD, _NUMBER)]
    if architecture == _X86:
        x32_bit = 0x40000000
        code += [_step(_IF_AT_LEAST, x32_bit, 0, 1), _fail(errno.ENOSYS)]
    for numbers in _REFUSED.values():
        if numbers[column] >= 0:
            code += [_step(_IF_EQUAL, numbers[column], 0, 1), _fail(errno.EPERM)]
    # Its flags are in memory, out of a filter's sight; the C library goes on with clone.
    code += [_step(_IF_EQUAL, _CLONE3[column], 0, 1), _fail(errno.ENOSYS)]
    code += _by_argument(_CLONE[column], _FIRST_ARGUMENT, _IF_ANY_BIT, (_ANY_NAMESPACE,), errno.EPERM)
    code += _by_argument(_SOCKET[column], _FIRST_ARGUMENT, _IF_EQUAL, _FAMILIES, errno.EAFNOSUPPORT)
    code += _by_argument(_IOCTL[column], _SECOND_ARGUMENT, _IF_EQUAL, _TERMINAL_INJECTION, errno.EPERM)
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _by_argument(number: int, argument: int, test: int, values: tuple[int, ...], error: int) -> list[bytes]:
    checks = [_step(_LOAD, argument)]
    for value in values:
        checks += [_step(test, value, 0, 1), _fail(error)]
    checks += [_step(_LOAD, _NUMBER)]
    return [_step(_IF_EQUAL, number, 0, len(checks)), *checks]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _fail(error: int) -> bytes:
    return _step(_RETURN, _FAIL | error)
