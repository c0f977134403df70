"""What goes wrong with code and edits, said so that a model can act on it.

NotResolved
└── EditError        an edit does not fit the file
CannotRun
└── CannotParse      a file is too large, too slow or in no known language to be parsed
"""

from devagent.errors import CannotRun, NotResolved


class EditError(NotResolved):
    """An edit does not fit. The text says what to do differently and is fit to be sent back to the model."""


class CannotParse(CannotRun):
    """A file was not parsed. Nothing is known about its syntax: neither that it is good nor that it is bad."""
