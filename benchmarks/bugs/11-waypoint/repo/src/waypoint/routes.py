"""Routes by path and by name."""

from .converters import converter
from .errors import BuildError, MethodNotAllowed, NotFound
from .forks import Tree
from .pattern import Fixed, parse_pattern, split_path


class Router:
    """Knows which handler is meant by a method and a path."""

    def __init__(self):
        self._tree = Tree()
        self._targets = {}
        self._parts = {}

    def add(self, pattern, name, handler, methods):
        parts = parse_pattern(pattern)
        target = self._targets.get(pattern)
        if target is None:
            target = self._targets[pattern] = {}
            self._tree.add(parts, target)
        for method in methods:
            target[method] = handler
        self._parts[name] = parts

    def match(self, method, path):
        """``(handler, values)``; raises NotFound or MethodNotAllowed."""
        found = self._tree.find(split_path(path))
        if found is None:
            raise NotFound(path)
        target, values = found
        if method not in target:
            raise MethodNotAllowed(sorted(target))
        return target[method], values

    def build(self, name, values):
        """The path of a route with its parameters filled in."""
        if name not in self._parts:
            raise BuildError(f"no route {name!r}")
        segments = []
        for part in self._parts[name]:
            if isinstance(part, Fixed):
                segments.append(part.text)
                continue
            if part.name not in values:
                raise BuildError(f"{name} needs {part.name}")
            text = str(values[part.name])
            if part.kind != "path" and converter(part.kind).parse(text) is None:
                raise BuildError(f"{text!r} does not fit {part.name}")
            segments.append(text)
        return "/" + "/".join(segments)
