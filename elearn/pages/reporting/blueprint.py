"""The blueprint of the staff's room."""

from __future__ import annotations

from flask import Blueprint

from elearn.records.accounts.keys import mask_phone

bp = Blueprint("reporting", __name__, url_prefix="/staf", template_folder="templates")


@bp.app_template_filter("samar")
def masked(number: str | None) -> str:
    """Show a number in part, ``0812 •••• 7890``; to see it whole leaves a trail."""
    return mask_phone(number) if number else ""
