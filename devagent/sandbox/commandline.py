"""Test commands as words: where they name a runner, and how options get in and out.

A command is a program with arguments, or the text of `sh -c`, which is looked into as far as plain words go.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from posixpath import basename

from devagent.sandbox.definition import Runner

_SHELLS = ("sh", "bash")
_PYTHON = r"python[\d.]*"
_SEPARATOR = r"[;&|\n]"
_EXPANDED = re.compile(r"[$`]")


def is_script(argv: Sequence[str]) -> bool:
    """Whether the command is the text of a shell."""
    return len(argv) == 3 and basename(argv[0]) in _SHELLS and argv[1] == "-c"


def names(argv: Sequence[str], words: Sequence[str], carriers: Sequence[str] = ()) -> bool:
    """Whether the command names a runner by one of its words, once."""
    return insert(argv, words, (), carriers) is not None


def insert(
    argv: Sequence[str], words: Sequence[str], options: Sequence[str], carriers: Sequence[str] = ()
) -> tuple[str, ...] | None:
    """The command with options right behind the word that names the runner; `None` when it names none, or several.

    A runner is the program itself, a module (`-m pytest`), an option (`node --test`), or what one of `carriers` runs
    (`env A=1 mocha`, `node node_modules/bin/jest.js`). One of `words` can be two (`react-scripts test`).
    """
    if not words or not argv:
        return None
    if is_script(argv):
        found = list(re.finditer(rf"(?<![\w./@-])(?:[\w./@-]*/)?{_any(words)}(?=\s|$|{_SEPARATOR}|\))", argv[2]))
        if len(found) != 1:
            return None
        end, more = found[0].end(), f" {shlex.join(options)}" if options else ""
        return (*argv[:2], f"{argv[2][:end]}{more}{argv[2][end:]}")
    carried = basename(argv[0]) in carriers
    for i, word in enumerate(argv):
        named = i == 0 or argv[i - 1] == "-m" or word.startswith("-") or carried
        if named and (end := _end(argv, i, words)):
            return (*argv[:end], *options, *argv[end:])
    return None


def _end(argv: Sequence[str], start: int, words: Sequence[str]) -> int:
    """Where the name of a runner ends that begins at `start`; 0 where none does."""
    for name in words:
        first, *more = name.split()
        end = start + 1 + len(more)
        if basename(argv[start]) == first and list(argv[start + 1 : end]) == more:
            return end
    return 0


def taken_apart(
    argv: Sequence[str], words: Sequence[str], carriers: Sequence[str] = ()
) -> tuple[dict[str, str], tuple[str, ...]] | None:
    """The variables that are set in front of the word that names a runner, and the words behind it.

    Options of `node` in front become `NODE_OPTIONS`. `None` where more than that happens, or only a shell could tell.
    """
    parts = _simple_commands(argv)
    found = ((part, i, end) for part in parts for i in range(len(part)) if (end := _end(part, i, words)))
    command, place, end = next(found, ([], 0, 0))
    if not command or (is_script(argv) and any(_EXPANDED.search(word) for word in command)):
        return None
    variables: dict[str, str] = {}
    front = [word for word in command[:place] if basename(word) not in carriers]
    while front and re.match(r"\w+=", front[0]):
        name, _, value = front.pop(0).partition("=")
        variables[name] = value
    if front and not front[0].startswith("-"):
        return None
    return (variables | {"NODE_OPTIONS": shlex.join(front)} if front else variables), tuple(command[end:])


def _simple_commands(argv: Sequence[str]) -> list[list[str]]:
    """The commands of a shell's text as words; none where it cannot be read."""
    if not is_script(argv):
        return [list(argv)]
    lexer = shlex.shlex(argv[2].replace("\n", ";"), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    try:
        for word in lexer:
            if set(word) <= set("();<>|&"):
                commands.append([])
            else:
                commands[-1].append(word)
    except ValueError:
        return []
    return commands


def without(argv: Sequence[str], runner: Runner) -> tuple[str, ...]:
    """The command without the options that the runner is not to have."""
    if not runner.without:
        return tuple(argv)
    if is_script(argv):
        return (*argv[:2], _without_in_text(argv[2], runner))
    return tuple(_kept(argv, runner.without))


def _kept(argv: Sequence[str], patterns: Sequence[str]) -> Iterator[str]:
    plain = [p for p in patterns if not p.endswith(" *")]
    valued = [p.removesuffix(" *") for p in patterns if p.endswith(" *")]
    value = False
    for word in argv:
        if value:
            value = False
        elif word in valued:
            value = True
        elif not (word.split("=")[0] in (*plain, *valued) and word.startswith("-")):
            yield word


def _without_in_text(text: str, runner: Runner) -> str:
    """The same in a shell's text, in the part that belongs to the runner."""
    found = re.search(rf"(?<![\w-]){_any(runner.words)}(?=\s|$|{_SEPARATOR})", text)
    if found is None:
        return text
    end = re.compile(_SEPARATOR).search(text, found.end())
    part, rest = (text[found.end() : end.start()], text[end.start() :]) if end else (text[found.end() :], "")
    for pattern in runner.without:
        name = re.escape(pattern.removesuffix(" *"))
        value = r"(?:[= ]\S+)" if pattern.endswith(" *") else r"(?:=\S*)?"
        part = re.sub(rf"(?<=\s){name}{value}(?=\s|$)", "", part)
    return text[: found.end()] + part + rest


def unwrapped(argv: Sequence[str], wrappers: Sequence[str], words: Sequence[str]) -> tuple[str, ...]:
    """The command without a program in front that the sandbox stands for, and all up to one of `words` or Python."""
    if not argv or not wrappers:
        return tuple(argv)
    inner = rf"(?:{_PYTHON}|{_any([word.split()[0] for word in words])})"
    if is_script(argv):
        front = rf"(?<![\w./@-]){_any(wrappers)}\s+(?:[^;&|\n]*?\s)??(?={inner}(?:\s|$))"
        return (*argv[:2], re.sub(front, "", argv[2]))
    if basename(argv[0]) in wrappers:
        found = (i for i, word in enumerate(argv) if i and re.fullmatch(inner, basename(word)))
        return tuple(argv[next(found, 0) :])
    return tuple(argv)


def with_arguments(command: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    """The command with more words at its end."""
    if more and is_script(command):
        return (*command[:2], f"{command[2]} {shlex.join(more)}")
    return (*command, *more)


def _any(words: Sequence[str]) -> str:
    names = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return f"(?:{'|'.join(names)})"
