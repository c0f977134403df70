import os
import socket

os.makedirs("bin", exist_ok=True)
for name in ("tar", "cat", "find", "rm", "cp", "git", "sh", "python3", "chmod"):
    for folder in (".", "bin", "/home", "/tmp"):
        with open(f"{folder}/{name}", "w") as file:
            file.write("#!/bin/sh\necho HIJACKED\n")
        os.chmod(f"{folder}/{name}", 0o755)
os.symlink("/etc/passwd", "absolute")
os.symlink("../../../../etc/passwd", "relative")
os.symlink("/etc", "folder")
os.symlink("loop", "loop")
os.mkfifo("pipe")
socket.socket(socket.AF_UNIX).bind("socket")
with open("plain", "w") as file:
    file.write("plain")
with open("linked", "w") as file:
    file.write("linked")
os.link("linked", "hard")
os.chmod("hard", 0o6755)
with open("sparse", "w") as file:
    file.truncate(100_000_000)
with open("secret", "w") as file:
    file.write("x")
os.chmod("secret", 0)
for name in ("new\nline", "escape\x1b[31m", "-rf", "--checkpoint-action=exec=sh x", "$(touch x)", "'; touch y; '", b"\xff\xfe"):
    with open(name, "w") as file:
        file.write("odd")
print("held: planted")
