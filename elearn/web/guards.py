"""Who may open a view: every view carries `public`, `signed_in` or `role_required(…)`.

The order is fixed: who is it, may they, is the request theirs (CSRF). Somebody signed out is sent to
sign in; somebody signed in to whom a page does not belong is told that there is none.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from elearn.records.accounts.models import Role
from elearn.web import sessions
from elearn.web.extensions import csrf
from elearn.web.forms import SignInForm

#: NUL in a query as it is sent.
_NUL_SENT = (b"%00", b"\x00")
View = TypeVar("View", bound=Callable[..., Any])

#: `view.roles` of a view that everybody may open.
PUBLIC: frozenset[Role] = frozenset()
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: Never carried over a sign-in: tokens, and anything that may be a password or a code.
_SECRET = re.compile(r"csrf|sandi|password|kode|token", re.IGNORECASE)
#: What a form may carry over a sign-in, in characters; an essay and a lesson text fit.
HELD_LIMIT = 600_000


def init_app(app: Flask) -> None:
    """Answer every address of *app* with NUL in it: there is no such page.

    No database holds that character and the marks of `web.splice` are made of it. What else is not a
    character was replaced when the address was decoded.
    """

    @app.before_request
    def refuse_nul() -> None:
        if "\x00" in request.path or any(nul in request.query_string for nul in _NUL_SENT):
            raise NotFound


def public(view: View) -> View:
    """Mark *view* as open to everybody."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _refuse_large()
        _refuse_foreign()
        return view(*args, **kwargs)

    guarded.roles = PUBLIC  # type: ignore[attr-defined]
    return cast(View, guarded)


def role_required(*roles: Role) -> Callable[[View], View]:
    """Mark a view as open to whoever holds one of *roles*; everybody signed in is a learner."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            _refuse_large()
            found = sessions.viewer()
            if found is None:
                return sign_in_first()
            if Role.LEARNER not in roles and not found.roles.intersection(roles):
                raise NotFound
            _refuse_foreign()
            return view(*args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


def _refuse_foreign() -> None:
    """Refuse what another site made the browser send."""
    if sessions.sends_known_token(request):
        # As `protect` leaves it: a form of this request need not ask again.
        g.csrf_valid = True
    else:
        csrf.protect()


def _refuse_large() -> None:
    """Refuse a form or data beyond the limit for texts; Werkzeug itself bounds only forms in parts."""
    length = request.content_length
    if not length:
        return
    most = current_app.config["MAX_FORM_MEMORY_SIZE"]
    if most and length > most and request.mimetype != "multipart/form-data":
        raise RequestEntityTooLarge


def signed_in(view: View) -> View:
    """Mark *view* as open to everybody who is signed in."""
    return role_required(Role.LEARNER)(view)


def sign_in_first() -> Response:
    """Send somebody signed out to the sign-in page; what they posted is kept in it."""
    if wants_json():
        message = _("Anda belum masuk, atau sudah keluar. Masuk dulu, ya.")
        return make_response(jsonify(error="signed out", message=message), 401)
    if request.method in SAFE_METHODS:
        return cast(Response, redirect(url_for("account.sign_in", next=here()), code=303))
    held = held_form()
    # An address that is only posted to cannot be gone on to without the form.
    form = SignInForm(formdata=None, data={"next": request.path if held else "", "held": held})
    return make_response(render_template("sign_in.html", form=form, kept=bool(form.held.data)), 401)


def held_form() -> str:
    """Return the posted form as text for a hidden field: no password, no file, nothing from elsewhere.

    A form that another site made the browser send is not kept ("", not an empty list), so that nobody
    is led to confirm it. One that holds only its token, a single button, is kept: an empty list.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return ""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return ""
    pairs = [(name, value) for name, value in request.form.items(multi=True) if not _SECRET.search(name)]
    text = json.dumps(pairs, ensure_ascii=False)
    return text if len(text) <= HELD_LIMIT else ""


def held_pairs(text: str) -> list[tuple[str, str]]:
    """Return what `held_form` kept; nothing if it was tampered with."""
    try:
        pairs = json.loads(text)
    except ValueError:
        return []
    if not isinstance(pairs, list):
        return []
    found: list[tuple[str, str]] = []
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            return []
        if not _SECRET.search(pair[0]):
            found.append((pair[0], pair[1]))
    return found


def here() -> str:
    """Return the address of this request without host, for `next`."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def safe_next(text: str | None, default: str) -> str:
    """Return *text* if it is an address on this site, else *default*: no open redirect."""
    if not text or len(text) > 2000 or not text.startswith("/") or text[1:2] in {"/", "\\"}:
        return default
    if "\\" in text or any(ord(character) < 33 or ord(character) == 127 for character in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else text


def wants_json() -> bool:
    """Say whether this request comes from a program or a script rather than from a page."""
    if request.is_json or request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
