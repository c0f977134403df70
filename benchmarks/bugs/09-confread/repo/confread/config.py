"""The front door."""

from .coerce import to_bool, to_int, to_list
from .errors import MissingKey
from .expand import expand
from .layers import stack
from .sections import TOP

_NONE = object()


class Config:
    """Settings by section and key."""

    def __init__(self, sections):
        self._sections = sections

    @classmethod
    def from_texts(cls, *texts):
        """Settings from the texts of one file or more, later ones on top."""
        return cls(stack(texts))

    def get(self, section, key, default=_NONE):
        """A value; a key the section lacks is looked for at the top."""
        for name in (section, TOP):
            items = self._sections.get(name, {})
            if key.lower() in items:
                return expand(self._sections, name, items[key.lower()])
        if default is _NONE:
            raise MissingKey(f"[{section}] {key}")
        return default

    def get_int(self, section, key, default=_NONE):
        return self._typed(to_int, section, key, default)

    def get_bool(self, section, key, default=_NONE):
        return self._typed(to_bool, section, key, default)

    def get_list(self, section, key, default=_NONE):
        return self._typed(to_list, section, key, default)

    def sections(self):
        return [name for name in self._sections if name != TOP]

    def keys(self, section):
        return list(self._sections.get(section, {}))

    def _typed(self, convert, section, key, default):
        value = self.get(section, key, default)
        return value if value is default else convert(value)
