"""Plain text in columns."""

from .bullets import bullet_list
from .paragraphs import paragraph
from .tables import table

__all__ = ["bullet_list", "paragraph", "table"]
