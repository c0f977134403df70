"""Which functions a variant of a source file changes, so that new code can be put into those that are there already."""

import functools
import gc
import os
import types


def compiled(content, name):
    """Code of a source file; None when it does not compile."""
    try:
        return compile(content, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError):  # all that hostile sources raise
        return None


def changed(old, new):
    """(old, new) code of the functions that differ; None when anything else differs."""
    if (old.co_code, old.co_names) != (new.co_code, new.co_names) or len(old.co_consts) != len(new.co_consts):
        return None
    pairs = []
    for before, after in zip(old.co_consts, new.co_consts, strict=True):
        if not isinstance(before, types.CodeType) or not isinstance(after, types.CodeType):
            if type(before) is not type(after) or before != after:
                return None
        elif before.co_name != after.co_name:
            return None
        elif before.co_flags & 1:
            pairs += functions_in(before, after)
        elif (inner := changed(before, after)) is None:
            return None
        else:
            pairs += inner
    return pairs


def functions_in(old, new):
    """A function's pair of codes, and those of the functions inside it as far as they match."""
    if old == new:
        return []
    before, after = ([c for c in code.co_consts if isinstance(c, types.CodeType)] for code in (old, new))
    inner = [pair for a, b in zip(before, after, strict=False) if a.co_name == b.co_name for pair in functions_in(a, b)]
    return [(old, new), *inner]


def functions_by_place(paths):
    """The functions that live in this process and come from one of the files, by their place."""
    found = {}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType and file_of(thing.__code__.co_filename) in paths:
            found.setdefault(place(thing.__code__), []).append(thing)
    return found


def place(code):
    """What tells the functions of a program apart."""
    return file_of(code.co_filename), code.co_firstlineno, code.co_name


@functools.cache
def file_of(name):
    """The file that a name means: a search path like `../lib` stands in the names of what is imported by it."""
    return os.path.abspath(name)  # noqa: PTH100 - with its links, as the paths of the task


def note(frame, event, watched, ran):
    """A profile function's work: adds to `ran` the places of functions in `watched` files that are called."""
    if event == "call" and frame.f_code.co_flags & 1 and file_of(frame.f_code.co_filename) in watched:
        ran.add(place(frame.f_code))
