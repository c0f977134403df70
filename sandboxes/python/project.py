"""Installs the projects of a workspace offline, and keeps what that makes in it, which a reset of it would lose.

    python project.py FOLDER...     install the projects in these folders of /work, those that are needed first
    python project.py --restore     put into the workspace what installing made there (extension modules, generated
                                    files); what is made from sources that changed since is made anew

Where a project cannot be installed, its source folders go on the path, and NOTE says so.
"""

import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10 and older: pip carries the same reader
    from pip._vendor import tomli as tomllib

WORK = Path("/work")
PROJECT = Path("/opt/project")
MADE = PROJECT / "made"
SOURCES, FOLDERS, NOTE = PROJECT / "made.sources", PROJECT / "made.folders", PROJECT / "note.txt"
COMPILED = (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".pyx", ".pxd", ".pxi", ".rs", ".f", ".f90")
# For backends that ask git for the version: a workspace has no history.
UNTAGGED = {"SETUPTOOLS_SCM_PRETEND_VERSION": "0.0.0", "PBR_VERSION": "0.0.0"}
LEFT_OUT = re.compile(r"(^|/)(\.git|build|dist|target|__pycache__|[^/]+\.egg-info|\.eggs)(/|$)|\.(o|obj|a|pyc|log)$")


def main(arguments):
    """Do what the words say."""
    if arguments == ["--restore"]:
        restore()
        return
    before = files()
    notes = [note for folder in arguments for note in [install(folder, PROJECT)] if note]
    keep(files() - before)
    SOURCES.write_text(fingerprint())
    FOLDERS.write_text("\n".join(arguments))
    if notes:
        NOTE.write_text("\n".join(notes))


def install(folder, prefix):
    """Install one project in place; gives the reason why it is on the path only, if it is."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += [
        "--no-index",
        "--ignore-installed",
        "--no-build-isolation",
        "--prefix",
        str(prefix),
        "-e",
        str(WORK / folder),
    ]
    env = dict(os.environ) if (WORK / folder / "PKG-INFO").exists() else dict(UNTAGGED, **os.environ)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    if done.returncode == 0:
        return ""
    print(done.stdout[-4000:])
    on_the_path(WORK / folder, prefix)
    what = "the project" if folder == "." else folder
    return f"{what} could not be installed ({reason(done.stdout)}); its source folder is on the path instead"


def reason(log):
    """The line of a log that says most."""
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.startswith("[notice]")]
    errors = [
        line
        for line in lines
        if re.match(r"(\w+\.)*\w*(Error|Exception|NotFound)\b.*: \S|error: (?!subproc|meta)", line)
    ]
    return (errors or lines or ["pip failed"])[-1][:200]


def on_the_path(folder, prefix):
    """What an installation in place comes to, as far as it can be had without one: a path, a name, entry points."""
    site = Path(sysconfig.get_path("purelib", vars={"base": str(prefix)}))
    site.mkdir(parents=True, exist_ok=True)
    places = [place for place in (folder / "src", folder / "lib", folder) if place == folder or holds_packages(place)]
    name, version, points = facts(folder)
    (site / f"devagent-{name}.pth").write_text("".join(f"{place}\n" for place in places))
    info = site / f"{re.sub(r'[-_.]+', '_', name)}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(points)


def holds_packages(folder):
    """Whether a folder is one that packages are imported from."""
    return folder.is_dir() and any(folder.glob("*/__init__.py")) and not (folder / "__init__.py").exists()


def facts(folder):
    """Name, version and entry points, as far as pyproject.toml or setup.cfg says them."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        project = {}
    config = configparser.RawConfigParser()
    try:
        config.read(folder / "setup.cfg", encoding="utf-8")
    except (ValueError, configparser.Error):
        config = configparser.RawConfigParser()
    name = project.get("name") or config.get("metadata", "name", fallback="") or folder.name
    version = project.get("version") or config.get("metadata", "version", fallback="")
    version = version if re.match(r"\d[\w.]*$", version) else "0.0.0"
    groups = dict(project.get("entry-points", {}), console_scripts=project.get("scripts", {}))
    points = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in table.items()) for group, table in groups.items()]
    return re.sub(r"[^\w.-]", "-", name), version, "\n".join(points)


def files():
    """The files of the workspace that installing may have made."""
    found = set()
    for top, folders, names in os.walk(WORK):
        folders[:] = [name for name in folders if not LEFT_OUT.search(name)]
        found.update(os.path.relpath(top + os.sep + name, WORK) for name in names)
    return {path for path in found if not LEFT_OUT.search(path)}


def keep(made):
    """Keep copies of files that installing made in the workspace."""
    for path in made:
        target = MADE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(WORK / path, target)


def restore():
    """Put back what was made, or make it anew."""
    if fingerprint() != SOURCES.read_text():
        prefix = Path(os.environ.get("TMPDIR", "/tmp")) / "devagent-rebuilt"
        for folder in FOLDERS.read_text().splitlines():
            if note := install(folder, prefix):
                sys.exit(f"ERROR: {note}")
        return
    for top, _, names in os.walk(MADE):
        place = WORK / os.path.relpath(top, MADE)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            if not os.path.lexists(place / name):
                (place / name).symlink_to(Path(top) / name)


def fingerprint():
    """A hash of the sources that a compiler reads."""
    digest = hashlib.sha256()
    for path in sorted(path for path in files() if path.endswith(COMPILED)):
        if not (MADE / path).exists():
            digest.update(path.encode() + b"\0" + hashlib.sha256((WORK / path).read_bytes()).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
