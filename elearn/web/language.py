"""The language of a page: the account's, else the cookie of `/bahasa`, else the installation's.

The sources speak Indonesian, so that Indonesian needs no catalogue and costs no look into one; what other
languages say stands under ``elearn/translations``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from babel.dates import get_month_names
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale

from elearn.records.accounts.languages import LANGUAGES
from elearn.records.accounts.queries import Viewer
from elearn.web import sessions
from elearn.web.settings import Settings

#: The visitor's cookie; only the form of `/bahasa` sets it.
COOKIE = "bahasa"
COOKIE_SECONDS = 365 * 24 * 3600


def init_app(app: Flask, babel: Babel) -> None:
    """Let *babel* translate the pages of *app* into the language of whoever looks."""
    babel.init_app(app, locale_selector=_select)
    app.jinja_env.globals.update(language=current, languages=LANGUAGES)

    @app.after_request
    def name_language(response: Response) -> Response:
        headers = response.headers
        if (
            response.mimetype == "text/html"
            and "Location" not in headers
            and "Content-Language" not in headers
        ):
            headers["Content-Language"] = current()
        return response


def current() -> str:
    """Return the code of the language that is spoken now: of the page, or of what `speaking` wraps."""
    locale = get_locale()
    return str(locale.language) if locale is not None else "id"


def spoken_to(app: Flask, viewer: Viewer | None, cookie: str | None) -> str:
    """Return the language of pages for *viewer* (None: a visitor) whose browser sent *cookie*."""
    if viewer is not None and viewer.language in LANGUAGES:
        return viewer.language
    return cookie if cookie in LANGUAGES else site_language(app)


def site_language(app: Flask) -> str:
    """Return the language of whoever has chosen none."""
    settings: Settings = app.extensions["elearn_settings"]
    return settings.language


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak *language* (None: the installation's) in the ``with`` block: for a message to somebody else."""
    wanted = language if language in LANGUAGES else site_language(current_app)
    with force_locale(wanted):
        yield


def ask_nobody() -> None:
    """Take the language from what is known already: the database may be what failed."""
    g.language_unasked = True


@dataclass(frozen=True, slots=True)
class Marks:
    """How a language writes figures: between hours and minutes, and what Python's own marks become."""

    hour: str
    numbers: dict[int, int]


_INDONESIAN = Marks(".", str.maketrans(",.", ".,"))
_ENGLISH = Marks(":", {})


def marks() -> Marks:
    """Return how figures are written now."""
    return _INDONESIAN if current() == "id" else _ENGLISH


@cache
def month_names(language: str) -> tuple[str, ...]:
    """Return the names of the twelve months."""
    names = get_month_names("wide", "stand-alone", language)
    return tuple(names[number] for number in range(1, 13))


def _select() -> str | None:
    """Return the language of the request at hand; None outside one."""
    if not has_request_context():
        return None
    viewer = sessions.viewer_if_known() if g.get("language_unasked") else sessions.viewer()
    return spoken_to(current_app, viewer, request.cookies.get(COOKIE))
