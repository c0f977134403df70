"""What a command left running in a container, and how long it may go on."""

import asyncio
import time

from devagent.sandbox.shell import Shell

_INTERVAL = 0.02
_MOST = 64

# The names of the unprivileged user's processes. Shell builtins only: that user may have used up all processes.
_LIVING = (
    "{ for p in /proc/[0-9]*; do while read -r k v _; do case $k in Name:) n=$v;; State:) s=$v;; "
    'Uid:) [ "$v" != 1000 ] || [ "$s" = Z ] || echo "$n"; break;; esac; done <$p/status; done; } 2>/dev/null; :'
)


async def left_running(keeper: Shell, seconds: float) -> tuple[str, ...]:
    """Give what a command left running so much time to end by itself; the names of the processes that did not.

    Arguments:
        keeper: the shell of the user whom nothing untrusted can reach.
    """
    end = time.monotonic() + seconds
    while seconds:
        names = (await keeper.check("look for processes", _LIVING)).decode(errors="replace").split()
        if not names or time.monotonic() >= end:
            return tuple(names[:_MOST])
        await asyncio.sleep(_INTERVAL)
    return ()
