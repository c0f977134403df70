"""Text reports about routes."""

from .planner import NoRoute


def describe_route(route):
    """Return e.g. ``a > b > c (2 hops, 24.5 ms)``."""
    unit = "hop" if route.hops == 1 else "hops"
    path = " > ".join(route.nodes)
    return f"{path} ({route.hops} {unit}, {route.cost:.1f} ms)"


def routing_table(planner, start):
    """Return {goal: next hop} for ``start``; None where unreachable."""
    table = {}
    for goal in planner.topology.nodes:
        if goal == start:
            continue
        try:
            table[goal] = planner.route(start, goal).nodes[1]
        except NoRoute:
            table[goal] = None
    return table


def round_trip(planner, start, goal):
    """Return the cost in ms of going to ``goal`` and back again.

    The way back is planned on its own and may use other links.
    """
    there = planner.route(start, goal)
    back = planner.route(goal, start)
    return there.cost + back.cost
