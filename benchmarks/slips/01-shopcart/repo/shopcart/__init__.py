"""Basket and pricing core of a small shop."""

from .cart import Cart
from .catalog import Catalog, Product

__all__ = ["Cart", "Catalog", "Product"]
