"""Which of the code that stands in an answer is meant as an edit, and of which file."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from devagent.code.edits.edit import Edit, WriteFile
from devagent.code.edits.naming import clean, existing, resolved
from devagent.code.edits.whole import Piece, edits_of, fits
from devagent.code.errors import EditError
from devagent.code.language import Language, language_for, languages

_SHELLS = ("bash", "sh", "shell", "zsh")
_TEXTS = ("text", "txt", "plaintext")
_OUTPUTS = ("console", "output", "terminal", "log", "powershell")


class Meaning:
    """Makes edits of what an answer holds. `notes` are what it left out, and which files it took others to be.

    Arguments:
        path: the file that code without a name is meant for; empty where there is none.
    """

    def __init__(self, files: Mapping[str, bytes], path: str) -> None:
        self._files, self._default = files, path
        self._written: dict[str, str] = {}
        self.notes: list[str] = []

    def edits(self, item: Edit | Piece, *, alone: bool) -> list[Edit]:
        """The edits that an item of an answer stands for; `alone` says that there is no other. Raises `EditError`."""
        if not isinstance(item, Piece):
            return [item]
        if not item.named and not self._meant(item, alone=alone):
            self.notes.append("a code block that names no file was left out")
            return []
        path = self._place(item)
        if _is_odd(item, path):
            self.notes.append(f"a code block of {item.language} beside {path} was left out")
            return []
        edits = edits_of(item, path, self._files.get(path))
        if not edits:
            self.notes.append(f"a code block that {path} holds as it is was taken for a quotation")
        for edit in edits:
            if isinstance(edit, WriteFile) and self._written.setdefault(path, edit.text) != edit.text:
                raise EditError(f"the answer has two versions of {path}", hint="Send one")
        return edits

    def _meant(self, piece: Piece, *, alone: bool) -> bool:
        """Whether a piece without a name is meant for the file that the question was about."""
        if not self._default or piece.language in (*_SHELLS, *_TEXTS, *_OUTPUTS):
            return False
        language = language_for(self._default)
        return alone or not piece.language or (language is not None and piece.language in language.fences)

    def _place(self, piece: Piece) -> str:
        """The file that a piece of code belongs to."""
        path = clean(piece.named.path or self._default)
        if path in self._files:
            return path
        try:
            there = existing(path, self._files)
            if fits(piece, there.path, self._files[there.path]):
                self.notes.append(there.note)
                return there.path
        except EditError:
            pass  # It may be a new file: what follows says where that is.
        edit, note = resolved(WriteFile(path, piece.text), self._files)
        self.notes += [note] if note else []
        return edit.path


def _is_odd(piece: Piece, path: str) -> bool:
    """Whether code is in another language than the file that is named beside it, and so no edit of it."""
    language, fence = language_for(path), piece.language
    if fence in _OUTPUTS:
        return True
    if fence in _TEXTS:
        return language is not None
    if fence in _SHELLS:
        suffix = PurePosixPath(path).suffix
        return suffix not in (".sh", ".bash", ".zsh") and (bool(suffix) or not piece.text.startswith("#!"))
    spoken = [known for known in languages() if fence in known.fences]
    return language is not None and bool(spoken) and not any(_kin(language, known) for known in spoken)


def _kin(a: Language, b: Language) -> bool:
    return a.module == b.module or a.name in (b.name, b.like) or b.name == a.like or {a.name, b.name} == {"c", "cpp"}
