"""The front door."""

from .errors import TemplateError
from .output import Renderer
from .parse import parse


class Engine:
    """A set of templates by name."""

    def __init__(self, sources, shared=None):
        self._sources = dict(sources)
        self._shared = dict(shared or {})
        self._parsed = {}

    def render(self, template, **names):
        """Fill a template in; ``names`` win over the shared ones."""
        renderer = Renderer(self._load, {**self._shared, **names})
        return renderer.render(self._load(template))

    def _load(self, template):
        if template not in self._parsed:
            if template not in self._sources:
                raise TemplateError(f"no template {template!r}")
            self._parsed[template] = parse(self._sources[template])
        return self._parsed[template]
