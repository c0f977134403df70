"""Sheets as text."""


def print_sheet(sheet):
    """A row per entry between the opening and the closing balance."""
    lines = [f"opening {sheet.opening:>10}"]
    for row in sheet.rows:
        lines.append(f"{row.day:>3} {row.text:<16} {row.amount:>10} {row.balance:>10}")
    lines.append(f"closing {sheet.closing:>10}")
    return "\n".join(lines)
