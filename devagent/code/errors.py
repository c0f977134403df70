"""What goes wrong with code and edits, said so that a model can act on it.

NotResolved
└── EditError        an edit does not fit the file
    ├── AlreadyDone  what it would do has been done
    └── NotThere     the lines it quotes are not in the file
CannotRun
└── CannotParse      a file is too large, too slow or in no known language to be parsed
"""

from devagent.errors import CannotRun, NotResolved


class EditError(NotResolved):
    """An edit does not fit. The text says what to do differently and is fit to be sent back to the model."""


class AlreadyDone(EditError):
    """All that an edit would do stands in the files already; `where` says at which lines."""

    def __init__(self, where: str, *, what: str = "it is done already") -> None:
        super().__init__(what, why=where)


class NotThere(EditError):
    """The lines that an edit quotes are not in the file. The hint shows the nearest ones."""

    def __init__(self, hint: str) -> None:
        super().__init__("the lines to replace are not in the file", hint=hint)


class CannotParse(CannotRun):
    """A file was not parsed. Nothing is known about its syntax: neither that it is good nor that it is bad."""
