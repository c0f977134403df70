"""What goes wrong with a model, in one line each.

ModelError
├── Refused     nothing was generated and nothing charged: the call's reserve goes back to the budget
└── BrokenOff   the request was sent and no answer began: perhaps charged, so that another try needs its own reserve
"""

from devagent.errors import ModelError

_TOO_MANY, _FAULT_OF_THE_SERVER = 429, 500


class Refused(ModelError):
    """The request was never answered: no server, no key, no such model, or it said no."""


class Unreachable(Refused):
    """Nobody listens at the address of the server."""


class BrokenOff(ModelError):
    """The request was sent, and then the connection was lost or a proxy gave up. Another try may help."""


def unreachable(url: str, why: str = "") -> Unreachable:
    """Nobody listens at this address."""
    return Unreachable(
        f"nothing answers at {url}", why=why, hint="Start the server, or name another with --model or --base-url"
    )


def key_missing(provider: str, variable: str) -> Refused:
    """The provider wants a key and none is set."""
    return Refused(
        f"{provider} needs a key" + (f" and {variable} is not set" if variable else ""),
        hint=f"export {variable}=…" if variable else "Set the provider's key variable",
    )


def key_rejected(provider: str, variable: str, said: str = "") -> Refused:
    """The provider does not accept the key it was given."""
    where = f"the key in {variable}" if variable else "the request without a key"
    return Refused(
        f"{provider} rejects {where}",
        why=said,
        hint=f"Check {variable}" if variable else "Name the variable that holds the key: model.key_variable",
    )


def unknown_model(name: str, server: str, known: list[str], mend: str = "") -> Refused:
    """The server has no model of this name; `mend` is the command that gets it one."""
    listed = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    hints = [f"it has {listed}" if listed else "", f"`{mend}` gets it" if mend else ""]
    hint = "; ".join(filter(None, hints)) or "check its name"
    return Refused(f"{server} has no model {name}", hint=hint[:1].upper() + hint[1:])


def overflow(name: str, needed: int, window: int) -> Refused:
    """Prompt and answer do not fit into the context window, in tokens."""
    return Refused(
        f"the prompt and its answer need up to {needed} tokens",
        why=f"the window of {name} holds {window}",
        hint="Shorten the task, name fewer files, or use a model with a larger window",
    )


def stalled(server: str, seconds: float) -> ModelError:
    """The server accepted the request and went silent."""
    return ModelError(f"{server} sent nothing for {seconds:.0f} s", hint="Try again, or use another model")


def garbage(server: str, why: str, said: str = "") -> ModelError:
    """The server answered with something that is no completion."""
    hint = "Try again, or name another with --model or --base-url"
    return ModelError(f"the answer of {server} cannot be read", why=why, hint=hint, details=said[:2000])


def broken_off(server: str, why: str) -> BrokenOff:
    """The request was sent, and no answer came."""
    return BrokenOff(f"{server} took the request and never answered", why=why, hint="Try again")


def too_long(server: str) -> ModelError:
    """The server sends without end."""
    return garbage(server, "it is far longer than was asked for")


def failed(server: str, status: int, said: str = "") -> Refused:
    """The server reported an error that trying again did not cure; `status` 0 where it had no number."""
    what = f"{server} answered {status}" if status else f"{server} failed"
    return Refused(what, why=one_line(said), hint=_ways_on(status), details=said[:2000])


def _ways_on(status: int) -> str:
    """What to do about an error of a server, by its number."""
    if status == _TOO_MANY:
        return "Wait and go on, or name another model with --model"
    if status and status < _FAULT_OF_THE_SERVER:
        return "Name another model with --model"
    return "The fault is the server's: see its log, try again later, or name another model with --model"


def one_line(text: str, limit: int = 200) -> str:
    """Text of a stranger, cut down to fit into a one-line error."""
    joined = " ".join(text.split()).rstrip(".")
    return joined if len(joined) <= limit else joined[: limit - 1] + "…"
