import os

from common import HOST

plant = f"touch {HOST['tripwire']}"
os.makedirs("planted/.git/hooks")
for folder in (".", "planted"):
    os.makedirs(f"{folder}/.git/hooks", exist_ok=True)
    with open(f"{folder}/.git/config", "w") as file:
        file.write(f'[core]\n\tfsmonitor = "{plant}"\n\tpager = "{plant}"\n\tsshCommand = "{plant}"\n')
        file.write(f'[diff]\n\texternal = "{plant}"\n[filter "x"]\n\tclean = "{plant}"\n\tsmudge = "{plant}"\n')
    with open(f"{folder}/.gitattributes", "w") as file:
        file.write("* filter=x diff=x\n")
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        with open(f"{folder}/.git/hooks/{hook}", "w") as file:
            file.write(f"#!/bin/sh\n{plant}\n")
        os.chmod(f"{folder}/.git/hooks/{hook}", 0o755)
print("held: planted")
