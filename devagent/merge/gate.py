"""The last look at a merged file: decisions that are sound one by one may not parse together."""

from dataclasses import replace

from devagent.merge import whitespace
from devagent.merge.decision import Confidence
from devagent.merge.regions import Clean, Conflict, Region, Regions
from devagent.merge.versions import Versions

_ONE_BY_ONE = 8
"""Decisions that are opened again one by one; after so many, all are that are not certain."""


def checked(versions: Versions, regions: Regions) -> Regions:
    """The regions with decisions opened again, the least sure first, until the file has no new syntax error."""
    for opened in range(len(regions)):
        decided = [index for index, region in enumerate(regions) if isinstance(region, Clean) and region.was]
        if not decided or _parses(versions, regions):
            break
        last = min(decided, key=lambda index: _surety(regions[index]))
        everything = opened >= _ONE_BY_ONE
        regions = tuple(
            open_again(region) if index == last or (everything and _surety(region)[0] < 0) else region
            for index, region in enumerate(regions)
        )
    return regions


def open_again(region: Region) -> Region:
    """The conflict that the region was, with what was decided as its proposal."""
    if not isinstance(region, Clean) or region.was is None:
        return region
    before, now = region.was.proposal, region.decision
    keeps = before is not None and now is not None and before.probability > now.probability
    return region.was if keeps else replace(region.was, proposal=now)


def _surety(region: Region) -> tuple[int, float]:
    """What to open again first is the least of these."""
    if not isinstance(region, Clean) or region.decision is None:
        return 0, 1.0
    return -region.decision.confidence.rank, region.decision.probability


def _parses(versions: Versions, regions: Regions) -> bool:
    """Whether the file has no syntax error that neither side has, or that cannot be told."""
    if all(_is_one_text_twice(region) for region in regions):
        return True
    from devagent.code.errors import CannotParse
    from devagent.code.language import format_for, parse
    from devagent.merge.structure.checks import has_new_errors

    language = format_for(versions.path)
    if language is None or language.templated:
        return True
    try:
        parse(versions.ours, language)
    except CannotParse:
        return True
    sides = (versions.ours, versions.theirs)
    return any(not has_new_errors(text, sides, language) for text in sorted(_texts(regions)))


def _is_one_text_twice(region: Region) -> bool:
    """Whether nothing was decided here but the white space of a text that both sides have: that breaks nothing."""
    decision = region.decision if isinstance(region, Clean) else None
    return decision is None or (decision.how == whitespace.HOW and decision.confidence is Confidence.CERTAIN)


def _texts(regions: Regions) -> set[bytes]:
    """The file with our text in every open conflict, and with theirs."""
    return {
        b"".join(
            line
            for region in regions
            for line in (getattr(region, side) if isinstance(region, Conflict) else region.lines)
        )
        for side in ("ours", "theirs")
    }
