"""Free time of several people at once."""

from .gaps import subtract


def common_free(window, agendas, padding=0, with_tentative=True):
    """The stretches of ``window`` in which nobody has anything booked."""
    blocks = []
    for agenda in agendas:
        blocks.extend(agenda.blocks(with_tentative))
    return subtract(window, blocks, padding)


def busiest(window, agendas):
    """The owner with the least free time; the first of them in a tie."""
    def free_minutes(agenda):
        return sum(span.minutes for span in subtract(window, agenda.blocks()))

    return min(agendas, key=free_minutes).owner
