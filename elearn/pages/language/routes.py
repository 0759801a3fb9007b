"""Choosing the language: a private page, because public ones are shared and post nothing."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.records.accounts.languages import LANGUAGES, choose_language
from elearn.web import language, sessions
from elearn.web.extensions import current_session
from elearn.web.guards import public, safe_next
from elearn.web.templating import settings

bp = Blueprint("language", __name__, template_folder="templates")


@bp.get("/bahasa")
@public
def choose() -> str:
    """Offer the languages, the one that is spoken marked."""
    return _page(safe_next(request.args.get("next"), _from_where()))


@bp.post("/bahasa")
@public
def take() -> BaseResponse | tuple[str, int]:
    """Speak the chosen language from now on: on every device of an account, and in this browser."""
    chosen, target = request.form.get("bahasa", ""), safe_next(request.form.get("next"), "/")
    if chosen not in LANGUAGES:
        return _page(target, refusal=_("Pilih salah satu bahasa dari daftar.")), 422
    if sessions.viewer() is not None:
        session = current_session()
        choose_language(session, sessions.current_person(session), chosen)
        session.commit()
    response = redirect(target, code=303)
    response.set_cookie(
        language.COOKIE,
        chosen,
        max_age=language.COOKIE_SECONDS,
        secure=settings().secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _from_where() -> str:
    """Return the page of this site that led here: links to this page name none, so that they are all alike."""
    try:
        sent = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    if sent.netloc != request.host or sent.path == request.path:
        return "/"
    return safe_next(f"{sent.path}?{sent.query}" if sent.query else sent.path, "/")


def _page(target: str, *, refusal: str = "") -> str:
    return render_template("language/choose.html", target=target, refusal=refusal)
