"""Links between two nodes and what it costs to cross them."""

from dataclasses import dataclass

#: Size of the reference packet, in megabits.
PACKET_MBIT = 12.0


@dataclass(frozen=True)
class Link:
    """A link from ``source`` to ``target``, usable in both directions.

    ``forward_mbps`` is the bandwidth from source to target and
    ``reverse_mbps`` the bandwidth from target to source.
    """

    source: str
    target: str
    latency_ms: float
    forward_mbps: float
    reverse_mbps: float
    up: bool = True

    def other_end(self, node):
        """Return the node at the far end, seen from ``node``."""
        if node == self.source:
            return self.target
        if node == self.target:
            return self.source
        raise ValueError(f"{node!r} is not on link {self.source}-{self.target}")

    def bandwidth_from(self, node):
        """Return the bandwidth in Mbit/s when sending out of ``node``."""
        return self.forward_mbps if node == self.source else self.reverse_mbps

    def cost_from(self, node):
        """Return the cost in ms of crossing the link starting at ``node``.

        It is the latency plus the time to send the reference packet at the
        bandwidth of the direction in which the link is crossed.
        """
        self.other_end(node)
        mbps = self.forward_mbps
        return self.latency_ms + 1000.0 * PACKET_MBIT / mbps
