"""One card."""

from dataclasses import dataclass

from .fields import join_fields, split_fields


@dataclass(frozen=True)
class Card:
    """A name, a mail address and groups."""

    name: str
    mail: str = ""
    groups: tuple = ()

    @classmethod
    def from_line(cls, line):
        """Read a card from a line of up to three fields; the groups are a list in one field."""
        fields = split_fields(line)
        if len(fields) > 3 or not fields[0]:
            raise ValueError(f"bad card {line!r}")
        name, mail, groups = fields + [""] * (3 - len(fields))
        names = tuple(part.strip() for part in groups.split(",") if part.strip())
        return cls(name, mail, names)

    def to_line(self):
        """Return the line of the card; empty fields at the end are left out."""
        fields = [self.name, self.mail, ", ".join(self.groups)]
        while not fields[-1]:
            fields.pop()
        return join_fields(fields)

    @property
    def last_name(self):
        """Return the last word of the name."""
        return self.name.split()[-1]
