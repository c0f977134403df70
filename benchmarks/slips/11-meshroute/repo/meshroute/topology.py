"""The graph of nodes and links."""

from .links import Link


class Topology:
    """An undirected graph whose links may differ by direction."""

    def __init__(self):
        self._links = {}
        self._order = []

    @property
    def nodes(self):
        """Names of all nodes in order of appearance."""
        return list(self._order)

    def add_node(self, name):
        """Register a node; adding it twice does nothing."""
        if name not in self._links:
            self._links[name] = []
            self._order.append(name)

    def add_link(self, link: Link):
        """Add a link and, where needed, its two end nodes."""
        if link.source == link.target:
            raise ValueError("a link needs two different ends")
        for name in (link.source, link.target):
            self.add_node(name)
            self._links[name].append(link)

    def links_of(self, name):
        """Return the links at ``name`` which are up."""
        if name not in self._links:
            raise KeyError(name)
        return [link for link in self._links[name] if link.up]

    def degree(self, name):
        """Number of usable links at ``name``."""
        return len(self.links_of(name))
