"""In a large repository, the files worth parsing: those known to matter, then those that speak of it."""

import math
from collections.abc import Collection, Iterable, Mapping

MAX_PARSED = 3_000_000


def narrowed(
    files: Mapping[str, bytes], certain: Collection[str], words: Iterable[str], budget: int = MAX_PARSED
) -> list[str]:
    """The paths of the files to look into: all of them if they fit in `budget` bytes together.

    Otherwise the `certain` ones and then those that hold most of the words, rare words counting more, up to the budget.
    """
    if sum(map(len, files.values())) <= budget:
        return list(files)
    terms = sorted({word.encode() for word in words if len(word) > 2})
    lowered = {path: content.lower() for path, content in files.items()}
    holders = {term: {path for path, content in lowered.items() if term in content} for term in terms}
    weight = dict.fromkeys(files, 0.0)
    for having in holders.values():
        for path in having:
            weight[path] += math.log(1 + len(files) / len(having))
    chosen: list[str] = []
    for path in sorted(files, key=lambda p: (p not in certain, -weight[p], len(files[p]), p)):
        if path in certain or len(files[path]) <= budget:
            chosen.append(path)
            budget -= len(files[path])
    return chosen
