"""`python -m devagent`."""

from devagent.cli.main import main

main()
