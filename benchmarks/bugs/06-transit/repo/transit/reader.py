"""Reading networks from text.

Each row names a line, then stops with the minutes between them::

    line Red: Harbour 4 Market 3 Castle
"""

from .errors import NetworkError
from .network import Network


def read_network(text):
    network = Network()
    for number, row in enumerate(text.splitlines(), 1):
        row = row.split("#")[0].strip()
        if not row:
            continue
        head, colon, body = row.partition(":")
        words = head.split()
        if not colon or len(words) != 2 or words[0] != "line":
            raise NetworkError(f"row {number} is no line")
        items = body.split()
        if len(items) < 3 or len(items) % 2 == 0:
            raise NetworkError(f"row {number} is not complete")
        for at in range(0, len(items) - 2, 2):
            start, minutes, end = items[at : at + 3]
            if not minutes.isdigit():
                raise NetworkError(f"row {number}: {minutes!r} is no number of minutes")
            network.connect(words[1], start, end, int(minutes))
    return network
