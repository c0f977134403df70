"""Questions about the repository: a model answers from passages that the program chose, and the program checks it.

Every claim names a line and quotes it. A claim whose quoted line is not there is dropped.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from devagent.code.context.parts import EVENT, Assembled, assemble, given
from devagent.code.locate import Suspect, locate
from devagent.code.passages import EXCERPTS, Passage, passages
from devagent.code.textfile import lines_of, read_text
from devagent.config.settings import Settings
from devagent.errors import CannotRun, ExitCode, OutOfBudget
from devagent.journal.journal import Journal
from devagent.journal.ledger import Ledger
from devagent.models.absent import NONE
from devagent.models.budget import Budget, Spent
from devagent.models.gateway import Gateway
from devagent.models.model import Message, ModelRequest
from devagent.proposal.store import Run, State, mark_ended, new_question
from devagent.repo import refs
from devagent.repo.git import Repository
from devagent.sandbox.output import one_line
from devagent.sandbox.sandbox import Tree
from devagent.team.phases import MalformedArtefact, Phase, load_phase, read_artefact, schema_in_words
from devagent.team.prompts import Library
from devagent.workflows.locate import Found, contents_of, found_of
from devagent.workflows.place import files_of, taken
from devagent.workflows.request import Request, settings_from_json, settings_to_json
from devagent.workflows.results import VERSION, Observed
from devagent.workflows.session import Work
from devagent.workflows.surface import Surface
from devagent.workflows.unanswered import dropped_unless_answered, was_answered

Outcome = Literal["answered", "no answer", "no model", "out of budget"]
_EXIT_CODES: dict[Outcome, ExitCode] = {
    "answered": ExitCode.DONE,
    "no answer": ExitCode.NOT_RESOLVED,
    "no model": ExitCode.NOT_RESOLVED,
    "out of budget": ExitCode.OUT_OF_BUDGET,
}
_STATES: dict[Outcome, State] = {"answered": State.ANSWERED, "out of budget": State.STOPPED}
_AS_CONFIGURED = Work()
TRIES = 2
PLACES = 8
TOKENS = {"small": 1200, "large": 8000}
"""Most tokens of passages, by the size class of the model: a small one on two cores reads some fifty a second."""
_LEAST_LINE, _LEAST_PART = 3, 8
"""Letters and digits that a quote of a whole line, or of a part of one, must have to show anything."""
_NUMBERED = re.compile(r"^\s*\d+[:|]?\s")


@dataclass(frozen=True)
class Claim:
    """A statement with the line that shows it: `quote` stands there, word for word."""

    claim: str
    path: str
    line: int
    quote: str

    @property
    def shown(self) -> str:
        """The line as `path:line: text`."""
        return f"{self.path}:{self.line}: {self.quote}"


@dataclass(frozen=True)
class Answer:
    """What `devagent ask` gives. `dropped` claims quoted a line that is not there; `places` are where to look.

    `run` is where it is on record; empty where no model came to answer.
    """

    outcome: Outcome
    summary: str
    claims: tuple[Claim, ...] = ()
    dropped: int = 0
    places: tuple[Found, ...] = ()
    read: tuple[str, ...] = ()
    ledger: dict[str, Any] = field(default_factory=dict)
    run: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return _EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {"devagent": VERSION, "kind": "answer", **asdict(self), "exit_code": int(self.exit_code)}


async def ask(
    repo: Repository, request: Request, settings: Settings, surface: Surface, work: Work = _AS_CONFIGURED
) -> Answer:
    """Answer the question that a request is. Where no model can, the places to look at are all there is.

    It is a run like others, without a proposal: `show` tells of it, `replay` does it again, `resume` goes on with it.
    One in which no model came to answer is not kept. Nothing of the checkout changes.

    Raises `UsageError` and `ModelError` for models that cannot be meant.
    """
    run = new_question(repo)
    try:
        with Journal(run.folder) as journal:
            journal.observe(surface.event)
            asked = {"request": request.to_json(), "settings": settings_to_json(settings), "run": run.id}
            journal.record("run.started", "", asked)
            answer = await Asking(repo, run, journal, request, settings, surface, work).result()
        return answer if was_answered(run) else replace(answer, run="")
    finally:
        dropped_unless_answered(repo, run, surface)


async def resume(
    repo: Repository,
    run: Run,
    change: Callable[[Settings], Settings],
    surface: Surface,
    work: Work = _AS_CONFIGURED,
) -> Answer:
    """Go on with a question that was interrupted, or stopped by its budget. `change` may raise limits."""
    with Journal(run.folder) as journal:
        journal.observe(surface.event)
        begun = [event for event in journal.events if event.kind in ("run.started", "run.resumed")]
        restored = journal.secrets.unmasked
        request = Request.from_json(restored(begun[0].data["request"]))
        settings = change(settings_from_json(restored(begun[-1].data["settings"])))
        facts = {"settings": settings_to_json(settings), "finished": False, "run": run.id}
        journal.record("run.resumed", "", facts, key=str(journal.session))
        return await Asking(repo, run, journal, request, settings, surface, work).result()


class Asking:
    """One session of a run that answers a question."""

    def __init__(
        self,
        repo: Repository,
        run: Run,
        journal: Journal,
        request: Request,
        settings: Settings,
        surface: Surface,
        work: Work,
    ) -> None:
        self.repo, self.run, self.journal = repo, run, journal
        self.request, self.settings, self.surface = request, settings, surface
        limits = settings.budget
        spent = Spent.from_events(journal.events, journal.earlier_seconds)
        self.budget = Budget(tokens=limits.tokens, cost=limits.cost, seconds=limits.seconds, spent=spent)
        surface.watch(self.budget)
        self.staff = work.staff_for(settings, journal, self.budget, surface)

    async def result(self) -> Answer:
        """The answer; it is on record when this returns. Raises `UsageError` and `ModelError`."""
        contents = contents_of(self._files())
        suspects = [s for s in locate(contents, text=self.request.text, limit=PLACES) if s.fits]
        phase = load_phase("answer", Library(self.request.prompts))
        asked = Asked(contents, self.request.text, suspects, phase, self.journal)
        self.journal.secrets.learn(contents.values())
        try:
            self.staff.get_ready()
            await self.staff.check()
            if self.staff.gateways[""].card.name == NONE:
                raise CannotRun("none was to be asked")
            async with self.budget.deadline():
                answer = await asked.answer(self.staff.gateways)
        except OutOfBudget as error:
            self.journal.record("budget.reached", "", {"why": str(error)}, key=str(self.journal.session))
            answer = Answer("out of budget", str(error), places=asked.places)
        except CannotRun as error:
            answer = Answer("no model", f"no model answered: {error}", places=asked.places)
        finally:
            await self.staff.close()
        return self._ended(answer)

    def _files(self) -> Tree:
        """The files of the snapshot, which is taken when the question is asked."""
        include = self.settings.sandbox.include
        if known := self.journal.find("snapshot.taken"):
            commit = str(known[0].data["commit"])
        else:
            state = taken(self.repo, self.request.base, include=include)
            commit = state.commit
            refs.put(self.repo, self.run.id, "base", commit)
            self.journal.record("snapshot.taken", "", {"commit": commit, "skipped": list(state.skipped)})
        return files_of(self.repo, commit, self.surface, include=include)

    def _ended(self, answer: Answer) -> Answer:
        redact = self.journal.secrets.redact
        mark_ended(self.run, redact(answer.summary), _STATES.get(answer.outcome, State.FAILED))
        shown = [Observed("claim", "pass", redact(c.claim), (redact(c.shown),)) for c in answer.claims]
        told = {"outcome": answer.outcome, "summary": redact(answer.summary), "diff": ""}
        facts = {**told, "evidence": [vars(claim) for claim in shown]}
        self.journal.record("run.ended", "", facts, key=str(self.journal.session))
        return replace(answer, run=self.run.id)


@dataclass(frozen=True)
class Asked:
    """One question, with what there is to answer it from."""

    files: Mapping[str, bytes]
    question: str
    suspects: Sequence[Suspect]
    phase: Phase
    journal: Journal

    async def answer(self, gateways: Mapping[str, Gateway]) -> Answer:
        """The claims of the model that hold. Raises `ModelError`, `OutOfBudget`."""
        role = self.phase.by.name
        gateway = gateways.get(role, gateways[""])
        read, text = self._chosen(gateway)
        if not read:
            return Answer("no answer", "nothing in this repository has to do with the question", places=self.places)
        claims = await self._claims(gateway, role, read, text)
        contents = {passage.path: self.files[passage.path] for passage in read}
        kept = [held for claim in claims if (held := verified(claim, contents))]
        dropped = len(claims) - len(kept)
        summary = "every quoted line was found where it is said to be" if kept else "the model gave no claim that holds"
        return Answer(
            "answered" if kept else "no answer",
            summary,
            claims=tuple(dict.fromkeys(kept)),
            dropped=dropped,
            places=self.places,
            read=tuple(f"{p.path}:{p.start}-{p.end} ({p.why})" for p in read),
            ledger=Ledger.from_events(self.journal.events).to_json(),
        )

    @property
    def places(self) -> tuple[Found, ...]:
        """The functions that the question points to, each with what in the question does so."""
        return tuple(map(_place_of, self.suspects))

    def _chosen(self, gateway: Gateway) -> tuple[list[Passage], str]:
        """What the model reads; in the journal with what was left out, and why each was chosen."""
        found = passages(self.files, self.question, self.suspects)
        parts = [passage.part(self.files[passage.path]) for passage in found]
        limit = min(TOKENS[gateway.card.size], gateway.card.window // 2)
        while True:
            chosen = assemble(parts, limit)
            names = {placed.part.name for placed in chosen.placed}
            read, text = [passage for passage in found if passage.name in names], chosen.text(EXCERPTS)
            if not read or gateway.fits(self._request(gateway, read, text)):
                break
            limit = limit * 3 // 4
        always = given("question", "question", "what is asked", self.question)
        facts = {**chosen.to_json(), "given": Assembled(limit, (always,)).to_json()["parts"]}
        self.journal.record(EVENT, "answer", facts)
        return read, text

    async def _claims(self, gateway: Gateway, role: str, read: Sequence[Passage], text: str) -> list[dict[str, Any]]:
        """What the model claims; one that is not in the form asked for may try once more."""
        request, schema = self._request(gateway, read, text), self._schema(gateway, read)
        for attempt in range(1, TRIES + 1):
            reply = await gateway.ask(f"answer/{attempt}", request, role=role, phase=self.phase.name)
            try:
                return list(read_artefact(reply.text, schema)["claims"])
            except MalformedArtefact as problem:
                again = [Message("assistant", reply.text), Message("user", f"{problem} Try once more.")]
                request = ModelRequest(
                    [*request.messages, *again], max_tokens=request.max_tokens, schema=request.schema
                )
        return []

    def _request(self, gateway: Gateway, read: Sequence[Passage], excerpts: str) -> ModelRequest:
        schema = self._schema(gateway, read)
        text = self.phase.prompt({"question": self.question, "excerpts": excerpts})
        if not gateway.card.schema:
            text += "\n" + schema_in_words(schema)
        messages = [Message("system", self.phase.system or self.phase.by.system), Message("user", text)]
        return ModelRequest(messages, self.phase.max_tokens, schema=schema if gateway.card.schema else None)

    def _schema(self, gateway: Gateway, read: Sequence[Passage]) -> dict[str, Any]:
        """The schema of the phase with the paths that can be named; a small model picks its quotes from a list too."""
        schema = copy.deepcopy(dict(self.phase.schema))
        fields = schema["properties"]["claims"]["items"]["properties"]
        fields["path"]["enum"] = sorted({passage.path for passage in read})
        if gateway.card.size == "small" and gateway.card.schema:
            del fields["quote"]["maxLength"], fields["quote"]["minLength"]
            fields["quote"]["enum"] = self._quotable(read)
        return schema

    def _quotable(self, read: Sequence[Passage]) -> list[str]:
        """The lines of the passages that say anything, each once, without the space around them."""
        lines = [
            line.strip()
            for passage in read
            for line in lines_of(read_text(self.files[passage.path])[0])[passage.start - 1 : passage.end]
        ]
        return list(dict.fromkeys(line for line in lines if len(re.sub(r"\W", "", line)) >= _LEAST_LINE))


def _place_of(suspect: Suspect) -> Found:
    """A place to look at. The lines of it that may be at fault are no matter: nothing is."""
    found = found_of(suspect)
    return replace(found, lines=(), reasons=tuple(why.replace(" the task", " the question") for why in found.reasons))


def verified(claim: Mapping[str, Any], files: Mapping[str, bytes]) -> Claim | None:
    """The claim if its quote stands in one of the files: in the line it names, or else in the one nearest to that.

    A quote that is not in the file it names counts where only one other file has it.
    """
    quote = _NUMBERED.sub("", str(claim["quote"]).strip().split("\n")[0])
    named, line = str(claim["path"]), int(claim["line"])
    found = {path: at for path, content in files.items() if (at := _lines_with(quote, content))}
    path = named if named in found or len(found) != 1 else next(iter(found))
    if path not in found:
        return None
    number = min(found[path], key=lambda n: (abs(n - line), n))
    return Claim(one_line(str(claim["claim"])), path, number, lines_of(read_text(files[path])[0])[number - 1].strip())


def _lines_with(quote: str, content: bytes) -> list[int]:
    """The numbers of the lines that a quote is, or that it is a telling part of."""
    wanted, telling = " ".join(quote.split()), len(re.sub(r"\W", "", quote))
    if telling < _LEAST_LINE:
        return []
    bare = [" ".join(line.split()) for line in lines_of(read_text(content)[0])]
    return [n for n, line in enumerate(bare, 1) if line == wanted or (telling >= _LEAST_PART and wanted in line)]
