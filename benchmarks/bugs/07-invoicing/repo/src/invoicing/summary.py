"""Adding invoices up."""

from dataclasses import dataclass, field

from .shares import divide
from .taxes import tax_on


@dataclass(frozen=True)
class Totals:
    """The sums of an invoice; ``taxes`` maps each rate to ``(net, tax)``."""

    net: int
    tax: int
    taxes: dict = field(default_factory=dict)

    @property
    def gross(self):
        return self.net + self.tax


def net_by_rate(lines, discount):
    """What is to be taxed at each rate, once the discount is taken off.

    The discount is spread over the rates in proportion to what the lines with
    that rate come to.
    """
    amounts = {}
    for line in lines:
        amounts[line.tax] = amounts.get(line.tax, 0) + line.amount
    if not amounts:
        return {}
    parts = divide(discount, [abs(amount) for amount in amounts.values()])
    return {rate: amounts[rate] - part for rate, part in zip(amounts, parts)}


def total(lines, discount=0):
    """The Totals of some lines with a discount on all of them."""
    taxes = {}
    for rate, net in net_by_rate(lines, discount).items():
        taxes[rate] = (net, tax_on(net, rate))
    return Totals(
        net=sum(net for net, _ in taxes.values()),
        tax=sum(tax for _, tax in taxes.values()),
        taxes=taxes,
    )
