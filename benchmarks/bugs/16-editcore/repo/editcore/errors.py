class EditError(Exception):
    """Base of the errors of the editor."""


class OutOfRange(EditError):
    """A position that is not in the text."""
