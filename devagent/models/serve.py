"""The child process that serves the embedded model: `python -m devagent.models.serve PLAN READY_DESCRIPTOR`.

Started by `devagent.models.server`. It detaches, loads the weights, says "ready" through the descriptor (or why not),
and ends when nobody has held a lease for the plan's idle time, or on SIGTERM.
"""

import json
import os
import signal
import sys
import time
from dataclasses import asdict
from typing import Any

from devagent.journal.files import write_atomically
from devagent.journal.lock import take
from devagent.models.server import Endpoint, Plan, began

PROMPT_CACHE_MIB = 512
DRAFT_MATCH, DRAFT_LENGTH = 12, 48


def main(plan: Plan, ready: int) -> None:
    """Serve until idle."""
    signal.signal(signal.SIGTERM, lambda *_: _leave(plan))
    try:
        server = _load(plan)
    except Exception as error:  # noqa: BLE001 whatever the engine throws, the one who waits for us must read it
        os.write(ready, str(error).encode()[:500])
        os._exit(1)
    endpoint = Endpoint(f"{server.listening_address}/v1", os.getpid(), began(os.getpid()))
    write_atomically(plan.file("json"), json.dumps(asdict(endpoint)).encode())
    os.write(ready, b"ready")
    os.close(ready)
    _wait_until_idle(plan)
    _leave(plan)


def parameters(plan: Plan) -> Any:
    """The engine's parameters for a plan."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = plan.weights
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [plan.file("key").read_text()]
    params.ui, params.endpoint_slots = False, False
    params.n_parallel, params.n_ctx, params.kv_unified = plan.slots, plan.context, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = plan.threads or os.cpu_count() or 1
    params.use_jinja, params.cache_prompt, params.cache_ram_mib = True, True, PROMPT_CACHE_MIB
    params.verbosity = 1
    # A rewritten function repeats most of the prompt: drafts are copied from it and checked in one batch.
    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    params.speculative.ngram_simple.size_n = DRAFT_MATCH
    params.speculative.ngram_simple.size_m = DRAFT_LENGTH
    return params


def _load(plan: Plan) -> Any:
    import xllamacpp

    return xllamacpp.Server(parameters(plan))


def _wait_until_idle(plan: Plan) -> None:
    """Returns with the lease locked: whoever comes now waits until this process is gone."""
    used = time.monotonic()
    while True:
        lease = take(plan.file("lease"))
        if lease is None:
            used = time.monotonic()
        elif time.monotonic() - used >= plan.idle:
            return
        else:
            os.close(lease)
        time.sleep(min(1.0, plan.idle / 4))


def _leave(plan: Plan) -> None:
    # No clean-up of the engine: its destructors wait for requests in flight, and the system takes the memory back.
    plan.file("json").unlink(missing_ok=True)
    os._exit(0)


if __name__ == "__main__":
    descriptor = int(sys.argv[2])
    if os.fork():
        os._exit(0)
    os.write(descriptor, os.getpid().to_bytes(4, "big"))
    main(Plan(**json.loads(sys.argv[1])), descriptor)
