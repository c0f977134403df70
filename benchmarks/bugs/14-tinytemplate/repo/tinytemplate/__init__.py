"""Templates."""

from .engine import Engine
from .errors import RenderError, TemplateError, TemplateSyntax, Undefined

__all__ = ["Engine", "RenderError", "TemplateError", "TemplateSyntax", "Undefined"]
