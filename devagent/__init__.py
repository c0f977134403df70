"""devagent: a small software team for a local git repository. Talk proposes, execution decides."""

__version__ = "0.1.0"
