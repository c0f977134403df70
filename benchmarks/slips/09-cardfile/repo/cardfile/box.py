"""Many cards."""

from .card import Card


class CardBox:
    """Cards by name, in order of their last names."""

    def __init__(self, cards=()):
        self._cards = {}
        for card in cards:
            self.put(card)

    @classmethod
    def from_text(cls, text):
        """Read one card per line; empty lines and those with "#" in front are skipped."""
        lines = (line.strip() for line in text.splitlines())
        return cls(Card.from_line(line) for line in lines if line and not line.startswith("#"))

    def to_text(self):
        """Return the lines of all cards, each with a line end."""
        return "".join(card.to_line() + "\n" for card in self)

    def put(self, card):
        """Put a card in, in place of one with the same name."""
        self._cards[card.name] = card

    def __iter__(self):
        """Go through the cards in order of last name, then name."""
        return iter(sorted(self._cards.values(), key=lambda c: (c.last_name.lower(), c.name)))

    def __len__(self):
        return len(self._cards)

    def group(self, name):
        """Return the cards of a group."""
        return [card for card in self if name in card.groups]
