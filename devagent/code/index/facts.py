"""What is known of one file: its definitions, references and imports; and the symbol graph that they make together.

All lines are 1-based and count the bytes of the work tree. Values are tuples, because there are millions of them.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from devagent.code.index.uses import Uses

DefinitionKind = Literal[
    "namespace",
    "class",
    "interface",
    "enum",
    "type",
    "function",
    "method",
    "constant",
    "variable",
    "attribute",
    "section",
]
ReferenceKind = Literal["call", "read", "attribute"]

FUNCTIONS = frozenset({"function", "method"})
TYPES = frozenset({"class", "interface", "enum", "namespace", "extension"})

NODE_BITS = 20
"""A node of the graph is `file number << NODE_BITS | slot`; slot 0 is the file itself."""


class Definition(NamedTuple):
    """One definition. `qualified` is its name within the file (`Class.method`), `end_line` is inclusive.

    `parent` is the place of the enclosing definition in the file's definitions, -1 at the top level. `signature` is
    the text of the declaration without its body, on one line; it is cut at 300 characters. `bases` are the names that
    a class inherits from, as they are written. Of an "attribute" (`self.x = …`) the parent is the class.
    """

    name: str
    kind: str
    qualified: str
    start_line: int
    end_line: int
    signature: str
    parent: int
    bases: tuple[str, ...] = ()


class Reference(NamedTuple):
    """One use of a name. `scope` is the place of the innermost definition around it in the file, -1 at the top level.

    `receiver` is what stands before the last dot: `a.b` for `a.b.name`, "" without a dot, "?" for what is no name,
    `Shape()` for something that was made by, or declared as, `Shape`. Names of parameters and local variables are no
    references: nothing outside of their function can be meant by them.
    """

    name: str
    line: int
    scope: int
    kind: str
    receiver: str = ""


class Import(NamedTuple):
    """One imported name: `from module import name as alias`. `name` is "" for a whole module, "*" for all it exports.

    `alias` is the name it has here ("" where it binds none), `module` is as it is written, with its leading dots.
    """

    module: str
    name: str
    alias: str
    line: int
    scope: int = -1


class FileFacts(Protocol):
    """Everything known of one file. `note` is empty, or says why the file was not read; then there are no facts."""

    @property
    def language(self) -> str:
        """The name of its language."""
        ...

    @property
    def lines(self) -> int:
        """How many lines it has."""
        ...

    @property
    def note(self) -> str:
        """Why it was skipped; empty when it was not."""
        ...

    @property
    def package(self) -> str:
        """The package that it says it belongs to, with dots; empty where it says none."""
        ...

    @property
    def definitions(self) -> Sequence[Definition]:
        """What it defines, in source order, outer before inner; behind all others the attributes of its classes."""
        ...

    @property
    def references(self) -> Sequence[Reference]:
        """The names it uses, by scope."""
        ...

    @property
    def uses(self) -> "Uses":
        """The same names as columns, which is what there is most to read of."""
        ...

    @property
    def imports(self) -> Sequence[Import]:
        """What it imports, in source order."""
        ...


class Report(NamedTuple):
    """What a refresh did. `notes` has a line for each file that was skipped and why, `seconds` is wall time."""

    files: int
    parsed: int
    skipped: int
    seconds: float
    notes: tuple[str, ...] = ()


class Edges(NamedTuple):
    """The edges that leave one file, in columns of equal length: from `sources[i]` to `targets[i]`, `counts[i]` times.

    Both ends are nodes. `sure[i]` is 1 where imports and scopes say what is meant, 0 where only the name does.
    """

    sources: "array[int]"
    targets: "array[int]"
    counts: "array[int]"
    sure: bytes


class Outline(NamedTuple):
    """The definitions of a file: qualified names one a line, roles (`naming.roles_of`), how many lines each has."""

    names: bytes
    roles: bytes
    spans: "array[int]"


class Graph(Protocol):
    """The symbol graph of one tree, read from the store file by file: nothing of it is loaded before it is asked for.

    Nodes are `file number << NODE_BITS | slot`. A definition keeps its node while its file keeps a definition of that
    qualified name, and a file its number while it has its path; numbers are small and never given twice.
    """

    @property
    def generation(self) -> int:
        """A number that is another one whenever any node or edge is: what is derived from the graph is kept with it."""
        ...

    def files(self) -> dict[int, str]:
        """The paths by file number."""
        ...

    def nodes(self, file: int) -> "array[int]":
        """The nodes of a file's definitions, in the order of its `FileFacts.definitions`."""
        ...

    def names(self) -> Iterator[tuple[int, bytes]]:
        """For each file its number and the names of its definitions in order, one a line, in UTF-8."""
        ...

    def outlines(self, files: Sequence[int]) -> dict[int, Outline]:
        """What the files of these numbers define, by number."""
        ...

    def edges(self, file: int) -> Edges:
        """The edges that leave a file; empty for a number that there is no file of."""
        ...

    def all_edges(self) -> Iterator[tuple[int, Edges]]:
        """The edges of every file, by ascending number: one pass over the store."""
        ...


class SymbolIndex(Protocol):
    """What the map and the navigation ask of an index (`devagent.code.index.index.Index`)."""

    def paths(self) -> Sequence[str]:
        """The files that the index covers, sorted; POSIX paths from the top of the work tree."""
        ...

    def facts(self, path: str) -> FileFacts | None:
        """What is known of a file; `None` for one that the index does not cover."""
        ...

    def graph(self) -> Graph:
        """The symbol graph, as of the last refresh."""
        ...

    def changed(self) -> Sequence[str]:
        """The paths whose content the last refresh found to be new, sorted."""
        ...

    def kept(self, name: str) -> bytes | None:
        """What `keep` put aside under this name for this tree, whatever has changed since; `None` if nothing."""
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Put something derived aside with this tree (say, ranks with the generation they belong to)."""
        ...
