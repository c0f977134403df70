class InvoiceError(ValueError):
    """An invoice that makes no sense."""
