"""Who finished what: the report of completions as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.reporting import cohorts, people
from elearn.pages.reporting.blueprint import bp
from elearn.pages.reporting.forms import ActForm, FilterForm
from elearn.pages.reporting.spreadsheet import Cell, phone_cell, share_cell, write_csv
from elearn.records import desk, reports
from elearn.records.accounts.models import Role
from elearn.records.accounts.regencies import regency_name
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.guards import role_required
from elearn.web.sessions import current_person, current_viewer
from elearn.web.templating import settings, today

__all__ = ["bp", "cohorts", "people"]
