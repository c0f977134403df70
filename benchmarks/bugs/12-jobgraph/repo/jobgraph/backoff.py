"""How long to wait before the next attempt."""


def delay(attempt, base=1.0, factor=2.0, limit=60.0):
    """Seconds to wait after failed attempt number ``attempt``, from 1 on."""
    return min(limit, base * factor ** (attempt - 1))
