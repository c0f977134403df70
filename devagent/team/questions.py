"""Questions of a role: answered from the repository, else by the user, else recorded as assumptions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from devagent.team.agent import PhaseFailed
from devagent.team.dialogue import ask_once
from devagent.team.phases import load_phase

if TYPE_CHECKING:
    from devagent.team.room import Room

MAX_EXCERPTS = 40


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
    words = sorted({w.strip("`'\".,?()") for w in question.split() if len(w) > 4 or "_" in w}, key=len, reverse=True)
    hits = [hit for word in words[:5] for hit in find_text(files, word, limit=MAX_EXCERPTS // 5).matches]
    excerpts = "\n".join(dict.fromkeys(f"{path}:{line}: {text}" for path, line, text in hits))
    if not excerpts:
        return None
    try:
        phase = load_phase("ask_repository", room.library)
        found = await ask_once(room, phase, place, {"question": question, "excerpts": excerpts})
    except PhaseFailed:
        return None
    quote = str(found["quote"]).strip()
    return str(found["answer"]) if found["answer"] and quote and quote in excerpts else None


async def _from_user(room: "Room", place: str, question: str) -> str | None:
    async def ask() -> str | None:
        assert room.ask_user is not None
        return await room.ask_user(question)

    answer = await room.journal.effect("user.answer", place, {"question": question}, ask)
    return None if answer is None else str(answer)
