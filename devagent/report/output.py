"""Results on stdout: text for people, JSON for programs. The one place that knows what results look like."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devagent.report.alternatives import print_alternatives
from devagent.report.chosen import print_context
from devagent.report.shown import json_text
from devagent.report.telling import plural
from devagent.sandbox.output import visible
from devagent.workflows.results import Observed, RunResult, TestsResult

if TYPE_CHECKING:
    from rich.console import Console

    from devagent.config.settings import Loaded
    from devagent.proposal.apply import Done
    from devagent.workflows.checks import Examination
    from devagent.workflows.looking import RunLine, RunView
    from devagent.workflows.models import ModelLine, Served

MARKS = {"pass": "✓", "fail": "✗", "no-verdict": "?"}
COLOURS = {"pass": "green", "fail": "red", "no-verdict": "yellow"}


def print_run(result: RunResult, *, as_json: bool, events: bool = False) -> None:
    """How a run ended."""
    if as_json or events:
        _print_json(result.to_json(), compact=events)
        return
    console = _console()
    if result.outcome == "green":
        console.print(_sentence(result.summary), markup=False)
        return
    if result.diff:
        if result.outcome not in ("proposed", "unverified"):
            _print_title(console, result.evidence)
        _print_diff(console, result.diff)
    _print_since(console, result.revises, result.since)
    _print_evidence(console, result.evidence)
    print_alternatives(console, result.alternatives)
    for label, lines in (("assumed", result.assumptions), ("note", result.notes)):
        for line in lines:
            console.print(f"  {label}: {line}", markup=False, soft_wrap=True)
    _print_end(console, result)


def print_tests(result: TestsResult, *, as_json: bool) -> None:
    """What a test run showed, the bad ones with their message."""
    if as_json:
        _print_json(result.to_json())
        return
    console = _console()
    for test in result.tests:
        colour = {"passed": "green", "skipped": "yellow"}.get(test["status"], "red")
        console.print(f"[{colour}]{test['status']:8}[/{colour}]", end="")
        console.print(f"{test['id']}  ({_seen(test)})", markup=False, highlight=False, soft_wrap=True)
        if test["status"] in ("failed", "error") and test["message"]:
            for line in test["message"].strip().splitlines()[:6]:
                console.print(f"          {line}", markup=False, highlight=False, soft_wrap=True)
    counts = {s: sum(t["status"] == s for t in result.tests) for s in ("passed", "failed", "error", "skipped")}
    told = ", ".join(f"{n} {s}" for s, n in counts.items() if n) or "no tests"
    if result.trouble:
        console.print(f"No verdict: {result.trouble}.", style="yellow", markup=False, soft_wrap=True)
    console.print(f"{told} in {result.seconds:.1f} s ({result.ecosystem}, sandbox: {result.sandbox})", markup=False)


def _seen(test: dict[str, Any]) -> str:
    """How long a test took; of a bad one that is not named by its file, where it is."""
    file = test["file"] if test["status"] in ("failed", "error") else ""
    return (f"{file}, " if file and not test["id"].startswith(file) else "") + f"{test['seconds']:.2f} s"


def print_view(seen: "RunView", *, as_json: bool, conversation: bool, context: bool = False) -> None:
    """A run as `show` tells it."""
    if as_json:
        _print_json(seen.to_json())
        return
    console = _console()
    console.print(f"Run {seen.run}: {seen.state}", style="bold", markup=False)
    console.print(f"Task: {seen.task}", markup=False, soft_wrap=True)
    if seen.revises:
        console.print(f"Revises {seen.revises}: {seen.feedback}", markup=False, soft_wrap=True)
    if seen.revised_by:
        console.print(f"Revised by {', '.join(seen.revised_by)}", markup=False, soft_wrap=True)
    if seen.failure:
        what = "an answer" if seen.is_question else "a proposal"
        console.print(f"Ended without {what}: {seen.failure}", style="yellow", markup=False, soft_wrap=True)
    if seen.diff:
        console.print()
        if seen.failure:
            _print_title(console, seen.evidence)
        _print_diff(console, seen.diff)
    _print_since(console, seen.revises, seen.since)
    _print_evidence(console, seen.evidence)
    print_alternatives(console, seen.alternatives, whole=True)
    for line in (*(f"assumed: {a}" for a in seen.assumptions), *(f"note: {n}" for n in seen.notes)):
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if seen.steps:
        console.print("\nWho did what", style="bold")
    for step in seen.steps:
        console.print(f"  {step}", markup=False, highlight=False, soft_wrap=True)
    _print_ledger(console, seen.ledger)
    if context:
        print_context(seen.context)
    if conversation:
        _print_conversation(console, seen.conversation)
    elif seen.conversation:
        console.print(f"\n{plural(len(seen.conversation), 'model call')}: --conversation shows what was said.")


def print_patch(seen: "RunView") -> None:
    """The patch and nothing else, byte for byte."""
    sys.stdout.buffer.write(seen.patch)
    sys.stdout.buffer.flush()


def print_runs(runs: "Sequence[RunLine]", *, as_json: bool) -> None:
    """One line a run."""
    if as_json:
        _print_json({"devagent": 1, "kind": "runs", "runs": [vars(line) for line in runs]})
        return
    if not runs:
        print("No runs yet. Start one with: devagent fix")
    width = max((len(line.state) for line in runs), default=0)
    for line in runs:
        task = f"revises {line.revises}: {line.task}" if line.revises else line.task
        print(visible(f"{line.run}  {line.state:{width}}  {task}"))


def print_change(verb: str, done: "Done", *, as_json: bool) -> None:
    """What `apply` ("applied") or `undo` ("undone") did to the checkout."""
    if as_json:
        _print_json({"devagent": 1, "kind": verb, **vars(done)})
        return
    applied = verb == "applied"
    since = "since the run started" if applied else "since it was applied"
    for path in done.paths:
        if path in done.merged:
            print(visible(f"merged {path}, which had changed {since}"))
        else:
            print(visible(f"{'wrote' if applied else 'restored'} {path}"))
    for path in done.already:
        print(visible(f"left {path}, which is so already"))
    if done.staged and not done.commit:
        print(f"{'staged' if applied else 'unstaged'} {plural(len(done.staged), 'file')}")
    if done.commit:
        print(visible(_commit_line(done, applied=applied)))
    print(f"{verb} {done.run}" + ("; `devagent undo` takes it back" if applied else ""))


def _commit_line(done: "Done", *, applied: bool) -> str:
    commit, name = done.commit[:10], done.ref.removeprefix("refs/heads/")
    if done.paths or done.already:
        return f"committed {commit} on {name}" if applied else f"took back commit {commit} on {name}"
    return f"made branch {name} at {commit}" if applied else f"deleted branch {name} (it was at {commit})"


def print_checks(result: "Examination", *, as_json: bool) -> None:
    """What `doctor`, `sandbox check` and `model check` found."""
    if as_json:
        _print_json(result.to_json())
        return
    console = _console()
    for check in result.checks:
        mark, colour = {"works": ("✓", "green"), "broken": ("✗", "red")}.get(check.state, ("–", "yellow"))
        console.print(f"[{colour}]{mark}[/{colour}] ", end="")
        console.print(f"{check.name}: {check.found}", markup=False, highlight=False, soft_wrap=True)
        if check.mend:
            console.print(f"    mend it with: {check.mend}", markup=False, highlight=False, soft_wrap=True)
    if result.summary:
        console.print(result.summary, markup=False)


def print_settings(loaded: "Loaded", user_file: Path, *, as_json: bool) -> None:
    """Every setting, its value, and its layer."""
    from devagent.config.settings import flatten
    from devagent.journal.secrets import Secrets

    values = Secrets().redacted(flatten(loaded.settings.model_dump(mode="json")))
    if as_json:
        shown = {k: {"value": v, "from": loaded.origins.get(k, "default")} for k, v in values.items()}
        _print_json({"devagent": 1, "kind": "settings", "settings": shown, "user_file": str(user_file)})
        return
    width = max(map(len, values))
    for key, value in values.items():
        print(
            visible(f"{key:{width}} = {json.dumps(value, ensure_ascii=False)}  ({loaded.origins.get(key, 'default')})")
        )
    print(f"\nYour own settings: {user_file}{'' if user_file.exists() else ' (does not exist)'}")
    print("For one repository: git config devagent.sandbox.memory-mib 4096 (git writes - where we write _)")


def print_models(models: "Sequence[ModelLine]", *, as_json: bool) -> None:
    """The models that are known."""
    if as_json:
        _print_json({"devagent": 1, "kind": "models", "models": [vars(line) for line in models]})
        return
    head = ("model", "size", "window", "price", "state")
    print_rows([head, *((m.name, m.size, f"{m.window:,}", m.price, m.state) for m in models)])
    print("\n* stands for any ending. Others work too: --model PROVIDER/NAME, ollama/NAME, or NAME with --base-url")


def print_served(served: "Served", *, as_json: bool) -> None:
    """Where the embedded model is served. Flushed, because the command goes on."""
    if as_json:
        _print_json(served.to_json(), compact=True)
    else:
        print(f"base URL  {served.base_url}\nmodel     {served.model}\nkey       in the file {served.key_file}")
    sys.stdout.flush()


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Columns, aligned."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))] if rows else []
    for row in rows:
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _print_end(console: "Console", result: RunResult) -> None:
    """How it ended and what to do next: the last lines, because they are what matters."""
    colour = {"proposed": "green", "unverified": "yellow"}.get(result.outcome, "red")
    total = result.ledger["total"]
    tokens = plural(total["prompt_tokens"] + total["completion_tokens"], "token")
    outcome = {"out of budget": "Stopped by a limit"}.get(result.outcome, result.outcome.capitalize())
    console.print(f"\n{outcome}: {result.summary}", style=colour, markup=False, soft_wrap=True)
    console.print(f"{result.seconds:.0f} s, {tokens}, {plural(result.attempts, 'attempt')}", markup=False)
    if advice := _advice(result):
        console.print(advice, markup=False, soft_wrap=True)


def _advice(result: RunResult) -> str:
    match result.outcome:
        case "proposed":
            return f"Next: devagent show {result.run}, devagent apply {result.run}"
        case "unverified":
            return f"Read it first: devagent show {result.run}; then devagent apply --unverified {result.run}"
        case "not resolved":
            said = (
                f'Say it in other words: devagent revise {result.revises} "FEEDBACK"; or a' if result.revises else "A"
            )
            return f"{said} stronger model may do it: --model NAME"
        case _:
            return ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _print_evidence(console: "Console", evidence: Sequence[Observed]) -> None:
    if evidence:
        console.print("\nEvidence", style="bold")
    for item in evidence:
        colour = COLOURS[item.verdict]
        console.print(f"  [{colour}]{MARKS[item.verdict]}[/{colour}] ", end="")
        console.print(f"{item.gate}: {item.summary}", markup=False, highlight=False, soft_wrap=True)
        for line in item.details[:8]:
            console.print(f"      {line}", markup=False, highlight=False, soft_wrap=True)


def _print_title(console: "Console", evidence: Sequence[Observed]) -> None:
    """What a diff is that is no proposal."""
    title = (
        "The best attempt, which was not good enough:" if evidence else "The test that the tester wrote, and no more:"
    )
    console.print(title, style="bold")


def _print_since(console: "Console", revises: str, since: str) -> None:
    if since:
        console.print(f"\nWhat has changed since the proposal of {revises}:", style="bold", markup=False)
        _print_diff(console, since)


def _print_diff(console: "Console", diff: str) -> None:
    lines = [visible(line.removesuffix("\r")) for line in diff.removesuffix("\n").split("\n")]
    if not console.is_terminal:
        print("\n".join(lines))
        return
    from rich.text import Text

    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        bold = line.startswith(("+++", "---", "diff ", "index "))
        console.print(Text(line, style="bold" if bold else styles.get(line[:1], "")), soft_wrap=True)


def _print_ledger(console: "Console", ledger: dict[str, Any]) -> None:
    total = ledger["total"]
    if not total["calls"]:
        console.print("\nLedger: no model was called", markup=False)
        return
    cost = "price unknown" if total["cost"] is None else f"${total['cost']:.4f}"
    console.print("\nLedger", style="bold")
    for kind in ("phases", "models"):
        for name, line in ledger[kind].items():
            tokens = f"{line['prompt_tokens']:,} tokens in, {line['completion_tokens']:,} out"
            console.print(f"  {name}: {plural(line['calls'], 'call')}, {tokens}, {line['seconds']:.1f} s", markup=False)
    console.print(
        f"  cost: {cost}; energy: about {total['joules'] / 3600:.2f} Wh (estimated, local models only)", markup=False
    )


def _print_conversation(console: "Console", calls: Sequence[dict[str, Any]]) -> None:
    for call in calls:
        console.print(f"\n── {call['place']} ({call['role']}, {call['model']})", style="bold", markup=False)
        for speaker, text in call["messages"]:
            console.print(f"[{speaker}]", style="cyan", markup=False)
            console.print(text, markup=False, highlight=False, soft_wrap=True)
        console.print("[answer]", style="green", markup=False)
        console.print(call["answer"], markup=False, highlight=False, soft_wrap=True)


def _console() -> "Console":
    from rich.console import Console

    class Output(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            """Print; what comes from files, tests and models cannot steer the terminal."""
            super().print(*(visible(thing) if isinstance(thing, str) else thing for thing in objects), **options)

        def on_broken_pipe(self) -> None:
            # Rich would end the process with 1; the boundary knows better what it means.
            raise BrokenPipeError

    return Output(highlight=False)


def _print_json(value: object, *, compact: bool = False) -> None:
    print(json_text(value, indent=None if compact else 1))
