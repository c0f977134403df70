class TemplateError(Exception):
    """Base of the errors of this package."""


class TemplateSyntax(TemplateError):
    """A template that cannot be understood."""


class RenderError(TemplateError):
    """A template that cannot be filled in."""


class Undefined(RenderError):
    """A name that stands for nothing."""
