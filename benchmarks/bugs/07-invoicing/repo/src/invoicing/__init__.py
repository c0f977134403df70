"""Invoices, discounts, taxes and credit notes in whole cents."""

from .book import Book
from .errors import InvoiceError
from .export import export
from .invoice import Invoice
from .text import render

__all__ = ["Book", "Invoice", "InvoiceError", "export", "render"]
