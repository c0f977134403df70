"""Address cards in a text file."""

from .box import CardBox
from .card import Card

__all__ = ["Card", "CardBox"]
