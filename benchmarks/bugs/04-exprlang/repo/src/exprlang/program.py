"""Programs, ready to be run as often as one likes."""

from .library import LIBRARY
from .machine import Machine
from .parser import Parser
from .scope import Scope


class Program:
    """A parsed program."""

    def __init__(self, text):
        self._parts = Parser(text).program()

    def run(self, names=None):
        """The value of the last part; None for an empty program."""
        scope = Scope(Scope(names=LIBRARY), names)
        machine = Machine()
        value = None
        for part in self._parts:
            value = machine.evaluate(part, scope)
        return value


def run(text, names=None):
    """Parse and run a program at once."""
    return Program(text).run(names)
