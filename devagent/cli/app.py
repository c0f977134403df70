"""The command line as a whole. Each verb is a module of its own; heavy imports happen inside the verbs."""

import typer

from devagent.cli import (
    apply,
    ask,
    bench,
    callers,
    clean,
    config,
    definitions,
    demo,
    discard,
    doctor,
    fix,
    listing,
    locate,
    mapping,
    merge,
    mergetool,
    model,
    references,
    replay,
    resolve,
    resume,
    revise,
    run,
    sandbox,
    show,
    test,
    trust,
    undo,
)

app = typer.Typer(
    help="A small software team for your local git repository. Talk proposes, execution decides.",
    epilog="Exit codes: 0 done; 1 not resolved, unverified, or tests fail; 2 usage; 3 cannot run here, or the tests "
    "cannot be judged; 4 stopped by a limit; 70 internal error; 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _devagent(
    version: bool = typer.Option(False, "--version", "-V", help="Print the version.", is_eager=True),
) -> None:
    """A small software team for your local git repository. Talk proposes, execution decides."""
    if version:
        from devagent import __version__

        print(f"devagent {__version__}")
        raise typer.Exit


app.command("fix", short_help="Run the tests; propose a patch for those that fail.")(fix.fix)
app.command("run")(run.run)
app.command("test")(test.test)
app.command("show", short_help="Show a run: patch, evidence, conversation, ledger.")(show.show)
app.command("list")(listing.list_runs)
app.command("apply")(apply.apply)
app.command("undo", short_help="Put back, byte for byte, what `apply` changed.")(undo.undo)
app.command("discard")(discard.discard)
app.command("resume", short_help="Go on with a run that was interrupted or stopped.")(resume.resume)
app.command("revise", short_help="Send a proposal back with what you say.")(revise.revise)
app.command("replay", short_help="Do a run again from its journal, offline.")(replay.replay)
app.command("clean", short_help="Remove what devagent left, with sizes; asks.")(clean.clean)
app.command("demo", short_help="Make a small repository with a bug; run `fix` there.")(demo.demo)
app.command("trust", short_help="Read the settings that this repository brings; let them count.")(trust.trust)
app.command("def", short_help="Show where a name is defined.")(definitions.definitions)
app.command("refs", short_help="Show where a name is used, by imports and scopes.")(references.references)
app.command("callers", short_help="Show who calls a function, method or class.")(callers.callers)
app.command("ask", short_help="Answer a question, with the lines that show it.")(ask.ask)
app.command("locate", short_help="Show where a text or the failing tests point to.")(locate.locate)
app.command("map", short_help="Show the repository in so many tokens, for a focus.")(mapping.map_)
app.command("resolve", short_help="Propose a resolution for the conflicts at hand.")(resolve.resolve)
app.command("mergetool", short_help="Resolve one file for git mergetool.")(mergetool.mergetool)
app.command("doctor")(doctor.doctor)
app.add_typer(merge.app, name="merge")
app.add_typer(bench.app, name="bench")
app.add_typer(model.app, name="model")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(config.app, name="config")
