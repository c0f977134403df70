"""The first rung of the coder with a small model: repair by search, which costs no tokens."""

import base64
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from devagent.code.language import language_for
from devagent.repair.search import Found, Search, Target
from devagent.sandbox.sandbox import File
from devagent.team.workbench import Attempt, Origin

if TYPE_CHECKING:
    from devagent.team.room import Room

SUSPECTS = 6
SECONDS = 40.0
KEEP = 12
TIMES_SUITE = 60.0


class RepairSearch:
    """Edits of the suspects, tried in the sandbox until one passes; each survivor goes through the gates."""

    def __init__(self, room: "Room", place: str) -> None:
        self._room, self._place = room, place
        self._search: Search | None = None
        self._survivors: AsyncIterator[Found] | None = None
        self._seen: set[str] = set()
        self.near: list[dict[str, str]] = []

    async def attempts(self) -> AsyncIterator[Attempt]:
        """Survivors as attempts, until the search is over."""
        for number in range(1, 1000):
            place = f"{self._place}/search/{number}"
            inputs = {
                "files": self._room.bench.key({}),
                "tests": list(self._room.bench.targets),
                "seen": sorted(self._seen),
            }
            found = await self._room.journal.effect("repair.search", place, inputs, self._next)
            self.near = found["near"]
            if not found["files"]:
                return
            changes = {path: self._file(path, content) for path, content in found["files"].items()}
            self._seen.add(self._room.bench.key(changes))
            origin = Origin(place, "coder", "", f"search: {found['what']}, {found['tried']} edits tried")
            yield await self._room.bench.attempt(place, changes, origin)

    async def _next(self) -> dict[str, Any]:
        """The next survivor that no earlier session has seen, or empty files and the near misses at the end."""
        async with self._room.bench.sandbox({}) as sandbox:
            search = self._search or self._begun(sandbox)
            if self._survivors is None:
                self._search, self._survivors = search, search.survivors()
            async for found in self._survivors:
                changes = {path: self._file(path, _encoded(content)) for path, content in found.files.items()}
                if self._room.bench.key(changes) not in self._seen:
                    return self._told(found)
        return {"files": {}, "what": "", "tried": search.tried, "near": self._near(search)}

    def _begun(self, sandbox: Any) -> Search:
        room, bench = self._room, self._room.bench
        suspects = room.suspects[:SUSPECTS]
        targets = [
            Target(
                s.symbol.path, bench.files[s.symbol.path].content, s.symbol.start_line, s.symbol.end_line, dict(s.lines)
            )
            for s in suspects
        ]
        sources = {
            path: file.content
            for path, file in bench.files.items()
            if language_for(path) and not bench.ecosystem.is_test(path)
        }
        passing = [r.id for r in bench.baseline.results if r.status == "passed"]
        return Search(
            sandbox,
            bench.ecosystem,
            targets,
            bench.targets,
            seconds=min(SECONDS, TIMES_SUITE * max(bench.baseline.seconds, 0.5)),
            test_seconds=bench.baseline.seconds,
            keep=passing[:KEEP],
            context=sources,
        )

    def _told(self, found: Found) -> dict[str, Any]:
        return {
            "files": {path: _encoded(content) for path, content in found.files.items()},
            "what": "; ".join(edit.description for edit in found.edits),
            "tried": found.tried,
            "near": [],
        }

    def _near(self, search: Search) -> list[dict[str, str]]:
        misses = search.partial[:3]
        return [{path: _encoded(content) for path, content in miss.files.items()} for miss in misses]

    def _file(self, path: str, content: str) -> File:
        return File(base64.b64decode(content), self._room.bench.files[path].mode)


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
