"""Household accounts."""

from .book import Book
from .posting import Posting

__all__ = ["Book", "Posting"]
