"""The extensions, made here and bound in `app.py`; and the session of the request."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask, has_request_context, request
from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from elearn.records import engines
from elearn.records.tables import metadata

#: The bind that only reads: AUTOCOMMIT, and refused any change by the database itself.
READING = "reading"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class RequestSession(FlaskSession):
    """A session on the reading engine while a page is only looked at, else on the writing one.

    A GET never changes a record: here the database refuses it.
    """

    def get_bind(self, *_args: Any, **_kwargs: Any) -> sa.Engine | sa.Connection:
        if has_request_context() and request.method in SAFE_METHODS:
            return db.engines[READING]
        return db.engine


class Database(SQLAlchemy):
    """Flask-SQLAlchemy with the engines of `records.engines`, which commands and tests use too."""

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], _app: Flask) -> sa.Engine:
        return engines.make_engine(options["url"], reading=bind_key == READING)


db = Database(metadata=metadata, session_options={"class_": RequestSession})
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
login_manager = LoginManager(add_context_processor=False)


def current_session() -> Session:
    """Return the session of this request or command; it is closed when that ends."""
    return db.session()


def read_connection() -> sa.Connection:
    """Return a connection of the reading engine; use it in a ``with`` block."""
    return db.engines[READING].connect()


def read_engine() -> sa.Engine:
    """Return the reading engine."""
    return db.engines[READING]


def write_engine() -> sa.Engine:
    """Return the writing engine, for technical rows that are written apart from the page's transaction."""
    return db.engine
