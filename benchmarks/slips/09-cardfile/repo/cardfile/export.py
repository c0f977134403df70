"""Other formats."""


def mail_header(card):
    """Return "Name <mail>"; a name with other than letters and spaces stands in quotes."""
    plain = card.name.replace(" ", "").isalpha()
    if plain:
        return f"{card.name} <{card.mail}>"
    name = card.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{card.mail}>'


def mailing_list(box, group):
    """Return the mail headers of a group's cards that have an address, joined by "; "."""
    return "; ".join(mail_header(card) for card in box.group(group) if card.mail)


def phone_book(box, width=30):
    """Return one row per card with dots between name and mail."""
    rows = []
    for card in box:
        dots = "." * max(3, width - len(card.name) - len(card.mail))
        rows.append(f"{card.name}{dots}{card.mail}")
    return "\n".join(rows)


def mail_domain(card):
    """Return what follows the "@" of a card's address in lower case, "" without an address."""
    return card.mail.partition("@")[2].lower()
