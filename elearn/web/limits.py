"""Slowing down whoever asks too often from one address; strict limits stand with the accounts."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from elearn.records.accounts import services
from elearn.web.clock import utc_now
from elearn.web.extensions import write_engine

AN_HOUR = timedelta(hours=1)
#: A training room and a mobile carrier share one address, so only this many an hour slow it down.
PER_ADDRESS = 300


def slow_down(act: str, *, limit: int = PER_ADDRESS, window: timedelta = AN_HOUR) -> None:
    """Count *act* for the address it comes from; raise TooManyError above *limit* in *window*.

    The count is a technical row: where it cannot be written just now, the page goes on without it.
    """
    key = f"{act}-alamat:{request.remote_addr}"
    try:
        services.check_rate(write_engine(), key, limit=limit, window=window, now=utc_now())
    except SQLAlchemyError:
        request.environ["elearn.not_counted"] = True
