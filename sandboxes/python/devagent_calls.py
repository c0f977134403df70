"""Makes calls of a program one after the other, in processes that a call may end: what each came to.

A call that ends its process, or that nothing can stop, costs itself alone: the next ones are made in a new process.
"""

import contextlib
import hashlib
import inspect
import json
import operator
import os
import pickle
import select
import signal
import sys
import time
from pathlib import Path

from devagent_telling import arguments, call, literal, plain, short
from devagent_variations import variations

# A call may run for so long, and take so long: on a busy machine that is not the same.
CALL_SECONDS, CALL_WAIT = 0.2, 0.5
# A process that says nothing for so long is in a call that no signal interrupts.
SILENCE = 2.0
MOST_ENDED = 40
ENDED, LATE = "ends the process", "does not end"


class TooLong(BaseException):
    """A call takes too long. No `except Exception` of the program catches it."""


def made(calls, breaks, seconds):
    """What each call came to (see `outcome`), as many as there is time for; and the numbers at which a process ended.

    `breaks` are numbers of calls at which a new process begins in any case, because one did in another version: what
    calls leave behind for those after them is then the same in both.
    """
    over, found, ended = time.monotonic() + seconds, [], []
    imported({module for module, *_ in calls})
    while len(found) < len(calls) and len(ended) < MOST_ENDED and time.monotonic() < over:
        first = len(found)
        last = min([number for number in breaks if number > first], default=len(calls))
        came, how = series(calls[first:last], over)
        found += came
        if how is not None:
            found.append([f"{calls[len(found)][1]}(...)", digest([how]), how, how, None, None])
            ended.append(len(found))
        elif len(found) < last:  # the time is over
            break
    return {"came": found, "ended": ended}


def imported(modules):
    """Imports what is called once, for all processes."""
    for name in sorted(modules):
        with contextlib.suppress(BaseException):  # whatever it raises, the calls of it will raise as well
            __import__(name)


def series(calls, over):
    """What calls came to in a process of their own, and how the one after them ended it; None where none did."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            make(calls, writer, over)
        finally:
            os._exit(0)
    os.close(writer)
    found, text, how, before = [], b"", ENDED, 0.0
    while how is not None:
        ready, _, _ = select.select([reader], [], [], SILENCE)
        part = os.read(reader, 65536) if ready else b""
        runnable, ran = running(child)
        if not ready and runnable and ran - before < CALL_SECONDS:  # it has no processor, and is waited for
            how = how if time.monotonic() < over else None
            continue
        if not part:
            how = ENDED if ready or has_ended(child) else LATE
            break
        before = ran
        *lines, text = (text + part).split(b"\n")
        found += map(json.loads, lines)
        if found and found[-1] is None:
            found.pop()
            how = None
    os.close(reader)
    end(child)
    return found, how


def has_ended(child):
    """Whether a process is over; something that it started may hold its pipe open. It is still to be waited for."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def running(child):
    """Whether a process could run, and the seconds for which it has."""
    try:
        state, *numbers = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        return state == "R", sum(map(int, numbers[10:12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):  # there is no such place, or no such process any more
        return False, 0.0


def end(child):
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def make(calls, writer, over):
    """The life of a process that makes calls: a line for each, and one that says that it went on to the end."""
    os.setpgid(0, 0)
    own = os.getpid()
    for module, name, values in calls:
        if time.monotonic() > over:
            break
        came = outcome(module, name, values)
        if os.getpid() != own:  # the call has forked, and this is what it started
            return
        tell(writer, came)
    tell(writer, None)


def tell(writer, answer):
    rest = json.dumps(answer).encode() + b"\n"
    while rest:
        rest = rest[os.write(writer, rest) :]


def limit(runs, takes):
    """Has `TooLong` raised when this process has run, or taken, so many seconds from now on; 0 for never."""
    for number, timer, seconds in (
        (signal.SIGPROF, signal.ITIMER_PROF, runs),
        (signal.SIGALRM, signal.ITIMER_REAL, takes),
    ):
        signal.signal(number, late)
        signal.setitimer(timer, seconds)


def late(*_):
    raise TooLong


def outcome(module, name, values):
    """[the call, a digest of what it came to, that in few words, that in many, the call as code, that as code].

    Code is [module, name, arguments] and ["returns", value] or ["raises", module, name]; None where there is none.
    """
    text, code, answer = f"{name}(...)", None, None
    try:
        limit(CALL_SECONDS, CALL_WAIT)
        function = found_function(module, name)
        positional, keywords = restored(*values)
        text, code = call(name, positional, keywords), as_code(module, name, positional, keywords)
        before = plain([positional, keywords])
        result = function(*positional, **keywords)
        if inspect.isgenerator(result):
            result, code = [item for _, item in zip(range(200), result)], None  # noqa: B905 - the shorter one ends it
        after = plain([positional, keywords])
        came, answer = ["returned", plain(result), after], literal(result)
        answer = None if answer is None else ["returns", answer]
        words = [in_words(result, positional, keywords, leaves=after != before, whole=whole) for whole in (False, True)]
    except TooLong:
        came, words = ["late"], [LATE, LATE]
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever the program raises is what it does
        kind = type(error)
        came, words = ["raised", kind.__name__], [f"raises {kind.__name__}"] * 2
        answer = ["raises", kind.__module__, kind.__qualname__]
    finally:
        limit(0, 0)
    return [text, digest(came), *words, code, answer]


def as_code(module, name, positional, keywords):
    written = arguments(positional, keywords)
    return None if written is None else [module, name, written]


def in_words(result, positional, keywords, *, leaves, whole):
    """What a call returned, and what it left of its arguments where it changed them."""
    left = f", and leaves {call('', positional, keywords, whole=whole)}" if leaves else ""
    return short(result, whole=whole) + left


def digest(came):
    return hashlib.sha256(json.dumps(came).encode()).hexdigest()[:12]


def found_function(module, name):
    __import__(module)
    holder = sys.modules[module]
    *outer, last = name.split(".")
    if outer:
        holder = operator.attrgetter(".".join(outer))(holder)
    function = inspect.getattr_static(holder, last)
    if isinstance(function, property):
        return function.fget
    return getattr(function, "__func__", function)


def restored(values, number):
    """Arguments as they were, or the variation of that number."""
    arguments = pickle.loads(bytes.fromhex(values))
    if number is not None:
        changed = next((v for n, v in enumerate(variations(arguments)) if n == number), None)
        changed()
    return arguments
