"""The result of merging one file."""

from dataclasses import dataclass

from devagent.merge.decision import Decision
from devagent.merge.envelope import Envelope
from devagent.merge.markers import MARKER_SIZE, Style, render
from devagent.merge.regions import Clean, Conflict, Regions, conflicts, decisions, is_clean
from devagent.merge.versions import Versions


@dataclass(frozen=True)
class Merged:
    """What became of one file.

    Arguments:
        versions: the three versions that were merged, without their surroundings; spans count their lines.
        regions: the merged file, with the conflicts that are left.
        envelope: byte order mark, line endings and final newline of the result.
    """

    versions: Versions
    regions: Regions
    envelope: Envelope

    @property
    def is_clean(self) -> bool:
        """Whether no conflict is left."""
        return is_clean(self.regions)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided, in the order of the file; empty if the lines merged by themselves."""
        return tuple(decisions(self.regions))

    @property
    def unresolved(self) -> tuple[Conflict, ...]:
        """The conflicts that are left, each with what would be proposed for it."""
        return tuple(conflicts(self.regions))

    def content(self, *, style: Style = Style.MERGE, size: int = MARKER_SIZE) -> bytes:
        """The file, byte for byte, with markers (`size` characters each) around what is unresolved."""
        body = render(self.regions, self.versions.labels, style=style, size=size)
        ends_open = bool(self.regions) and not isinstance(self.regions[-1], Clean)
        return self.envelope.wrap(body, keep_newline=ends_open)
