"""What requests cost in tokens: estimates, and bounds to reserve by, where no tokenizer is at hand."""

import math
from collections.abc import Callable

from devagent.journal.tokens import estimate_tokens
from devagent.models.model import ModelRequest

_MESSAGE_OVERHEAD = 5
_REPLY_OVERHEAD = 3
_MARGIN = 1.3
_SLACK = 16


def worst_case_tokens(text: str) -> int:
    """A count that the text will hardly exceed, for reserving. Never more than its bytes, which is a true bound."""
    return min(math.ceil(estimate_tokens(text) * _MARGIN) + _SLACK, len(text.encode(errors="surrogatepass")))


def most_characters(max_tokens: int) -> int:
    """A length that an answer of so many tokens does not have: what is longer comes from a server that ignores it."""
    return 1000 + 16 * max_tokens


def estimate_prompt(request: ModelRequest) -> int:
    """About how many tokens the prompt of a request has, with what its template adds."""
    return _prompt(request, estimate_tokens)


def worst_case_prompt(request: ModelRequest) -> int:
    """A count that the prompt will hardly exceed, for reserving."""
    return _prompt(request, worst_case_tokens)


def _prompt(request: ModelRequest, count: Callable[[str], int]) -> int:
    texts = [message.text for message in request.messages]
    if (gap := request.gap) is not None:
        texts += [gap.path, gap.before, gap.after, *(part for file in gap.files for part in file)]
    return _REPLY_OVERHEAD + sum(_MESSAGE_OVERHEAD + count(text) for text in texts)
