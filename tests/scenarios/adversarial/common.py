"""What attacks share: an attempt that should fail, and a line that says whether it did."""

import json
import subprocess

with open("/run/devagent/host.json") as file:
    HOST = json.load(file)


def attempt(what, action, breach=lambda result: True):
    """Try `action`; holding means that it raises, or that `breach` of its result is false."""
    try:
        result = action()
    except BaseException as error:
        print(f"held: {what} ({type(error).__name__}: {str(error)[:60]})", flush=True)
        return
    print(f"{'BREACH' if breach(result) else 'held'}: {what} -> {str(result)[:80]!r}", flush=True)


def shell(script):
    """Run a shell script; raises when it fails."""
    return subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True, timeout=10).stdout
