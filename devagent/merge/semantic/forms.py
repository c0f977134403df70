"""The signatures of what a file of a version defines."""

from devagent.merge.semantic.crossing import reachable
from devagent.merge.semantic.signatures import Signature, signatures
from devagent.merge.semantic.view import View


def forms(view: View, path: str) -> dict[str, tuple[Signature, ...]]:
    """The signatures of what a file defines, by qualified name."""
    known = signatures(path, view.text(path))
    found: dict[str, tuple[Signature, ...]] = {}
    for definition in reachable(view, path):
        signature = known.get((definition.name, definition.start_line))
        if signature is not None:
            found[definition.qualified] = (*found.get(definition.qualified, ()), signature)
    return found
