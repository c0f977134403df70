"""`devagent test`: run the repository's tests in the sandbox."""

from pathlib import Path

from devagent.cli import options
from devagent.cli.boundary import command
from devagent.errors import ExitCode


@command
def test(
    test_command: options.TestCommand = None,
    directory: options.Directory = Path(),
    sandbox: options.SandboxKind = None,
    project: options.Project = None,
    base: options.Base = "worktree",
    trust: options.Trust = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001  read by the boundary
) -> ExitCode:
    """Run the repository's tests in the sandbox and report each. Exits 1 if some fail, 3 if they cannot be judged."""
    from devagent.cli.context import project_meant, repository, run_async, settings
    from devagent.cli.working import Output
    from devagent.report.output import print_tests
    from devagent.report.surface import closing
    from devagent.workflows.testing import run_tests

    repo = repository(directory)
    meant = project_meant(repo, directory, project)
    loaded = settings(repo, trust=trust, sandbox__kind=sandbox, sandbox__project=meant)
    surface = Output(quiet=quiet or as_json).surface()
    with closing(surface):
        result = run_async(run_tests(repo, loaded.settings, surface, base=base, command=tuple(test_command or ())))
    print_tests(result, as_json=as_json)
    return result.exit_code
