"""Reads a topology from its text form."""

from .links import Link
from .topology import Topology


class TopologyError(ValueError):
    """A line of the topology text makes no sense."""


def parse_bandwidth(field):
    """Parse ``"100"`` or ``"100/20"`` into (forward, reverse) Mbit/s."""
    forward, _, reverse = field.partition("/")
    pair = float(forward), float(reverse or forward)
    if min(pair) <= 0:
        raise ValueError("bandwidth must be positive")
    return pair


def parse_line(line):
    """Parse ``source target latency bandwidth [down]`` into a Link."""
    fields = line.split()
    if len(fields) not in (4, 5):
        raise ValueError("expected 4 or 5 fields")
    if len(fields) == 5 and fields[4] != "down":
        raise ValueError(f"unknown state {fields[4]!r}")
    forward, reverse = parse_bandwidth(fields[3])
    return Link(fields[0], fields[1], float(fields[2]), forward, reverse,
                up=len(fields) == 4)


def load_topology(text):
    """Build a Topology from text; ``#`` starts a comment."""
    topology = Topology()
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        try:
            topology.add_link(parse_line(line))
        except ValueError as error:
            raise TopologyError(f"line {number}: {error}") from error
    return topology
