"""Text reports of a book."""

from .amounts import format_amount, format_change


def balance_sheet(book):
    """Return one row per account with its present balance."""
    return "\n".join(f"{name:<10}{format_amount(book.balance(name)):>12}"
                     for name in book.accounts.names())


def change_row(book, name, first, last):
    """Return "bank: -12.50" for the change of an account between the ends of two days."""
    return f"{name}: {format_change(book.history.change(name, first, last))}"


def warnings(book, allowed=("income",)):
    """Return a row for each overdrawn account."""
    return [f"{name} is overdrawn by {format_amount(-book.balance(name))}"
            for name in book.accounts.overdrawn(allowed)]


def lowest(book, name):
    """Return (day, balance) of the lowest day end of an account, the first of equals."""
    return min(book.history.series(name), key=lambda item: item[1], default=None)


def net_worth(book, names):
    """Return the present balances of these accounts together."""
    return sum(book.balance(name) for name in names)
