"""Semantic conflicts put into real projects by changes of text alone: what one side does, and what the other adds.

The first side changes a definition and all of its uses in the project, by words; the other side adds code that uses it
in its old form. Nothing here knows how such conflicts are looked for: definitions are found by how their first lines
look, they end where the indentation does.
"""

import posixpath
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

KINDS = ("removed", "renamed", "signature", "twice", "moved", "asked for")
Files = Mapping[str, str]
Changes = dict[str, str | None]


@dataclass(frozen=True)
class Seed:
    """One conflict: what the changer did and what the user added, by path, and the name that it is about."""

    kind: str
    name: str
    changed: Changes
    added: Changes


@dataclass(frozen=True)
class Defined:
    """A definition by its text: the file, the name, its parameters as written, and its first and last line, from 0."""

    path: str
    name: str
    parameters: str
    first: int
    last: int


@dataclass(frozen=True)
class Dialect:
    """How definitions look in a language, and how code that uses them is written.

    Arguments:
        function: a function that others may use: `name`, `parameters`; `type`: likewise a class or interface.
        imported: gives code that imports a name from a file and uses it.
    """

    ending: str
    function: str
    type: str
    parameter: str
    ask: Callable[[Files, random.Random], Iterator[Seed]]
    user: Callable[[Defined, str, str], tuple[str, str]]


class Project:
    """The files of a project in one language, with how often each word stands in all of them together."""

    def __init__(self, files: Files, dialect: Dialect) -> None:
        self.files, self.dialect = files, dialect
        self.words = Counter(word for text in files.values() for word in set(re.findall(r"\w+", text)))

    def functions(self, order: random.Random) -> list[Defined]:
        """The functions that can be seen from outside, in an order that favours none."""
        return self._found(self.dialect.function, order)

    def types(self, order: random.Random) -> list[Defined]:
        """The classes and interfaces, likewise."""
        return self._found(self.dialect.type, order)

    def _found(self, pattern: str, order: random.Random) -> list[Defined]:
        found = []
        for path, text in sorted(self.files.items()):
            if re.search(r"(^|/)(tests?|testing|__tests__|examples?)/|(test|spec)[^/]*$|^test_", path, re.IGNORECASE):
                continue
            lines = text.split("\n")
            for match in re.finditer(pattern, text, re.MULTILINE):
                first = text.count("\n", 0, match.start())
                above = lines[first - 1].strip() if first else ""
                outer = self.dialect.ending == ".java" and re.search(r"^  [a-z@]", text, re.MULTILINE)
                if len(match["name"]) < 5 or above.startswith("@") or outer:
                    continue
                parameters = match.groupdict().get("parameters") or ""
                found.append(Defined(path, match["name"], parameters, first, _end(lines, first)))
        counts = Counter(each.name for each in found)
        unique = [each for each in found if counts[each.name] == 1]
        order.shuffle(unique)
        return unique


def seeds(files: Files, dialect: Dialect, kind: str, order: random.Random) -> Iterator[Seed]:
    """Conflicts of one kind in a project, one after the other."""
    project = Project(files, dialect)
    if kind == "asked for":
        yield from dialect.ask(files, order)
        return
    makers = {"removed": _removed, "renamed": _renamed, "signature": _signature, "twice": _twice, "moved": _moved}
    both = project.functions(order)
    if kind == "renamed":
        types = project.types(order)
        both = [each for pair in zip(types, both, strict=False) for each in pair]
    for defined in both:
        seed = makers[kind](project, defined)
        if seed is not None:
            yield seed


def _removed(project: Project, defined: Defined) -> Seed | None:
    """The changer deletes a function that nothing else mentions."""
    if project.words[defined.name] != 1 or _mentions(project, defined) != 1:
        return None
    return _with_user(project, "removed", defined, {defined.path: _without(project, defined)})


def _renamed(project: Project, defined: Defined) -> Seed | None:
    """The changer gives it another name everywhere."""
    new = f"renamed_{defined.name}" if defined.name.islower() else f"{defined.name}Renamed"
    if project.words[defined.name] > 40 or f"/{defined.name}." in f"/{defined.path}":
        return None
    word = re.compile(rf"\b{re.escape(defined.name)}\b")
    changed: Changes = {p: word.sub(new, text) for p, text in project.files.items() if word.search(text)}
    return _with_user(project, "renamed", defined, changed)


def _signature(project: Project, defined: Defined) -> Seed | None:
    """The changer asks for one thing more, first of all, and gives it in every call."""
    if project.words[defined.name] > 15:
        return None
    call = re.compile(rf"\b{re.escape(defined.name)}\(")
    nothing = "None" if project.dialect.ending == ".py" else "null"
    changed: Changes = {}
    for path, text in project.files.items():
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if path == defined.path and number == defined.first:
                empty = not defined.parameters.strip()
                first = project.dialect.parameter + ("" if empty else ", ")
                lines[number] = call.sub(f"{defined.name}({first}", line, count=1)
            elif call.search(line):
                lines[number] = call.sub(f"{defined.name}({nothing}, ", line).replace(f"({nothing}, )", f"({nothing})")
        if "\n".join(lines) != text:
            changed[path] = "\n".join(lines)
    return _with_user(project, "signature", defined, changed)


def _twice(project: Project, defined: Defined) -> Seed | None:
    """Both add a function of one name: one above this one, one at the end of what it stands in."""
    text = project.files[defined.path]
    lines = text.split("\n")
    block = lines[defined.first : defined.last + 1]
    rest = [
        number
        for number in range(defined.last + 12, len(lines))
        if lines[number].startswith(block[0][:6]) and not lines[number - 1].strip()
    ]
    if not rest or len(block) > 25 or "*" in defined.parameters:
        return None
    name = f"{defined.name}_again" if defined.name.islower() else f"{defined.name}Again"
    copied = [re.sub(rf"\b{re.escape(defined.name)}\b", name, line) for line in block]
    early = [*lines[: defined.first], *copied, "", *lines[defined.first :]]
    other = [*copied[:1], *(["    pass"] if defined.path.endswith(".py") else []), *copied[1:]]
    if not defined.path.endswith(".py"):
        other = [copied[0], *copied[1:-1], "  // the other one", copied[-1]]
    late = [*lines[: rest[-1]], *other, "", *lines[rest[-1] :]]
    return Seed("twice", name, {defined.path: "\n".join(early)}, {defined.path: "\n".join(late)})


def _moved(project: Project, defined: Defined) -> Seed | None:
    """The changer puts a function that nothing else mentions into a file of its own."""
    if project.words[defined.name] != 1 or _mentions(project, defined) != 1:
        return None
    lines = project.files[defined.path].split("\n")
    block = "\n".join(lines[defined.first : defined.last + 1])
    folder = posixpath.dirname(defined.path)
    fresh = posixpath.join(folder, f"moved_here{project.dialect.ending}")
    if project.dialect.ending == ".java":
        fresh = posixpath.join(folder, "MovedHere.java")
        block = f"{_package(lines)}\n\npublic class MovedHere {{\n{block}\n}}"
    return _with_user(project, "moved", defined, {defined.path: _without(project, defined), fresh: block + "\n"})


def _with_user(project: Project, kind: str, defined: Defined, changed: Changes) -> Seed | None:
    path, text = project.dialect.user(defined, project.files[defined.path], kind)
    if path in project.files or not text:
        return None
    return Seed(kind, defined.name, changed, {path: text})


def _mentions(project: Project, defined: Defined) -> int:
    return len(re.findall(rf"\b{re.escape(defined.name)}\b", project.files[defined.path]))


def _without(project: Project, defined: Defined) -> str:
    lines = project.files[defined.path].split("\n")
    return "\n".join([*lines[: defined.first], *lines[defined.last + 1 :]])


def _package(lines: list[str]) -> str:
    return next((line for line in lines if line.startswith("package ")), "")


def _end(lines: list[str], first: int) -> int:
    """The last line of what begins here: before the next line that is not further in, or with it if it closes."""
    indent = len(lines[first]) - len(lines[first].lstrip())
    for number in range(first + 1, len(lines)):
        line = lines[number]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            if line.strip()[0] in "})":
                return number
            return number - 1
    return len(lines) - 1


def _arguments(parameters: str, nothing: str) -> str:
    """Arguments for parameters that stand on one line, defaults left out."""
    depth, count = 0, 1 if parameters.strip() else 0
    for letter in parameters:
        depth += (letter in "([{<") - (letter in ")]}>")
        count += letter == "," and depth == 0
    return ", ".join([nothing] * count)


def _python_user(defined: Defined, text: str, kind: str) -> tuple[str, str]:  # noqa: ARG001  as for other languages
    folder, module = posixpath.split(defined.path)
    given = [part for part in defined.parameters.split(",") if part.strip() and "=" not in part]
    if any("*" in part for part in given) or defined.parameters.startswith("self"):
        return "", ""
    arguments = ", ".join("1" for _ in given)
    stem = module.removesuffix(".py")
    if stem == "__init__":
        return "", ""
    use = f"    return {defined.name}({arguments})\n"
    code = f"from .{stem} import {defined.name}\n\n\ndef seeded_use():\n{use}"
    if len(defined.name) % 2:
        code = f"from . import {stem}\n\n\ndef seeded_use():\n    return {stem}.{defined.name}({arguments})\n"
    return posixpath.join(folder, "seeded_use.py"), code


def _typescript_user(defined: Defined, text: str, kind: str) -> tuple[str, str]:  # noqa: ARG001  as for other languages
    folder, module = posixpath.split(defined.path)
    stem = posixpath.splitext(module)[0]
    required = [
        part for part in defined.parameters.split(",") if "?" not in part and "=" not in part and "..." not in part
    ]
    if "{" in defined.parameters or "<" in defined.parameters or "(" in defined.parameters:
        return "", ""
    arguments = _arguments(",".join(required), "null as any")
    use = f"export function seededUse() {{\n  return {defined.name}({arguments});\n}}\n"
    if kind == "renamed" and defined.name[0].isupper():
        use = f"export function seededUse(one: {defined.name}): {defined.name} {{\n  return one;\n}}\n"
    path = posixpath.join(folder, "seeded-use.ts")
    return path, f"import {{ {defined.name} }} from './{stem}';\n\n{use}"


def _java_user(defined: Defined, text: str, kind: str) -> tuple[str, str]:
    package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
    owner = posixpath.basename(defined.path).removesuffix(".java")
    if package is None:
        return "", ""
    arguments = _arguments(defined.parameters, "null")
    call = f"{owner}.{defined.name}({arguments})"
    if kind == "renamed" and defined.name[0].isupper():
        return "", ""
    code = (
        f"package {package[1]}.seeded;\n\nimport {package[1]}.{owner};\n\npublic class SeededUse {{\n"
        f"    public Object use() {{\n        return {call};\n    }}\n}}\n"
    )
    return posixpath.join(posixpath.dirname(defined.path), "seeded", "SeededUse.java"), code


def _python_ask(files: Files, order: random.Random) -> Iterator[Seed]:
    """An abstract class asks for one method more; the other side adds a class with those that it asked for so far."""
    for path, text in _shuffled(files, order):
        for match in re.finditer(r"^class (?P<name>\w+)\((?:abc\.)?ABC\):\n", text, re.MULTILINE):
            asked = re.search(
                r"^    @(?:abc\.)?abstractmethod\n    def (\w+)\(([^)]*)\)", text[match.end() :], re.MULTILINE
            )
            stem = posixpath.basename(path).removesuffix(".py")
            if asked is None or stem == "__init__":
                continue
            body = text[match.end() :]
            body = body[: next((m.start() for m in re.finditer(r"^\S", body, re.MULTILINE)), len(body))]
            names = re.findall(r"@(?:abc\.)?abstractmethod\n(?:    @\w+\n)*    (?:async )?def (\w+)", body)
            at = match.end() + asked.start()
            mark = text[at:].split("\n", 1)[0]
            more = f"{mark}\n    def seeded_demand(self):\n        pass\n\n"
            methods = "".join(f"    def {name}(self, *args, **kwargs):\n        return None\n\n" for name in names)
            user = f"from .{stem} import {match['name']}\n\n\nclass SeededUse({match['name']}):\n{methods}"
            changed: Changes = {path: text[:at] + more + text[at:]}
            yield Seed(
                "asked for", "seeded_demand", changed, {posixpath.join(posixpath.dirname(path), "seeded_use.py"): user}
            )


def _typescript_ask(files: Files, order: random.Random) -> Iterator[Seed]:
    """An interface of properties asks for one more; the other side adds a class with those there were."""
    for path, text in _shuffled(files, order):
        for match in re.finditer(
            r"^export interface (?P<name>\w+) \{\n(?P<body>(?:  [^\n]*\n|\n)+)\}", text, re.MULTILINE
        ):
            rows = [row.strip() for row in match["body"].split("\n") if row.strip()]
            rows = [row for row in rows if not row.startswith(("/", "*"))]
            if not rows or any(not re.fullmatch(r"(readonly )?\w+\??: [^{};(]+;", row) for row in rows):
                continue
            fields = "".join(f"  {row.replace(':', '!:', 1) if '?:' not in row else row}\n" for row in rows)
            fields = re.sub(r": [^;]+;", ": any;", fields)
            stem = posixpath.splitext(posixpath.basename(path))[0]
            head = f"import {{ {match['name']} }} from './{stem}';\n\n"
            user = f"{head}export class SeededUse implements {match['name']} {{\n{fields}}}\n"
            at = match.start("body")
            changed: Changes = {path: text[:at] + "  seededDemand: string;\n" + text[at:]}
            yield Seed(
                "asked for", "seededDemand", changed, {posixpath.join(posixpath.dirname(path), "seeded-use.ts"): user}
            )


def _java_ask(files: Files, order: random.Random) -> Iterator[Seed]:
    """An interface asks for one method more; the other side adds a class with those there were."""
    for path, text in _shuffled(files, order):
        match = re.search(r"^public interface (?P<name>\w+) \{\n(?P<body>(?:.*\n)*?)\}", text, re.MULTILINE)
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        if (
            match is None
            or package is None
            or "<" in match["body"]
            or "{" in re.sub(r"\{@\w+ [^}]*\}", "", match["body"])
        ):
            continue
        methods = re.findall(
            r"^    (?:public )?([\w.\[\]]+ \w+\([^)]*\))(?: throws [\w, ]+)?;", match["body"], re.MULTILINE
        )
        if not methods or match["body"].count(";") != len(methods):
            continue
        stubs = "".join(
            f"    @Override\n    public {each} {{\n        throw new IllegalStateException();\n    }}\n\n"
            for each in methods
        )
        user = (
            f"package {package[1]}.seeded;\n\nimport {package[1]}.{match['name']};\n\n"
            f"public class SeededUse implements {match['name']} {{\n{stubs}}}\n"
        )
        at = match.start("body")
        changed: Changes = {path: text[:at] + "\n    void seededDemand();\n" + text[at:]}
        place = posixpath.join(posixpath.dirname(path), "seeded", "SeededUse.java")
        yield Seed("asked for", "seededDemand", changed, {place: user})


def _shuffled(files: Files, order: random.Random) -> list[tuple[str, str]]:
    listed = sorted((path, text) for path, text in files.items() if not re.search(r"test|spec", path, re.IGNORECASE))
    order.shuffle(listed)
    return listed


DIALECTS = {
    "python": Dialect(
        ".py",
        r"^def (?P<name>[a-z]\w+)\((?P<parameters>[^()\n]*)\)(?: -> [^\n:]+)?:$",
        r"^class (?P<name>[A-Z]\w+)(?:\([^\n]*\))?:$",
        "seeded",
        _python_ask,
        _python_user,
    ),
    "typescript": Dialect(
        ".ts",
        r"^export (?:async )?function (?P<name>\w+)\((?P<parameters>[^()\n]*)\)[^\n]*\{$",
        r"^export (?:interface|class) (?P<name>\w+) \{$",
        "seeded: string",
        _typescript_ask,
        _typescript_user,
    ),
    "java": Dialect(
        ".java",
        r"^    public static (?:\w+|\w+<\w+>) (?P<name>\w+)\((?P<parameters>[^()\n]*)\)[^\n]*\{$",
        r"^public (?:final )?class (?P<name>\w+) \{$",
        "String seeded",
        _java_ask,
        _java_user,
    ),
}
