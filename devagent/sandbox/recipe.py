"""What an image or an environment folder is made from, and the limits that hold inside a sandbox."""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from devagent.sandbox.sandbox import File

ENVIRONMENT = "/opt/env"
BUILD = "/build"


@dataclass(frozen=True)
class Limits:
    """What a sandbox may use. Bytes, processors, processes."""

    memory: int = 2 * 1024**3
    cpus: float = 2.0
    processes: int = 512
    disk: int = 1024**3
    open_files: int = 4096


@dataclass(frozen=True)
class Recipe:
    """The making of an environment: dependencies and build backends, never the project itself.

    `bases` are images to start from, best first. `dockerfile` is built on one of them with `inputs` (lock files and
    manifests) in `/build`; its steps run `install`, a shell script that puts what tests need into `/opt/env`. Process
    isolation runs `install` alone, inside namespaces with network, into a folder that stands for `/opt/env`.
    """

    ecosystem: str
    bases: tuple[str, ...]
    dockerfile: str
    install: str
    inputs: Mapping[str, File] = field(default_factory=dict)

    def key(self, base: str) -> str:
        """A short hash over everything the environment depends on; `base` is the base image's id or the host's."""
        parts = [
            self.ecosystem,
            base,
            platform.machine(),
            self.dockerfile,
            self.install,
            {path: hashlib.sha256(file.content).hexdigest() for path, file in self.inputs.items()},
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]
