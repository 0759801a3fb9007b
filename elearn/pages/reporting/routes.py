"""Who finished what: the report of completions as a page and as CSV."""

from __future__ import annotations

from elearn.pages.reporting import cohorts, people
from elearn.pages.reporting.blueprint import bp

__all__ = ["bp", "cohorts", "people"]
