import os
import signal
import subprocess
from pathlib import Path

from probe import WORLD


def test_runner():
    found = []
    for pid in [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]:
        try:
            if Path(f"/proc/{pid}/cmdline").read_bytes().count(b"devagent") and pid != os.getpid():
                os.kill(pid, 0)
                Path(f"/proc/{pid}/mem").open("r+b").close()
                found.append(f"BREACH may write to process {pid}") if pid not in own() else None
        except OSError:
            pass
    for command in (["mount", "-t", "tmpfs", "x", "/mnt"], ["unshare", "-r", "true"], ["chroot", "/", "true"]):
        try:
            if subprocess.run(command, capture_output=True, timeout=5).returncode == 0 and command[0] != "unshare":
                found.append(f"BREACH {command}")
        except (OSError, subprocess.TimeoutExpired):
            pass
    for path in ("/run/devagent/devagent_probe.py", "/opt/env/bin/python", "/usr/bin/env", "/etc/passwd"):
        try:
            with open(path, "ab") as file:
                file.write(b"#")
            found.append(f"BREACH wrote to {path}")
        except OSError:
            pass
    assert found == []


def own():
    pid, found = os.getpid(), set()
    while pid > 1:
        found.add(pid)
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return found | {1}


def test_stays_alive():
    for _ in range(20):
        if os.fork() == 0:
            os.setsid()
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.execvp("sleep", ["sleep", WORLD["daemon"]])
