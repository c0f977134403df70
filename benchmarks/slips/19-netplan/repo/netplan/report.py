"""Text reports about a plan."""

from .addresses import format_address


def entry_line(entry):
    """Return e.g. ``10.0.1.0/24 - 10.0.1.255 office``."""
    return f"{entry.block} - {format_address(entry.block.last)} {entry.name}"


def usage(plan):
    """Return the share of the site's addresses in use, 0 to 1."""
    return plan.register.used() / plan.site.size


def plan_report(plan):
    """Return the report: a line for each block, then the totals."""
    lines = [entry_line(entry) for entry in plan.register]
    free = plan.largest_free()
    lines.append(f"{usage(plan):.1%} used, "
                 + (f"largest free block {free}" if free else "no free block"))
    return "\n".join(lines)
