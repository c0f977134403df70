"""Retention rules."""

from dataclasses import dataclass

from .age import age_hours, span_hours


@dataclass(frozen=True)
class Policy:
    """Keep all archives for `keep_all`; then one a day until `keep_daily`; then none."""

    keep_all: str = "48h"
    keep_daily: str = "14d"

    def phase(self, time, now):
        """Return "all", "daily" or "expired" for an archive of this time."""
        hours = age_hours(time, now)
        if hours < span_hours(self.keep_all):
            return "all"
        if hours < span_hours(self.keep_daily):
            return "daily"
        return "expired"

    @classmethod
    def from_mapping(cls, mapping):
        """Read a policy from a mapping with the keys "all" and "daily", both optional."""
        default = cls()
        policy = cls(mapping.get("all", default.keep_all),
                     mapping.get("daily", default.keep_daily))
        if span_hours(policy.keep_all) > span_hours(policy.keep_daily):
            raise ValueError("keep_all must not be longer than keep_daily")
        return policy
