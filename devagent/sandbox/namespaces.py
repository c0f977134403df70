"""Whether this kernel lets us make the namespaces that process isolation needs, and how a sandbox of them is begun."""

import functools
import os
import platform
import subprocess
import sys
from pathlib import Path

import devagent
from devagent.sandbox import view
from devagent.sandbox.inside import wire
from devagent.sandbox.recipe import Limits

# Mount attributes came with 5.12, process limits that count per user namespace with 5.14.
_OLDEST_KERNEL = (5, 14)
_PROBE_TIMEOUT = 10
_SWITCHES = {
    "kernel.unprivileged_userns_clone": ("0", "1"),
    "kernel.apparmor_restrict_unprivileged_userns": ("1", "0"),
    "user.max_user_namespaces": ("0", "15000"),
}
# Isolated mode reads neither the user's site-packages nor PYTHON* variables; the package is found by its place.
_BOOT = "import sys; sys.path.append(sys.argv[1]); from devagent.sandbox.inside.launch import main; main()"


def launcher(purpose: str = "") -> list[str]:
    """The command that waits for a plan on stdin and becomes its sandbox. `purpose` is for people who read `ps`."""
    package = Path(devagent.__file__).resolve().parent.parent
    return [sys.executable, "-I", "-S", "-c", _BOOT, str(package), f"devagent sandbox {purpose}".strip()]


def launcher_environment() -> dict[str, str]:
    """All that the launcher sees of the host's environment: what its interpreter needs to start."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


@functools.cache
def available() -> str:
    """Empty when process isolation works here; otherwise one line: why not, and the command that mends it."""
    if sys.platform != "linux":
        return "process isolation needs Linux namespaces, which this system does not have. Use Docker"
    if platform.machine() not in ("x86_64", "aarch64"):
        return f"process isolation does not know the system calls of {platform.machine()}. Use Docker"
    if _kernel() < _OLDEST_KERNEL:
        return f"process isolation needs Linux {_version(_OLDEST_KERNEL)}, this is {platform.release()}. Use Docker"
    reason = _probe()
    if not reason:
        return ""
    return f"this kernel refuses namespaces ({reason}). {_remedy()}"


def _kernel() -> tuple[int, ...]:
    parts = platform.release().split("-")[0].split(".")[:2]
    return tuple(int(part) for part in parts if part.isdigit())


def _version(numbers: tuple[int, ...]) -> str:
    return ".".join(str(n) for n in numbers)


def _probe() -> str:
    """Start a sandbox and let it end at once; gives what went wrong."""
    request = wire.encode({"plan": view.plan(Limits())})
    try:
        done = subprocess.run(
            launcher("probe"),
            input=request,
            capture_output=True,
            env=launcher_environment(),
            timeout=_PROBE_TIMEOUT,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {_PROBE_TIMEOUT} s"
    return _answer(done.stdout) or _last_line(done.stderr)


def _answer(stdout: bytes) -> str:
    import json

    if len(stdout) < wire.LENGTHS_SIZE:
        return ""
    size, _ = wire.lengths(stdout[: wire.LENGTHS_SIZE])
    return str(json.loads(stdout[wire.LENGTHS_SIZE : wire.LENGTHS_SIZE + size]).get("error", ""))


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _remedy() -> str:
    for switch, (bad, good) in _SWITCHES.items():
        path = Path("/proc/sys", *switch.split("."))
        if path.exists() and path.read_text().strip() == bad:
            return f"Allow them with: sudo sysctl -w {switch}={good}"
    return "Use Docker, or run outside of a container that forbids them"
