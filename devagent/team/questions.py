"""Questions of a role: answered from the repository, else by the user, else recorded as assumptions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devagent.code.context.parts import WHOLE, Form, Part, assemble, given
from devagent.team.agent import PhaseFailed
from devagent.team.context import tell
from devagent.team.dialogue import ask_once
from devagent.team.phases import load_phase

if TYPE_CHECKING:
    from devagent.team.room import Room

MOST_WORDS, MOST_LINES = 5, 8
MAX_TOKENS = 2_000
_EXCERPTS = "excerpts"


async def settle_questions(room: "Room", place: str, questions: Sequence[str]) -> None:
    """Find an answer to each question and put it where later phases and the proposal see it."""
    for number, question in enumerate(questions, 1):
        where = f"{place}/question/{number}"
        answer = await _from_repository(room, where, question)
        source = "repository"
        if answer is None and room.ask_user is not None:
            answer, source = await _from_user(room, where, question), "user"
        if answer:
            room.answers.append(f"{question} {answer} (from the {source})")
        else:
            room.assumptions.append(f"Not asked, the team decided by itself: {question}")
        room.journal.record(
            "question.settled", where, {"question": question, "answer": answer or "", "by": source if answer else ""}
        )


async def _from_repository(room: "Room", place: str, question: str) -> str | None:
    """An answer whose quoted line really stands in the excerpts the model was shown."""
    from devagent.code.search import find_text

    files = {path: file.content for path, file in room.bench.files.items()}
    words = sorted(
        {w.strip("`'\".,?()") for w in question.split() if len(w) > 4 or "_" in w}, key=lambda w: (-len(w), w)
    )
    found = [(word, find_text(files, word, limit=MOST_LINES)) for word in words[:MOST_WORDS]]
    parts = [_lines_with(word, str(hits), more=hits.more) for word, hits in found if hits.matches]
    if not parts:
        return None
    chosen = assemble(parts, MAX_TOKENS)
    excerpts = chosen.text(_EXCERPTS, "\n")
    tell(room, place, chosen, [given("question", "question", "what is asked", question)])
    try:
        phase = load_phase("ask_repository", room.library)
        answer = await ask_once(room, phase, place, {"question": question, "excerpts": excerpts})
    except PhaseFailed:
        return None
    quote = str(answer["quote"]).strip()
    return str(answer["answer"]) if answer["answer"] and quote and quote in excerpts else None


def _lines_with(word: str, lines: str, *, more: bool) -> Part:
    form = Form(f"the first {MOST_LINES}" if more else WHOLE, lines)
    return Part(_EXCERPTS, f"lines with {word}", "the question has this word", (form,))


async def _from_user(room: "Room", place: str, question: str) -> str | None:
    async def ask() -> str | None:
        assert room.ask_user is not None
        return await room.ask_user(question)

    answer = await room.journal.effect("user.answer", place, {"question": question}, ask)
    return None if answer is None else str(answer)
