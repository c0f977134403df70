"""Looking for cards."""


def find(box, words):
    """Return the cards which contain all words, in name or mail, whatever the case."""
    wanted = words.lower().split()
    found = []
    for card in box:
        text = f"{card.name} {card.mail}".lower()
        if all(word in text for word in wanted):
            found.append(card)
    return found


def by_initial(box):
    """Return the names of cards by the first letter of the last name."""
    result = {}
    for card in box:
        result.setdefault(card.last_name[0].upper(), []).append(card.name)
    return result


def missing_mail(box):
    """Return the names of cards without a mail address."""
    return [card.name for card in box if not card.mail]


def all_groups(box):
    """Return the names of all groups in order."""
    return sorted({name for card in box for name in card.groups})
