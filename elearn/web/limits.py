"""Slowing down whoever asks too often from one address; strict limits stand with the accounts."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from elearn.records.accounts import services
from elearn.records.errors import ElearnError, TooManyError
from elearn.web.clock import utc_now
from elearn.web.extensions import write_engine

AN_HOUR = timedelta(hours=1)
#: A training room and a mobile carrier share one address, so only this many an hour slow it down.
PER_ADDRESS = 300
#: What an address gets beyond that: whoever comes too late waits for a minute, not for an hour.
BEYOND, A_MINUTE = 10, timedelta(minutes=1)


def slow_down(act: str, *, limit: int = PER_ADDRESS, window: timedelta = AN_HOUR) -> None:
    """Count *act* for the address it comes from; above *limit* in *window* it gets only few a minute.

    Raises `TooManyError` where those are used up too. The count is a technical row: where it cannot be written just now, the page goes on without it.
    """
    key = f"{act}-alamat:{request.remote_addr}"
    try:
        try:
            services.check_rate(write_engine(), key, limit=limit, window=window, now=utc_now())
        except TooManyError:
            services.check_rate(write_engine(), f"{key} lagi", limit=BEYOND, window=A_MINUTE, now=utc_now())
    except SQLAlchemyError:
        request.environ["elearn.not_counted"] = True


def refused(page: str, error: ElearnError | None = None) -> Response:
    """Return the form again, as *page*: 422, or 429 with the seconds to wait where there were too many tries."""
    if not isinstance(error, TooManyError):
        return make_response(page, 422)
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response
