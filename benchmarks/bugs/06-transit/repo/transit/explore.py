"""The search for the quickest way."""

from .errors import NoRoute
from .frontier import Frontier

FAR = float("inf")


def quickest(network, start, goal, change=0, closed=()):
    """The quickest way from ``start`` to ``goal``: ``(minutes, rides)``.

    Going on with another line than one came with takes ``change`` minutes
    more. Stops in ``closed`` cannot be passed. There is no quicker way than
    the one returned; no rides are needed when start and goal are the same.

    A place in the search is a stop together with the line one came with,
    since the cost of going on depends on both.
    """
    if start == goal:
        return 0, []
    best = {(start, None): 0}
    came = {}
    frontier = Frontier()
    frontier.push(0, (start, None))
    while frontier:
        minutes, place = frontier.pop()
        if minutes > best[place]:
            continue
        stop, line = place
        for ride in network.rides_from(stop):
            if ride.end in closed:
                continue
            wait = change if line is not None and ride.line != line else 0
            total = minutes + wait + ride.minutes
            after = (ride.end, ride.line)
            if total >= best.get(after, FAR):
                continue
            best[after] = total
            came[after] = (place, ride)
            if ride.end == goal:
                return total, trace(came, after)
            frontier.push(total, after)
    raise NoRoute(f"{start} to {goal}")


def trace(came, place):
    """The rides that lead to a place, the first one first."""
    rides = []
    while place in came:
        place, ride = came[place]
        rides.append(ride)
    rides.reverse()
    return rides
