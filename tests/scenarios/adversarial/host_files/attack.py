import glob
import os

from common import HOST, attempt


def read(path):
    def action():
        with open(path, "rb") as file:
            return file.read(1_000_000)

    return action


def leaks(content):
    return HOST["canary"].encode() in content


for path in ("/etc/shadow", "/etc/sudoers", "/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda"):
    attempt(path, read(path), lambda content: bool(content))
for path in ("/root", HOST["home"], "/home/.ssh", "/var/lib", "/run/systemd", "/tmp/.X11-unix", "/mnt", "/srv"):
    attempt(f"list {path}", lambda path=path: os.listdir(path), lambda names: bool(set(names) & set(HOST["private"])))
attempt("checkout", read(HOST["checkout"] + "/.git/config"))
attempt("canary file", read(HOST["canary_file"]))
for socket in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"):
    attempt(socket, lambda socket=socket: os.stat(socket))
for root in ("/proc/1/root", "/proc/1/cwd", "/proc/self/root/..", "/proc/self/cwd/../.."):
    for path in (HOST["canary_file"], HOST["checkout"] + "/.git/config"):
        attempt(f"{root} {path}", read(root + path))
for environment in glob.glob("/proc/[0-9]*/environ"):
    attempt(environment.replace(environment.split("/")[2], "N"), read(environment), leaks)
attempt("climb", read("../" * 40 + HOST["canary_file"].lstrip("/")))
for descriptor in os.listdir("/proc/self/fd"):
    place = f"/proc/self/fd/{descriptor}/" + "../" * 20 + HOST["canary_file"].lstrip("/")
    attempt(f"descriptor {descriptor}", read(place))
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/fs/cgroup/x", "/usr/bin/x", "/etc/x", "/x", "/dev/x"):
    attempt(f"write {path}", lambda path=path: open(path, "w").write("x"))
