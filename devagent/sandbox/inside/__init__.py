"""The code that runs inside the namespaces as their first process, and the code that brings it there.

It runs under the host's interpreter in isolated mode before any other root is mounted, so it uses the standard
library only and nothing of devagent outside this folder. Everything it needs is imported before the host disappears.
"""
