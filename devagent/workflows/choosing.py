"""Which of several repairs that pass every gate is meant: where the tests do not say it, the user does.

The answer is journalled before it is used, so that a resumed or replayed run keeps it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from devagent.errors import OutOfBudget
from devagent.models.budget import Budget
from devagent.proposal.candidate import Evidence, Verdict
from devagent.repair.behaviour import Call
from devagent.team.pinning import CannotPin, pinned
from devagent.team.room import Room
from devagent.team.workbench import Attempt
from devagent.workflows.request import Request
from devagent.workflows.surface import Choice, Option, Surface

PLACE = "choice"
_GIVEN_UP = "example.given_up"


async def settled(
    room: Room, best: Attempt, request: Request, surface: Surface, budget: Budget
) -> tuple[Attempt, list[str]]:
    """The attempt to propose, as far as the request lets the user choose it or wants a test added; notes for the user.

    Waiting for the user is not limited by the budget, running a test is.
    """
    chosen, notes = best, list[str]()
    if request.interactive and best.alternatives:
        chosen = await _chosen_by_user(room, best, surface)
    if request.add_test:
        try:
            chosen = await _with_test(room, best, chosen, budget)
        except CannotPin as why:
            notes.append(f"no test was added: {why}")
    return chosen, notes


async def _with_test(room: Room, best: Attempt, chosen: Attempt, budget: Budget) -> Attempt:
    """The chosen attempt with a test. Raises `CannotPin`, also where the time is over or was in the run replayed."""
    if given_up := room.journal.find(_GIVEN_UP):
        raise CannotPin(str(given_up[0].data["why"]))
    try:
        async with budget.deadline():
            return await pinned(room, best, chosen)
    except OutOfBudget as error:
        room.journal.record(_GIVEN_UP, "", {"why": error.what})
        raise CannotPin(error.what) from error


async def _chosen_by_user(room: Room, best: Attempt, surface: Surface) -> Attempt:
    """The option that the user takes; the attempt as it was, with its alternatives, where they leave it open."""
    inputs = {"options": [room.bench.key(option.changes) for option in best.options]}
    choice = _choice(room, best)
    number = await room.journal.effect("user.answer", PLACE, inputs, lambda: surface.choose(choice))
    if number is None:
        return best
    chosen = best.options[number]
    known = tuple(e for e in chosen.evidence if e.gate != "behaviour")
    said = Evidence("choice", Verdict.PASS, _said(best.told, chosen.option), data={"by": "user"})
    return replace(chosen, alternatives=(), evidence=(*known, said))


def _choice(room: Room, best: Attempt) -> Choice:
    """What is to be chosen from, as the user is to see it. Numbers are those of `devagent apply --alternative`."""
    redact, places = room.journal.secrets.redact, [option.option for option in best.options]
    calls = [call for call in best.told if any(call.tells(*pair) for pair in combinations(places, 2))]
    options = (
        Option(
            number,
            redact(option.origin.way),
            tuple(redact(call.came_to[option.option]) for call in calls),
            redact(room.diff(option)),
        )
        for number, option in enumerate(best.options)
    )
    return Choice(tuple(redact(call.text) for call in calls), tuple(options))


def _said(told: Sequence[Call], option: int) -> str:
    call = next((c for c in told if any(c.tells(option, other) for other in range(len(c.came_to)))), None)
    return f"the user chose it: {call.text} is to be {call.came_to[option]}" if call else "the user chose it"
