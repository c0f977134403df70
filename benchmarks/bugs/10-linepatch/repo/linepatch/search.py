"""Looking for lines."""


def matches_at(lines, wanted, at):
    return at >= 0 and tuple(lines[at : at + len(wanted)]) == tuple(wanted)


def find_near(lines, wanted, at, reach):
    """Where ``wanted`` stands in ``lines``: at ``at`` or as near as possible.

    Looks up to ``reach`` lines away, first above and then below at each
    distance. None when it is nowhere there.
    """
    if not wanted:
        return min(max(at, 0), len(lines))
    for distance in range(reach + 1):
        for place in (at - distance, at + distance):
            if matches_at(lines, wanted, place):
                return place
    return None
