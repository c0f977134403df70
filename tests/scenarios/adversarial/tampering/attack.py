import mmap
import os
import subprocess

from common import attempt, shell

with open("victim.txt", "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
    memory[0]
    memory[:8] = b"tampered"
for path in ("/opt/env/bin/python3", "/opt/env/x.pth", "/opt/project/x.pth", "/run/devagent/probe.py", "/usr/lib/python3/x.pth"):
    attempt(f"write {path}", lambda path=path: open(path, "w").write("x"))
attempt("replace a probe", lambda: os.replace("/work/victim.txt", "/run/devagent/probe.py"))
attempt("move the probes away", lambda: os.rename("/run/devagent", "/tmp/devagent"))
attempt("move the workspace away", lambda: os.rename("/work", "/tmp/work"))
os.makedirs(os.path.expanduser("~/.local/lib/python3.11/site-packages"), exist_ok=True)
for path in ("~/.local/lib/python3.11/site-packages/usercustomize.py", "/work/sitecustomize.py", "~/.pdbrc", "/tmp/conftest.py"):
    with open(os.path.expanduser(path), "w") as file:
        file.write("raise SystemExit('BREACH: poisoned')\n")
os.makedirs("locked/deep")
os.chmod("locked/deep", 0)
os.chmod("locked", 0)
os.makedirs("wide")
for number in range(2000):
    open(f"wide/{number}", "w").close()
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
os.chdir("/work")
subprocess.run("ipcmk -M 4096; ipcmk -S 1; ipcmk -Q", shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
os.chmod("/work", 0)
print("held: planted")
