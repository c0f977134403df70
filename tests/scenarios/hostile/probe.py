import json
import os
import socket
from pathlib import Path

WORLD = json.loads(Path(__file__).with_name("world.json").read_text())


def breaches():
    """What of the host can be reached from here; every item is a breach."""
    found = []
    for host, port in [*WORLD["addresses"], ["169.254.169.254", 80], ["1.1.1.1", 53]]:
        try:
            socket.create_connection((host, port), timeout=1).close()
            found.append(f"BREACH reached {host}")
        except OSError:
            pass
    for path in WORLD["paths"]:
        try:
            Path(path).read_bytes()
            found.append(f"BREACH read {path}")
        except OSError:
            pass
    try:
        Path(WORLD["victim"]).write_text("owned")
        found.append("BREACH wrote outside")
    except OSError:
        pass
    if any("AWS_" in name or name == "GITHUB_TOKEN" for name in os.environ):
        found.append("BREACH environment")
    if Path("/var/run/docker.sock").exists() or Path("/run/docker.sock").exists():
        found.append("BREACH docker")
    return found
