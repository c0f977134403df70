"""Plan of the address blocks of a site."""

from .plan import AddressPlan, PlanError
from .report import plan_report

__all__ = ["AddressPlan", "PlanError", "plan_report"]
