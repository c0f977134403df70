"""Gaps as the raw prompts of models that were trained to fill them, in the form that a model's card gives.

Under `extra.fill` stand `gap`, a pattern of {before} and {after}; `file`, a pattern of {path} and {text}, put before
the gap for each other file and for the head of its own; `stop`, the words that end an answer; and `parallel`, how many
answers to one gap are decoded at once to advantage. prompts/models/embedded.toml is an example.
"""

import re
from collections.abc import Mapping
from typing import Any

from devagent.models.model import Gap, ModelCard

_CONTROL = re.compile(r"<(?=\|)")


def fills_gaps(card: ModelCard) -> bool:
    """Whether a model can be asked to fill a gap."""
    return bool(_form(card))


def fills_at_once(card: ModelCard) -> int:
    """How many answers to one gap are worth asking for at once."""
    return int(_form(card).get("parallel", 1))


def gap_prompt(card: ModelCard, gap: Gap) -> str:
    """The raw prompt. What stands in the texts cannot pass for one of the model's control words."""
    form = _form(card)
    files = "".join(str(form["file"]).format(path=_plain(path), text=_plain(text)) for path, text in gap.files)
    own = str(form["file"]).format(path=_plain(gap.path), text="").rstrip("\n") + "\n"
    return files + own + str(form["gap"]).format(before=_plain(gap.before), after=_plain(gap.after))


def gap_stops(card: ModelCard) -> list[str]:
    """The words that end what fills a gap."""
    return [str(word) for word in _form(card).get("stop", ())]


def _form(card: ModelCard) -> Mapping[str, Any]:
    form = card.extra.get("fill", {})
    return form if isinstance(form, Mapping) else {}


def _plain(text: str) -> str:
    return _CONTROL.sub("< ", text)
