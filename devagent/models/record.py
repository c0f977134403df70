"""How model calls stand in the journal: the kinds of their events, and what a call is keyed by."""

from typing import Any

from devagent.models.model import ModelRequest

CALL = "model.call"
"""The effect. The result of `model.call.finished` has role, phase, model, local, reservation and reply."""

RESERVED = "model.reserved"
"""Right before sending: role, phase, model, local, and the worst case in tokens (of the prompt, in all) and cost."""

RELEASED = "model.released"
"""The server never answered: the reserve of the same key is given back."""


def call_inputs(model: str, request: ModelRequest) -> dict[str, Any]:
    """What makes a call the same call: the model's name and the request. Keys and addresses stay out."""
    return {"model": model, "request": request.to_json()}
