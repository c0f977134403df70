import ctypes
import os
import resource
import signal
import stat

from common import attempt, shell

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    def action():
        if getattr(libc, name)(*arguments) < 0:
            raise OSError(ctypes.get_errno(), name)

    return action


def number(*arguments):
    return call("syscall", *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])


def status(field):
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith(field + ":"))


attempt("root by setuid", lambda: os.setuid(0))
attempt("root's group", lambda: os.setgid(0))
attempt("other groups", lambda: os.setgroups([0]))
for field in ("CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh"):
    attempt(field, lambda field=field: status(field), lambda mask: int(mask, 16) != 0)
attempt("new privileges", lambda: status("NoNewPrivs"), lambda value: value != "1")
attempt("no filter", lambda: status("Seccomp"), lambda value: value != "2")
attempt("su", lambda: shell("su -c id </dev/null"), lambda text: "uid=0" in text)
attempt("setuid file", lambda: shell("cp /usr/bin/id /work/id && chmod 6755 /work/id && /work/id -u"), lambda text: text.strip() == "0")
attempt("chown to root", lambda: os.chown("attack.py", 0, 0))
attempt("device", lambda: os.mknod("disk", stat.S_IFBLK | 0o666, os.makedev(254, 0)))
attempt("mount", call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
attempt("remount writable", call("mount", b"none", b"/", None, 32 | 4096, None))
attempt("unmount", call("umount2", b"/proc", 2))
attempt("chroot", lambda: os.chroot("/work"))
for name, flag in {"user": 0x10000000, "mount": 0x20000, "network": 0x40000000, "pid": 0x20000000}.items():
    attempt(f"{name} namespace", call("unshare", flag))
attempt("enter a namespace", lambda: call("setns", os.open("/proc/1/ns/mnt", os.O_RDONLY), 0)())
attempt("trace the first process", call("ptrace", 16, 1, 0, 0))
attempt("memory of the first process", lambda: open("/proc/1/mem", "rb"))
attempt("kernel keys", number(250, 0, -3, 1) if os.uname().machine == "x86_64" else number(219, 0, -3, 1))
attempt("bpf", number(321, 0, 0, 0) if os.uname().machine == "x86_64" else number(280, 0, 0, 0))
attempt("userfaultfd", number(323, 0) if os.uname().machine == "x86_64" else number(282, 0))
attempt("more open files", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)))
attempt("higher priority", lambda: os.nice(-5))
attempt("host name", call("sethostname", b"evil", 4))
attempt("clock", lambda: __import__("time").clock_settime(0, 0))
for killer in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP):
    # It may be allowed to say so; the next run shows that it changed nothing.
    attempt(f"signal {killer} to the first process", lambda killer=killer: os.kill(1, killer), lambda _: False)
