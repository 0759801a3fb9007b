"""Who finished what: the report of completions as a page and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.reporting import cohorts, people
from elearn.pages.reporting.blueprint import bp
from elearn.records.accounts.models import Role
from elearn.web.guards import role_required

__all__ = ["bp", "cohorts", "people"]

#: What a sort link says, and what the report calls it.
SORTS: Mapping[str, str] = {
    "nama": "name",
    "kabupaten": "regency",
    "kursus": "course",
    "nilai": "posttest_score",
    "selesai": "completed_at",
    "aktif": "last_activity_at",
}
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """One regency in the chart; widths are of 100, the longest bar being whole."""

    name: str
    enrolled: int
    completed: int
    enrolled_width: float
    completed_width: float
    #: In ten-thousandths.
    rate: int


@bp.get("/")
@role_required(Role.STAFF)
def home() -> BaseResponse:
    """Go to the first page of the room."""
    return redirect(url_for(".completions"), code=303)
