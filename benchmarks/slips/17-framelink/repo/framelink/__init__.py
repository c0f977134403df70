"""Messages in frames over a byte stream."""

from .link import Link
from .messages import Message
from .session import Session

__all__ = ["Link", "Message", "Session"]
