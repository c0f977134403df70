"""Plain text receipts."""

WIDTH = 40


def money(cents):
    """Format cents as "12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def row(left, right):
    """Return one row with right aligned amount."""
    space = WIDTH - len(left) - len(right)
    return left + " " * max(1, space) + right


def render(cart):
    """Return the receipt of a cart, one row per line, discounts on their own rows."""
    rows = []
    for product, quantity, price in cart.lines():
        rows.append(row(f"{quantity} x {product.title}", money(price.gross)))
        if price.discount:
            rows.append(row(f"  discount {price.percent} %", money(-price.discount)))
    goods = cart.goods_total()
    total = cart.total()
    if total != goods:
        rows.append(row("shipping", money(total - goods)))
    rows.append(row("TOTAL", money(total)))
    return "\n".join(rows)
