"""What operators and their monitors ask: is it alive, can it serve."""

from __future__ import annotations

from flask import Blueprint, Response

from elearn.web.extensions import read_engine
from elearn.web.folders import migrations_folder
from elearn.web.guards import public
from elearn.web.maintenance import is_closed
from elearn.web.schema import readiness

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers."""
    return _plain("ok", 200)


@bp.get("/readyz")
@public
def ready() -> Response:
    """Say whether pages can be served: open, and the database answers and has this code's tables."""
    if is_closed():
        return _plain("maintenance", 503)
    trouble = readiness(read_engine(), migrations_folder())
    if trouble:
        return _plain(trouble, 503)
    return _plain("ok", 200)


def _plain(text: str, status: int) -> Response:
    response = Response(text + "\n", status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
