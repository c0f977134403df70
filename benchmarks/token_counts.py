"""How far devagent's estimate of tokens is from what the embedded model's own tokenizer counts.

    python benchmarks/token_counts.py REPOSITORY... [--files 300]

Takes files of every language that the repositories (git work trees) have, as many of each as there are to be had
evenly, and maps of the repositories; prints the spread of estimate / count for each. Files of over 20,000 characters
are cut there. Needs the embedded model (`devagent model pull`).
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

import httpx
from figures import Figure, print_table, report
from scratch import DEVAGENT, clean_environment, git

from devagent.journal.tokens import estimate_tokens
from devagent.models.embedded import default_plan
from devagent.models.server import acquire

LONGEST = 20_000
SHORTEST = 400
SUFFIXES = {
    **{".py": "Python", ".js": "JavaScript", ".ts": "TypeScript", ".tsx": "TypeScript", ".java": "Java", ".go": "Go"},
    **{".rs": "Rust", ".c": "C", ".h": "C", ".cpp": "C++", ".cs": "C#", ".rb": "Ruby", ".php": "PHP"},
    **{".kt": "Kotlin", ".scala": "Scala", ".sh": "Bash", ".json": "JSON", ".yml": "YAML", ".yaml": "YAML"},
    **{".toml": "TOML", ".html": "HTML", ".css": "CSS", ".md": "Markdown", ".rst": "Markdown"},
}
FOCUSES = ("", "error handling", "read the configuration", "cache", "parse the input", "connection timeout")


def main() -> int:
    """Count, print, and say by the exit code whether nine in ten are within a tenth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--files", type=int, default=300, help="how many files to take in all")
    options = parser.parse_args()
    texts = {"maps": list(maps(options.repositories)), **files(options.repositories, options.files)}
    ratios = asyncio.run(measured(texts))
    everything = [ratio for name in texts for ratio in ratios[name]]
    rows = [(name, len(ratios[name]), *spread(ratios[name])) for name in texts if ratios[name]]
    rows.append(("all", len(everything), *spread(everything)))
    print_table(("texts", "count", "least", "5 %", "median", "95 %", "most"), rows)
    off = [median(ratios[name]) for name in texts if ratios[name]]
    within = sum(0.9 <= ratio <= 1.1 for ratio in everything) / len(everything)
    return report(
        [
            Figure("texts", len(everything), 200, at_least=True),
            Figure("share of texts within 10 %", within),
            Figure("maps: the furthest from 1", max(abs(ratio - 1) for ratio in ratios["maps"]), 0.1),
            Figure("languages: the furthest median from 1", max(abs(ratio - 1) for ratio in off), 0.1),
        ]
    )


def files(repositories: Sequence[Path], wanted: int) -> Mapping[str, list[str]]:
    """Texts of files by language: of each language as many as of any other, where there are."""
    found: dict[str, list[Path]] = {}
    for root in repositories:
        for path in git(root, "ls-files", "-z").split("\0"):
            if language := SUFFIXES.get(Path(path).suffix.lower()):
                found.setdefault(language, []).append(root / path)
    chance = random.Random(1)
    each = -(-wanted // max(len(found), 1))
    return {language: list(_texts(chance.sample(paths, len(paths)), each)) for language, paths in sorted(found.items())}


def _texts(paths: Sequence[Path], wanted: int) -> Iterator[str]:
    for path in paths:
        if wanted and path.is_file() and not path.is_symlink():
            text = path.read_bytes()[:LONGEST].decode("utf-8", "ignore")
            if len(text) >= SHORTEST:
                wanted -= 1
                yield text


def maps(repositories: Sequence[Path]) -> Iterator[str]:
    """Maps of every repository for some focuses."""
    with tempfile.TemporaryDirectory() as config:
        for root in repositories:
            for focus in FOCUSES:
                command = [DEVAGENT, "map", "-q", "-C", str(root), *(["--focus", focus] if focus else [])]
                done = subprocess.run(command, env=clean_environment(Path(config)), capture_output=True, text=True)
                if done.returncode == 0:
                    yield done.stdout


async def measured(texts: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    """Estimate / count of each text."""
    lease = await acquire(default_plan())
    headers = {"Authorization": f"Bearer {lease.api_key}"}
    try:
        async with httpx.AsyncClient(headers=headers, timeout=600, trust_env=False) as client:
            address = lease.endpoint.base_url.removesuffix("/v1") + "/tokenize"

            async def count(text: str) -> int:
                answer = await client.post(address, json={"content": text})
                return len(answer.raise_for_status().json()["tokens"])

            return {name: [estimate_tokens(text) / await count(text) for text in own] for name, own in texts.items()}
    finally:
        lease.release()


def spread(ratios: Sequence[float]) -> tuple[str, ...]:
    """The least, the twentieth, the middle, the last but nineteen, the most."""
    cuts = quantiles(ratios, n=20) if len(ratios) > 1 else [ratios[0]] * 19
    return tuple(f"{ratio:.2f}" for ratio in (min(ratios), cuts[0], median(ratios), cuts[18], max(ratios)))


if __name__ == "__main__":
    sys.exit(main())
