"""Filling templates in."""

from .errors import RenderError
from .filters import apply_filters, show
from .names import resolve
from .nodes import For, If, Include, Set, Text, Value


class Renderer:
    """Renders the nodes of one page.

    All nodes share one table of names, which ``set`` and ``for`` write to.
    """

    def __init__(self, load, names):
        self._load = load
        self._names = dict(names)
        self._depth = 0

    def render(self, nodes):
        return "".join(self._node(node) for node in nodes)

    def _node(self, node):
        if isinstance(node, Text):
            return node.text
        if isinstance(node, Value):
            return show(apply_filters(resolve(node.path, self._names), node.filters))
        if isinstance(node, If):
            truth = bool(resolve(node.path, self._names)) != node.negated
            return self.render(node.body if truth else node.otherwise)
        if isinstance(node, For):
            return self._for(node)
        if isinstance(node, Set):
            self._names[node.name] = resolve(node.path, self._names)
            return ""
        if isinstance(node, Include):
            return self._include(node)
        raise RenderError(f"cannot render {type(node).__name__}")

    def _for(self, node):
        """Render the body of a loop for every item, or ``else`` without items.

        The body sees the item under the name of the loop, and ``loop``. Both
        are only lent: after the loop they are what they were before it, or
        not defined if they were not. So loops can be put into each other
        and may use a name that has a meaning outside. What the body itself
        sets stays.
        """
        items = list(resolve(node.path, self._names))
        if not items:
            return self.render(node.otherwise)
        lent = (node.name, "loop")
        out = []
        for index, item in enumerate(items, 1):
            self._names[node.name] = item
            self._names["loop"] = {
                "index": index,
                "first": index == 1,
                "last": index == len(items),
                "length": len(items),
            }
            out.append(self.render(node.body))
        for name in lent:
            self._names.pop(name, None)
        return "".join(out)

    def _include(self, node):
        if self._depth >= 20:
            raise RenderError(f"{node.template} is included too deeply")
        self._depth += 1
        try:
            return self.render(self._load(node.template))
        finally:
            self._depth -= 1
