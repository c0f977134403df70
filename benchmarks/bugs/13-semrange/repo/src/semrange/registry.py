"""Published versions of packages."""

from .errors import NoMatch
from .ranges import Range
from .version import Version


class Registry:
    """Knows which versions there are and chooses among them."""

    def __init__(self):
        self._versions = {}

    def publish(self, name, *versions):
        known = self._versions.setdefault(name, set())
        known.update(Version.parse(version) for version in versions)

    def versions(self, name):
        return [str(version) for version in sorted(self._versions.get(name, ()))]

    def latest(self, name, wanted="*"):
        """The highest version in a range."""
        best = Range(wanted).best(self._versions.get(name, ()))
        if best is None:
            raise NoMatch(f"{name} {wanted}")
        return str(best)

    def resolve(self, wanted):
        """The highest version of each package: ``{name: range}`` to ``{name: version}``."""
        return {name: self.latest(name, text) for name, text in wanted.items()}
