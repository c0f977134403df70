"""Questions about the repository: a model answers from passages that the program chose, and the program checks it.

Every claim names a line and quotes it. A claim whose quoted line is not there is dropped.
"""

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from devagent.code.locate import Suspect, locate
from devagent.code.passages import Passage, passages
from devagent.code.textfile import lines_of, read_text
from devagent.config.resources import scratch_folder
from devagent.config.settings import Settings
from devagent.errors import CannotRun, ExitCode, OutOfBudget
from devagent.journal.journal import Journal
from devagent.journal.ledger import Ledger
from devagent.models.budget import Budget
from devagent.models.gateway import Gateway
from devagent.models.model import Message, ModelRequest
from devagent.repo.git import Repository
from devagent.repo.snapshot import Base
from devagent.sandbox.output import one_line
from devagent.team.phases import MalformedArtefact, Phase, load_phase, read_artefact, schema_in_words
from devagent.team.prompts import Library
from devagent.workflows.locate import Found, contents_of, found_of
from devagent.workflows.place import files_of, taken
from devagent.workflows.results import VERSION
from devagent.workflows.session import Crew
from devagent.workflows.staff import Staff
from devagent.workflows.surface import Surface

Outcome = Literal["answered", "no answer", "no model", "out of budget"]
_EXIT_CODES: dict[Outcome, ExitCode] = {
    "answered": ExitCode.DONE,
    "no answer": ExitCode.NOT_RESOLVED,
    "no model": ExitCode.NOT_RESOLVED,
    "out of budget": ExitCode.OUT_OF_BUDGET,
}
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


@dataclass(frozen=True)
class Answer:
    """What `devagent ask` gives. `dropped` claims quoted a line that is not there; `places` are where to look."""

    outcome: Outcome
    summary: str
    claims: tuple[Claim, ...] = ()
    dropped: int = 0
    places: tuple[Found, ...] = ()
    read: tuple[str, ...] = ()
    ledger: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return _EXIT_CODES[self.outcome]

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {"devagent": VERSION, "kind": "answer", **asdict(self), "exit_code": int(self.exit_code)}


StaffFor = Callable[[Settings, Journal, Budget, Surface], Crew]


async def ask(
    repo: Repository,
    settings: Settings,
    surface: Surface,
    question: str,
    *,
    base: Base = "worktree",
    prompts: Mapping[str, str] | None = None,
    staff_for: StaffFor = Staff,
) -> Answer:
    """Answer a question about the repository. Where no model can, the places to look at are all there is."""
    include = settings.sandbox.include
    state = taken(repo, base, include=include)
    contents = contents_of(files_of(repo, state.commit, surface, include=include))
    suspects = [s for s in locate(contents, text=question, limit=PLACES) if s.fits]
    phase = load_phase("answer", Library(prompts or {}))
    limits = settings.budget
    budget = Budget(tokens=limits.tokens, cost=limits.cost, seconds=limits.seconds)
    with scratch_folder("ask") as folder, Journal(Path(folder)) as journal:
        journal.observe(surface.event)
        surface.watch(budget)
        journal.secrets.learn(contents.values())
        staff = staff_for(settings, journal, budget, surface)
        try:
            staff.get_ready()
            await staff.check()
            async with budget.deadline():
                return await Asked(contents, question, suspects, phase, journal).answer(staff.gateways)
        except OutOfBudget as error:
            return Answer("out of budget", str(error), places=tuple(map(found_of, suspects)))
        except CannotRun as error:
            return Answer("no model", f"no model answered: {error}", places=tuple(map(found_of, suspects)))
        finally:
            await staff.close()


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
        read = self._passages(gateway)
        places = tuple(map(found_of, self.suspects))
        if not read:
            return Answer("no answer", "nothing in this repository has to do with the question", places=places)
        claims = await self._claims(gateway, role, read)
        contents = {passage.path: self.files[passage.path] for passage in read}
        kept = [held for claim in claims if (held := verified(claim, contents))]
        dropped = len(claims) - len(kept)
        summary = "every quoted line was found where it is said to be" if kept else "the model gave no claim that holds"
        return Answer(
            "answered" if kept else "no answer",
            summary,
            claims=tuple(dict.fromkeys(kept)),
            dropped=dropped,
            places=places,
            read=tuple(f"{p.path}:{p.start}-{p.end} ({p.why})" for p in read),
            ledger=Ledger.from_events(self.journal.events).to_json(),
        )

    def _passages(self, gateway: Gateway) -> list[Passage]:
        """What the model reads; in the journal with what was left out, and why each was chosen."""
        tokens = min(TOKENS[gateway.card.size], gateway.card.window // 2)
        read, dropped = passages(self.files, self.question, self.suspects, tokens)
        while read and not gateway.fits(self._request(gateway, read)):
            dropped.append(read.pop())
        told = {name: [[p.path, p.start, p.end, p.why] for p in ps] for name, ps in (("read", read), ("left", dropped))}
        self.journal.record("context.chosen", "answer", told, key=self.question)
        return read

    async def _claims(self, gateway: Gateway, role: str, read: Sequence[Passage]) -> list[dict[str, Any]]:
        """What the model claims; one that is not in the form asked for may try once more."""
        request, schema = self._request(gateway, read), self._schema(gateway, read)
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

    def _request(self, gateway: Gateway, read: Sequence[Passage]) -> ModelRequest:
        excerpts = "\n\n".join(passage.text(self.files[passage.path]) for passage in read)
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
