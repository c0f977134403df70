"""Lots, reservations and orders of a small warehouse."""

from .errors import OutOfStock, ReservationError, StockError, UnknownOrder
from .warehouse import Warehouse

__all__ = ["OutOfStock", "ReservationError", "StockError", "UnknownOrder", "Warehouse"]
