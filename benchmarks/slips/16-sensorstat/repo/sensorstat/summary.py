"""Figures about a series."""

from dataclasses import dataclass

from .pipeline import Pipeline
from .robust import mad, median, quantile


@dataclass(frozen=True)
class Summary:
    """Robust figures of a cleaned series."""

    name: str
    count: int
    median: float
    spread: float
    low: float
    high: float
    replaced: int

    def line(self):
        """Return a line of text for a report."""
        return (f"{self.name}: n={self.count} median={self.median:.2f} "
                f"range={self.low:.2f}..{self.high:.2f} replaced={self.replaced}")


def summarise(series, pipeline=None):
    """Return the Summary of a series, cleaned by the pipeline."""
    pipeline = pipeline or Pipeline()
    if not len(series):
        raise ValueError("cannot summarise an empty series")
    replaced = len(pipeline.replaced(series))
    values = pipeline.clean(series).values
    return Summary(series.name, len(values), median(values), mad(values),
                   quantile(values, 0.05), quantile(values, 0.95), replaced)
