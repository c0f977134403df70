class PatchError(Exception):
    """Base of the errors of this package."""


class PatchSyntax(PatchError):
    """A text that is no unified diff."""


class HunkFailed(PatchError):
    """A hunk whose lines are not where they should be, nor near."""

    def __init__(self, number):
        super().__init__(f"hunk {number} does not fit")
        self.number = number
