"""Reading readings: ``sensor,seconds,value`` per line."""

from .errors import StatError


def parse_readings(text):
    """``(sensor, at, value)`` for each line that is not blank or a comment."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            sensor, at, value = line.split(",")
            found.append((sensor.strip(), int(at), float(value)))
        except ValueError:
            raise StatError(f"line {number} is no reading: {line!r}") from None
    return found
