"""Who is signed in: Flask-Login over rows of sessions, and the cookie that carries the token.

Flask-Login's id is the random token; its row (`user_sessions`) says whose it is and whether it has
ended. The cookie is Flask's signed one and holds the token and the CSRF secret, nothing else.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_babel import refresh
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from elearn.records.accounts import queries as accounts
from elearn.records.accounts.models import User
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue.cache import BoundedCache
from elearn.web.clock import utc_now
from elearn.web.extensions import read_engine, write_engine

#: A session that is not used for so long has ended anyway (the row decides; this is the cookie).
REMEMBERED_FOR = timedelta(days=60)
#: Signed tokens by the secret of their session.
_SIGNED: BoundedCache[str] = BoundedCache(1_000_000)
#: How old "last seen" may get before it is written again.
SEEN_EVERY = timedelta(minutes=5)
#: How old the cookie of a remembered session may get before it is sent again.
COOKIE_RENEWED_EVERY = timedelta(days=1)


class SignedIn:
    """What Flask-Login asks of a user, around the value the rest of the code uses."""

    __slots__ = ("token", "viewer")

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, viewer: Viewer | None) -> None:
        self.token = token
        self.viewer = viewer

    def get_id(self) -> str:
        """Return the token: Flask-Login's id is the session, not the person."""
        return self.token


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with what was verified kept and nothing sent where nothing changed.

    Files that everybody shares (`g.shared`) are sent without cookie and without ``Vary``. A remembered
    session gets its cookie again once a day, not with every page.
    """

    _signer: URLSafeTimedSerializer | None = None

    def __init__(self) -> None:
        #: What verified cookies hold and when they were signed, by their text.
        self._verified: BoundedCache[tuple[dict[str, Any], float]] = BoundedCache(4_000_000)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        sent = request.cookies.get(self.get_cookie_name(app))
        held = self._holds(app, sent) if sent else None
        return self.session_class(copy.deepcopy(held)) if held else self.session_class()

    def _holds(self, app: Flask, sent: str) -> dict[str, Any] | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            held, signed_at = self._verified.get(sent, lambda: _verify(signer, sent))
        except BadSignature:
            return None
        return held if self._is_young(app, signed_at) else None

    def _is_young(self, app: Flask, signed_at: float) -> bool:
        return time.time() - signed_at <= app.permanent_session_lifetime.total_seconds()

    def known(self, app: Flask, sent: str) -> Mapping[str, Any] | None:
        """Return what the cookie *sent* holds if this process has verified it before; not to be changed."""
        found = self._verified.peek(sent)
        return found[0] if found is not None and self._is_young(app, found[1]) else None

    def should_set_cookie(self, _app: Flask, session: SessionMixin) -> bool:
        return session.modified or bool(g.get("renew_cookie"))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # The headers say already that an answer depends on the cookie (`web.headers`).
        if g.get("shared") or not (session.modified or g.get("renew_cookie")):
            return
        super().save_session(app, session, response)


def cookie_name(app: Flask) -> str:
    """Return the name of the session's cookie."""
    return app.session_interface.get_cookie_name(app)


def known(app: Flask, sent: str) -> Mapping[str, Any] | None:
    """Return what the cookie *sent* holds if this process has verified it before; not to be changed."""
    interface = app.session_interface
    return interface.known(app, sent) if isinstance(interface, CookieSessions) else None


def _verify(signer: URLSafeTimedSerializer, sent: str) -> tuple[tuple[dict[str, Any], float], int]:
    held, signed_at = signer.loads(sent, return_timestamp=True)
    return (held, signed_at.timestamp()), 4 * len(sent)


def init_app(app: Flask, manager: LoginManager) -> None:
    """Bind sign-in to *app*."""
    app.config.update(
        PERMANENT_SESSION_LIFETIME=REMEMBERED_FOR,
        # The Lax cookie and the token do the work; a Referer is missing on purpose on some of our pages.
        WTF_CSRF_SSL_STRICT=False,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.config["SESSION_COOKIE_SECURE"],
    )
    app.session_interface = CookieSessions()
    # A phone changes its address all day: a session bound to one would end all the time.
    manager.session_protection = None
    manager.user_loader(_load)
    # Its template variable would ask the database for every page, also for those of its own failure.
    manager.init_app(app, add_context_processor=False)


def _load(token: str) -> SignedIn | None:
    viewer = accounts.signed_in(read_engine(), token, utc_now())
    if viewer is None:
        return None
    _note_seen(viewer)
    return SignedIn(token, viewer)


def viewer() -> Viewer | None:
    """Return who is signed in; asks the database once a request."""
    if not session.get("_user_id"):
        return None
    user = current_user._get_current_object()
    return user.viewer if isinstance(user, SignedIn) else None


def current_viewer() -> Viewer:
    """Return who is signed in, behind a guard that has made sure of it."""
    found = viewer()
    if found is None:
        raise RuntimeError("a view without a guard asks who is signed in")
    return found


def current_person(records: Session) -> User:
    """Return the row of who is signed in, for services that want the actor."""
    person = accounts.user_by_id(records, current_viewer().id)
    if person is None:
        raise RuntimeError("a signed-in person has no row")
    if person.erased_at is not None:
        # Erased since the guard looked: nothing of theirs is written any more.
        raise NotFound
    return person


def viewer_if_known() -> Viewer | None:
    """Return who is signed in if that was asked already: for pages shown when the database fails."""
    user = g.get("_login_user")
    return user.viewer if isinstance(user, SignedIn) else None


def token() -> str | None:
    """Return the token the browser sent, without asking whether it is still good."""
    found = session.get("_user_id")
    return found if isinstance(found, str) else None


def is_remembered() -> bool:
    """Say whether the browser keeps the session after it is closed."""
    return bool(session.permanent)


def token_digest() -> str | None:
    """Return what the database knows the browser's token by."""
    found = token()
    return accounts.token_digest(found) if found else None


def adopt(found: Viewer | None) -> None:
    """Take *found* for the rest of the request: the page's own statement has asked already."""
    sent = token()
    if found is None or sent is None:
        g._login_user = None
        return
    g._login_user = SignedIn(sent, found)
    _note_seen(found)


def begin(new_token: str, *, remember: bool) -> None:
    """Sign the browser in with *new_token*, whose row is committed; whatever it held before is dropped."""
    session.clear()
    login_user(SignedIn(new_token, None))
    g.pop("_login_user", None)
    g.pop("csrf_token", None)
    # The page may go on in another language now.
    refresh()
    session.permanent = remember


def forget() -> None:
    """Take the token from the browser; its row is ended by the caller."""
    logout_user()
    session.clear()


def csrf_token() -> str:
    """Return this session's token, signed once: it holds as long as the session does."""
    secret = session.get("csrf_token")
    if secret is None:
        return str(generate_csrf())
    return str(_SIGNED.get(secret, lambda: (generate_csrf(), 200)))


def sends_known_token(request: Request) -> bool:
    """Say whether a script sends the very token that this process signed for the session of *request*."""
    secret, sent = session.get("csrf_token"), request.headers.get("X-CSRFToken")
    known = known_csrf_token(secret) if isinstance(secret, str) else None
    return bool(known and sent) and hmac.compare_digest(str(known).encode(), str(sent).encode())


def known_csrf_token(secret: str) -> str | None:
    """Return the token of the session with this *secret*, if it was signed before."""
    return _SIGNED.peek(secret)


@lru_cache(maxsize=4096)
def account_name(secret_key: str, user_id: int) -> str:
    """Return what scripts know an account by, to keep apart what waits in the browser of a shared phone."""
    return hmac.new(secret_key.encode(), f"akun {user_id}".encode(), hashlib.sha256).hexdigest()[:16]


def own_account_name() -> str:
    """Return what scripts know the account at hand by; "" for a visitor."""
    found = viewer()
    return account_name(current_app.config["SECRET_KEY"], found.id) if found is not None else ""


def secret_digest(secret: str) -> str:
    """Return what makes a kept page another one in another session: its tokens hold for one only."""
    return hashlib.sha256(secret.encode()).hexdigest()


def device(sent: Request) -> str:
    """Return what the browser calls itself, short enough for the list of sessions."""
    return "".join(c for c in sent.headers.get("User-Agent", "") if c.isprintable())[:200]


def is_noted(found: Viewer) -> bool:
    """Say whether it is written down that *found* was here."""
    return utc_now() - found.last_seen_at < SEEN_EVERY


def _note_seen(found: Viewer) -> None:
    """Write when the session was last seen: a technical row, apart from the page and never waited for."""
    now = utc_now()
    age = now - found.last_seen_at
    if age < SEEN_EVERY:
        return
    if session.permanent and age > COOKIE_RENEWED_EVERY:
        g.renew_cookie = True
    _write_seen(found.session_id, now)


def _write_seen(session_id: int, now: datetime) -> None:
    engine = write_engine()
    try:
        with engine.connect() as connection:
            quick = _waits_100_ms(connection)
            try:
                accounts.touch_session(connection, session_id, now)
                connection.commit()
            finally:
                connection.rollback()
                quick()
    except SQLAlchemyError:
        # Somebody writes just now; the next page will try again.
        request.environ["elearn.not_touched"] = True


def _waits_100_ms(connection: Any) -> Any:
    """Make *connection* give up after 100 ms where another writes; return what puts it back."""
    raw = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        before = raw.execute("PRAGMA busy_timeout").fetchone()[0]
        raw.execute("PRAGMA busy_timeout = 100")
        return lambda: raw.execute(f"PRAGMA busy_timeout = {int(before)}")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
    return lambda: None
