"""aider's repository map, for the benchmarks that stand beside it. Runs in an environment that has aider-chat.

    python benchmarks/aider_map.py ROOT TOKENS [SUBJECT] [--serve]

Prints the map of the git repository ROOT for a subject line. With `--serve`: reads subject lines as JSON strings from
stdin and answers each with the lines that the map shows, as {path: [line, ...]}.

Like `Coder.get_repo_map` of aider, with no file in the chat: words of the message are mentioned identifiers; files
whose whole name stands in it are mentioned files, and so are those whose stem is one of its words.
"""

import argparse
import json
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aider.repomap import RepoMap

ROOT = Path(__file__).parents[1]


class Silent:
    """What RepoMap wants of a terminal: nothing is shown."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_more: None

    def read_text(self, name: str) -> str:
        return Path(name).read_text(encoding="utf-8", errors="ignore")


class Counter:
    """What RepoMap wants of a model: a count of tokens. It is devagent's, so that both maps are as long."""

    def __init__(self) -> None:
        # devagent itself is not in this environment.
        spec = spec_from_file_location("tokens", ROOT / "devagent" / "journal" / "tokens.py")
        assert spec is not None
        assert spec.loader is not None
        self._tokens = module_from_spec(spec)
        spec.loader.exec_module(self._tokens)

    def token_count(self, text: str) -> int:
        count: int = self._tokens.estimate_tokens(text)
        return count


class Map(RepoMap):
    """RepoMap that remembers which lines each rendered file shows."""

    shown: dict[tuple[str, str], set[int]]

    def render_tree(self, abs_fname: str, rel_fname: str, lois: list[int]) -> str:
        rendered = super().render_tree(abs_fname, rel_fname, lois)
        context = self.tree_context_cache[rel_fname]["context"]
        lines = context.show_lines if hasattr(context, "show_lines") else ()
        self.shown.setdefault((rel_fname, rendered), set()).update(line + 1 for line in lines)
        return rendered


def main() -> None:
    """Print the map, or serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=Path)
    parser.add_argument("tokens", type=int)
    parser.add_argument("subject", nargs="?", default="")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()
    if not options.serve:
        print(map_of(options.root, options.tokens, options.subject)[0])
        return
    for line in sys.stdin:
        text, made = map_of(options.root, options.tokens, json.loads(line), mentions=True)
        print(json.dumps(shown_lines(text, made)), flush=True)


def map_of(root: Path, tokens: int, subject: str, *, mentions: bool = False) -> tuple[str, Map]:
    """The map of a repository for a subject line; with `mentions`, also for the files that it mentions."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    paths = [path for path in listed.split("\0") if path and (root / path).is_file()]
    words = set(re.split(r"\W+", subject))
    made = Map(map_tokens=tokens, root=str(root), main_model=Counter(), io=Silent(), map_mul_no_files=1)
    made.shown = {}
    files = mentioned_files(paths, subject, words) if mentions else set()
    everything = [str(root / path) for path in paths]
    text = made.get_repo_map([], everything, mentioned_fnames=files, mentioned_idents=words)
    return text or "", made


def mentioned_files(paths: list[str], subject: str, words: set[str]) -> set[str]:
    """The files that aider's chat takes as mentioned by a message, by its own methods."""
    from aider.coders.base_coder import Coder

    chat = SimpleNamespace(
        abs_read_only_fnames=(),
        get_addable_relative_files=lambda: paths,
        get_all_relative_files=lambda: paths,
        get_inchat_relative_files=lambda: (),
    )
    files: set[str] = Coder.get_file_mentions(chat, subject)
    return files | Coder.get_ident_filename_matches(chat, words)


def shown_lines(text: str, made: Map) -> dict[str, list[int]]:
    """The lines of each file that a map shows."""
    sections = set(text.strip("\n").split("\n\n"))
    return {
        path: sorted(lines)
        for (path, rendered), lines in made.shown.items()
        if "\n".join(line[:100] for line in f"{path}:\n{rendered}".splitlines()) in sections
    }


if __name__ == "__main__":
    main()
