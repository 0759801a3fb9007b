"""The site is closed for a while on purpose: every machine says so, and when to come again.

The fact stands in the database, which all machines share. A process looks at it at most once a second, and
goes on with what it saw last while the database does not answer or another request is looking: an upgrade
that locks tables, or takes the database away, changes nothing in what visitors are told.
"""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from elearn.web import language
from elearn.web.clock import utc_now
from elearn.web.extensions import read_engine
from elearn.web.guards import SAFE_METHODS, held_form, held_pairs, here, safe_next, wants_json

#: The fact's name in `records.installation`.
FACT = "maintenance"
#: Seconds for which what was seen last is believed.
KNOWN_FOR = 1.0
#: Seconds after which programs and search engines may come again, where nobody said until when it takes.
RETRY_AFTER = 300
#: Letters of the operator's own words.
MESSAGE_LENGTH = 500
_STATEMENT = "SELECT value FROM installation_facts WHERE name = 'maintenance'"  # the same on both databases
#: What goes on: what a page consists of, and what monitors ask.
OPEN = frozenset(
    {
        "operations.alive",
        "operations.ready",
        "web.static_file",
        "browsers.manifest",
        "browsers.favicon",
        "browsers.robots",
    }
)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """That the site is closed: until when (None: not said), and the operator's own words."""

    until: datetime | None = None
    message: str = ""

    def as_text(self) -> str:
        """Return it as the database keeps it."""
        until = self.until.isoformat() if self.until is not None else None
        return json.dumps({"until": until, "message": self.message}, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Maintenance:
        """Read what `as_text` wrote."""
        held = json.loads(text)
        until = held["until"]
        return cls(datetime.fromisoformat(until) if until else None, held["message"])

    def retry_after(self, now: datetime) -> int:
        """Return the seconds after which another try makes sense."""
        if self.until is None:
            return RETRY_AFTER
        return max(60, int((self.until - now).total_seconds()))


class Watch:
    """What this process knows of the maintenance of its installation."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._asking = threading.Lock()
        self._asked = False
        self._believed_until = 0.0
        self._known: Maintenance | None = None

    def now(self) -> Maintenance | None:
        """Return the maintenance that is on; None where the site is open."""
        if time.monotonic() >= self._believed_until and self._asking.acquire(blocking=not self._asked):
            try:
                self._ask()
            finally:
                self._asking.release()
        return self._known

    def _ask(self) -> None:
        if time.monotonic() < self._believed_until:
            # Another asked while this one waited for its turn.
            return
        with suppress(SQLAlchemyError), self._app.app_context():
            self._known = _read(read_engine())
        self._asked = True
        self._believed_until = time.monotonic() + KNOWN_FOR


def _read(engine: sa.Engine) -> Maintenance | None:
    """Ask the database; straight to its driver, because a page that is copied from memory waits for it."""
    failure = engine.dialect.loaded_dbapi.Error
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        cursor.execute(_STATEMENT)
        row = cursor.fetchone()
        cursor.close()
    except failure as error:
        pooled.invalidate(error)
        raise sa.exc.DBAPIError(_STATEMENT, None, error) from error
    pooled.close()
    return Maintenance.from_text(row[0]) if row is not None else None


def init_app(app: Flask) -> None:
    """Close *app* to everybody while there is maintenance."""
    app.extensions["elearn_maintenance"] = Watch(app)

    @app.before_request
    def say_closed() -> Response | None:
        if request.endpoint in OPEN:
            return None
        found = watch(app).now()
        return None if found is None else _closed(found)


def watch(app: Flask) -> Watch:
    """Return what the process of *app* knows."""
    return cast(Watch, app.extensions["elearn_maintenance"])


def page(found: Maintenance) -> str:
    """Return the page that says it to the request at hand; it asks no database.

    A form that was posted is kept in it, to be sent once more, under the rules of `held_form`.
    """
    language.ask_nobody()
    looked = request.method in SAFE_METHODS
    late = found.until is not None and found.until <= utc_now()
    # A file cannot be kept in a page, and half a form is not sent again.
    held = "" if looked or request.files else held_form()
    return render_template(
        "maintenance.html",
        who=None,
        message=found.message,
        until=None if late else found.until,
        late=late,
        posted=not looked,
        pairs=held_pairs(held) if held else None,
        again=safe_next(here(), "/"),
    )


def _closed(found: Maintenance) -> Response:
    if wants_json():
        language.ask_nobody()
        text = found.message or _(
            "Sedang ada perbaikan. Yang baru Anda kirim belum tersimpan. Coba lagi nanti."
        )
        response = make_response(jsonify(error=503, message=text), 503)
    else:
        response = make_response(page(found), 503)
    response.headers["Retry-After"] = str(found.retry_after(utc_now()))
    return response


def is_closed() -> bool:
    """Say whether there is maintenance, for a view that stays open."""
    return watch(current_app).now() is not None
