"""In front of Flask: the few pages that are asked for most, when all of them is in memory already.

Flask's own work around a view costs more than these pages do. What stands here decides nothing new: it
answers with the bytes and headers that the view made and kept, to exactly the requests for which the
view would send them again, and leaves everything else alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from elearn.records.accounts.languages import LANGUAGES
from elearn.web import language, maintenance, sessions, splice
from elearn.web.extensions import read_engine
from elearn.web.headers import fixed_headers

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

#: Where a view finds what was asked, in the WSGI environment.
ASKED = "elearn.asked"
#: The language's cookie as browsers send it.
_CHOSEN = {f"{language.COOKIE}={code}": code for code in LANGUAGES}
_STATUS = {200: "200 OK", 304: "304 NOT MODIFIED"}


@dataclass(slots=True)
class Asked:
    """A plain GET: no query, no cookie but the session's and that of the language."""

    path: str
    #: The text of the session's cookie; None where there is none.
    cookie: str | None
    #: The language chosen in this browser; None where none was.
    language: str | None
    how: splice.Wanted
    reader: sa.Engine
    #: What the database said, so that a view which has to answer after all need not ask again.
    found: object = None


class Front:
    """A WSGI application that asks *answer* first, for plain GETs, and *inner* for the rest."""

    def __init__(
        self, app: Flask, inner: Application, answer: Callable[[Flask, Asked], splice.Answer | None]
    ) -> None:
        self._app = app
        self._inner = inner
        self._answer = answer
        self._fixed = fixed_headers(app)
        self._maintenance = maintenance.watch(app)
        self._cookie = f"{sessions.cookie_name(app)}="
        self._reader: sa.Engine | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or environ.get("SCRIPT_NAME"):
            return self._inner(environ, start_response)
        # Asked first: while it is closed, the tables of a page may be locked by what goes on.
        found = None if self._maintenance.now() is not None else self._found(environ)
        if found is None:
            return self._inner(environ, start_response)
        headers = list(found.headers.items())
        if found.status == 200:
            headers.append(("Content-Length", str(len(found.body))))
        headers += [(name, value) for name, value in self._fixed if name not in found.headers]
        start_response(_STATUS[found.status], headers)
        return [found.body]

    def _found(self, environ: dict[str, Any]) -> splice.Answer | None:
        cookie = chosen = None
        for one in environ["HTTP_COOKIE"].split("; ") if "HTTP_COOKIE" in environ else ():
            if cookie is None and one.startswith(self._cookie):
                cookie = one[len(self._cookie) :]
            elif chosen is None and one in _CHOSEN:
                chosen = _CHOSEN[one]
            else:
                return None
        asked = Asked(environ["PATH_INFO"], cookie, chosen, splice.wanted_by(environ), self._engine())
        environ[ASKED] = asked
        try:
            return self._answer(self._app, asked)
        except SQLAlchemyError:
            # The view asks once more, and says what is the matter.
            return None

    def _engine(self) -> sa.Engine:
        if self._reader is None:
            with self._app.app_context():
                self._reader = read_engine()
        return self._reader
