"""What a Python project needs before its tests can run, read from its manifests without running them.

    python dependencies.py PROJECT PLAN

writes PLAN/requirements.txt (pytest, build backends, dependencies, those of the test and development groups),
PLAN/fewer.txt (the same without the requirement files that are not for tests: some contradict each other),
PLAN/own.txt (the names of the project, and of those beside it that it needs) and PLAN/constraints.txt (the versions
that uv.lock, poetry.lock, pdm.lock or Pipfile.lock pin; a package that a lock pins twice is left free). Manifests that
only a program could evaluate (a computed `install_requires`) are read as far as they are literal.
"""

import ast
import configparser
import json
import re
import sys
from pathlib import Path

try:
    import tomllib
except ImportError:  # Python 3.10 and older: pip carries the same reader
    from pip._vendor import tomli as tomllib

GROUP = re.compile(r"^(all|ci|dev\w*|develop\w*|test\w*|unit\w*|pytest)([-_.].*)?$", re.IGNORECASE)
NO_GROUP = re.compile(r"(?!)")
SIBLINGS, MANIFESTS = ".devagent/siblings", ("pyproject.toml", "setup.cfg", "setup.py")
NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
REQUIREMENT_FILES = (
    "requirements.txt",
    "*requirements*.txt",
    "requirements/*.txt",
    "tests/requirements*.txt",
    "test/requirements*.txt",
)
FOR_TESTS = re.compile(r"(?i)test|^requirements\.txt$")
# For something else than tests, or for a Python of one version (`py37`).
LEAVE_OUT = re.compile(
    r"(doc|lint|publish|release|deploy|prod|min|bench|gpu|cuda|format|typing|type|(?<!\d)[23]\.?\d{1,2}$)",
    re.IGNORECASE,
)


def main(project, plan):
    """Write the plan for the project in the folder `project`."""
    needed = required(project) + pipfile(project)
    siblings = [path.parent for path in (project / SIBLINGS).rglob("*") if path.name in MANIFESTS]
    for sibling in dict.fromkeys(siblings):
        needed += required(sibling, groups=NO_GROUP)
    ours = {own_name(folder) for folder in [project, *siblings]} - {""}
    needed += [] if any(name_of(line) == "pytest" for line in needed) else ["pytest>=7.4,<10"]
    wanted = unique(needed)
    for name, files in (("requirements", included(project)), ("fewer", included(project, FOR_TESTS))):
        lines = [line for line in [*files, *wanted] if name_of(line) not in ours]
        Path(plan, name + ".txt").write_text("".join(line + "\n" for line in lines))
    Path(plan, "own.txt").write_text("".join(name + "\n" for name in sorted(ours)))
    Path(plan, "constraints.txt").write_text("".join(pin + "\n" for pin in locked(project)))


def required(project, groups=GROUP):
    """What the manifests of a project ask for, with the groups that tests use."""
    pyproject = read_toml(project / "pyproject.toml")
    needed = backends(project, pyproject) + declared(project, pyproject, groups) + poetry(pyproject, groups)
    return needed + setup_cfg(project / "setup.cfg", groups) + setup_py(project / "setup.py", groups)


def own_name(project):
    """The name of the project in a folder, as far as pyproject.toml or setup.cfg says it."""
    pyproject = read_toml(project / "pyproject.toml")
    poetry_name = pyproject.get("tool", {}).get("poetry", {}).get("name")
    named = pyproject.get("project", {}).get("name") or poetry_name
    texts = [
        path.read_text(errors="replace") for path in (project / "setup.cfg", project / "setup.py") if path.is_file()
    ]
    found = re.search(r"""(?m)(?:^|[(,])\s*name\s*=\s*["']?([A-Za-z0-9][\w.-]*)""", "\n".join(texts))
    return name_of(named or (found.group(1) if found else ""))


def read_toml(path):
    """The document, or an empty one when the file is missing or broken (the tests will tell)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def name_of(requirement):
    """The normalised project name of a requirement line, or an empty text."""
    found = NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found.group(1)).lower() if found else ""


def unique(lines):
    """The lines in order, each once, without those that only a checkout could satisfy."""
    return [line for line in dict.fromkeys(lines) if line.strip() and "file:" not in line and not line.startswith(".")]


def backends(project, pyproject):
    """What building the project needs, because the sandbox builds it without a network."""
    requires = pyproject.get("build-system", {}).get("requires")
    if requires is not None:
        return [
            *map(str, requires),
            *(["wheel"] if "setuptools" in map(name_of, requires) else []),
            *editable(requires),
        ]
    return ["setuptools>=64", "wheel"] if (project / "setup.py").exists() else []


def editable(requires):
    """What a backend asks for only when it installs in place."""
    return ["editables"] if "hatchling" in map(name_of, requires) else []


def declared(folder, pyproject, wanted=GROUP):
    """PEP 621 dependencies, the optional groups that tests use, and PEP 735 groups."""
    project = pyproject.get("project", {})
    extras = project.get("optional-dependencies", {})
    groups = pyproject.get("dependency-groups", {})
    lines = list(project.get("dependencies", [])) + dynamic(folder, pyproject)
    for name in filter(wanted.match, extras):
        lines += extras[name]
    for name in filter(wanted.match, groups):
        lines += group(groups, name, set())
    if wanted is GROUP:
        lines += pyproject.get("tool", {}).get("uv", {}).get("dev-dependencies", [])
    return own_extras(lines, name_of(str(project.get("name", ""))), extras)


def dynamic(folder, pyproject):
    """Dependencies that setuptools reads from files named in pyproject.toml."""
    table = pyproject.get("tool", {}).get("setuptools", {}).get("dynamic", {}).get("dependencies", {})
    files = table.get("file", []) if isinstance(table, dict) else []
    paths = [folder / path for path in ([files] if isinstance(files, str) else files)]
    return [line for path in paths if path.is_file() for line in requirement_lines(path)]


def group(groups, name, seen):
    """One dependency group with the groups that it includes."""
    lines = []
    for entry in groups.get(name, []) if name not in seen else []:
        if isinstance(entry, str):
            lines.append(entry)
        elif "include-group" in entry:
            lines += group(groups, entry["include-group"], seen | {name})
    return lines


def own_extras(lines, project, extras):
    """`me[test]` stands for the extra `test` of the project itself."""
    result, done = [], set()
    waiting = list(lines)
    while waiting:
        line = waiting.pop(0)
        if not project or name_of(line) != project:
            result.append(line)
            continue
        for extra in (NAME.match(line).group(2) or "").split(","):
            if extra.strip() in extras and extra.strip() not in done:
                done.add(extra.strip())
                waiting += extras[extra.strip()]
    return result


def poetry(pyproject, wanted=GROUP):
    """Dependencies of Poetry's own tables."""
    tool = pyproject.get("tool", {}).get("poetry", {})
    groups = {name: table.get("dependencies", {}) for name, table in tool.get("group", {}).items()}
    tables = [tool.get("dependencies", {}), tool.get("dev-dependencies", {}) if wanted is GROUP else {}]
    tables += [table for name, table in groups.items() if wanted.match(name)]
    return from_tables(tables)


def pipfile(project):
    """Dependencies of a Pipfile."""
    document = read_toml(project / "Pipfile")
    return from_tables([document.get("packages", {}), document.get("dev-packages", {})])


def from_tables(tables):
    """Requirement lines of `name = "^1.2"` tables; `path` and `git` sources are left out."""
    lines = []
    for table in tables:
        for name, value in table.items():
            spec = value if isinstance(value, dict) else {"version": value}
            if name.lower() == "python" or not isinstance(spec.get("version"), str) or spec.get("optional"):
                continue
            extras = "[" + ",".join(spec["extras"]) + "]" if spec.get("extras") else ""
            marker = "; " + spec["markers"] if spec.get("markers") else ""
            lines.append(name + extras + specifier(spec["version"]) + marker)
    return lines


def specifier(text):
    """A PEP 440 specifier for Poetry's `^1.2`, `~1.2`, `1.2` and `*`."""
    parts = []
    for part in text.replace(" ", "").split(","):
        number = part.lstrip("^~=")
        if part in ("", "*"):
            continue
        if part[0] == "^":
            parts += [">=" + number, "<" + upper(number, caret=True)]
        elif part[0] == "~" and not part.startswith("~="):
            parts += [">=" + number, "<" + upper(number, caret=False)]
        else:
            parts.append(part if part[0] in "<>=!~" else "==" + part)
    return ",".join(parts)


def upper(number, caret):
    """The first version that `^number` or `~number` no longer allows."""
    digits = [int(d) for d in re.findall(r"\d+", number.split("+")[0])[:3]] or [0]
    place = next((i for i, d in enumerate(digits) if d), len(digits) - 1) if caret else min(1, len(digits) - 1)
    return ".".join(map(str, [*digits[:place], digits[place] + 1]))


def setup_cfg(path, wanted=GROUP):
    """`install_requires` and the extras for tests of a setup.cfg."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return []
    lines = parser.get("options", "install_requires", fallback="") + "\n"
    if wanted is GROUP:
        lines += parser.get("options", "tests_require", fallback="") + "\n"
    if parser.has_section("options.extras_require"):
        lines += "\n".join(text for name, text in parser.items("options.extras_require") if wanted.match(name))
    return [line.strip() for line in lines.splitlines() if NAME.match(line)]


def setup_py(path, wanted=GROUP):
    """What a setup.py says literally, or through one name assigned in it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return []
    names = {
        t.id: n.value for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    }
    lines = []
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        for keyword in call.keywords:
            value = names.get(getattr(keyword.value, "id", ""), keyword.value)
            if keyword.arg in ("install_requires", "tests_require"):
                lines += literal(value)
            elif keyword.arg == "extras_require" and isinstance(value, ast.Dict):
                for key, entry in zip(value.keys, value.values):  # noqa: B905  Python 3.8 and 3.9 have no `strict`
                    lines += literal(entry) if wanted.match("".join(literal([key]))) else []
    return lines


def literal(node):
    """The texts in a literal list of the syntax tree; anything else counts as empty."""
    elements = node if isinstance(node, list) else getattr(node, "elts", [])
    return [e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def included(project, wanted=re.compile("")):
    """The lines of the requirement files that tests may need, of these names; those of the checkout are left out."""
    found = []
    for pattern in REQUIREMENT_FILES:
        for path in sorted(project.glob(pattern)):
            if path not in found and path.is_file() and not LEAVE_OUT.search(path.stem) and wanted.search(path.name):
                found.append(path)
    return [line for path in found for line in requirement_lines(path)]


def requirement_lines(path, seen=()):
    """The lines of a requirement file that need no checkout; relative includes are followed."""
    lines = []
    text = re.sub(r"\\\r?\n\s*", " ", path.read_text(encoding="utf-8", errors="replace"))
    for line in (raw.split(" #")[0].strip() for raw in text.splitlines()):
        include = re.match(r"(?:-r|--requirement)[ =]+(.+)", line)
        constraint = re.match(r"(?:-c|--constraint)[ =]+(.+)", line)
        if include and (path.parent / include.group(1)).is_file():
            inner = (path.parent / include.group(1)).resolve()
            lines += [] if inner in seen else requirement_lines(inner, (*seen, path.resolve(), inner))
        elif constraint and (path.parent / constraint.group(1)).is_file():
            lines.append("-c " + str((path.parent / constraint.group(1)).resolve()))
        elif NAME.match(line) and not line.startswith("."):
            lines.append(re.sub(r"\s--hash=\S+", "", line))
    return lines


def locked(project):
    """`name==version` of every package that a lock file pins to one version."""
    versions = {}
    for lock in ("uv.lock", "poetry.lock", "pdm.lock"):
        for package in read_toml(project / lock).get("package", []):
            source = package.get("source", {})
            if "version" in package and not {"editable", "virtual", "directory", "path", "url", "git"} & set(source):
                versions.setdefault(name_of(package["name"]), set()).add(package["version"])
    for name, version in pipfile_lock(project / "Pipfile.lock"):
        versions.setdefault(name_of(name), set()).add(version)
    return sorted(name + "==" + next(iter(pins)) for name, pins in versions.items() if len(pins) == 1)


def pipfile_lock(path):
    """The (name, version) pairs of a Pipfile.lock."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    tables = [document.get("default", {}), document.get("develop", {})]
    return [(n, e["version"].lstrip("=")) for table in tables for n, e in table.items() if "version" in e]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
