"""What templates are given: filters for dates and numbers, the navigation, the site's own files."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, g, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from elearn.content.problems import Phrase
from elearn.records.accounts.keys import show_phone
from elearn.records.accounts.models import Role
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue import queries as catalogue
from elearn.records.errors import Sentence, said
from elearn.web import language, privacy, problems, sessions, splice
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.forms import translated
from elearn.web.headers import FOR_EVERYBODY
from elearn.web.messages import pieces
from elearn.web.settings import Settings

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One of the site's own files, ready to send."""

    plain: bytes
    packed: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation; *section* is what a page says it belongs to."""

    section: str
    label: str
    address: str
    icon: str


def settings() -> Settings:
    """Return the settings of this installation."""
    return cast(Settings, current_app.extensions["elearn_settings"])


def init_app(app: Flask) -> None:
    """Give the templates of *app* their filters and globals, and serve the site's own files."""
    env = app.jinja_env
    env.trim_blocks = True
    env.lstrip_blocks = True
    env.filters.update(
        tanggal=day,
        jam=hour,
        waktu=moment,
        bulan=month,
        persen=percent,
        angka=number,
        poin=points,
        ukuran=size,
        kalimat=sentence,
        masalah=problems.told,
        telepon=show_phone,
        potongan=pieces,
    )
    env.globals.update(
        site=app.extensions["elearn_settings"],
        viewer=sessions.viewer,
        navigation=navigation,
        account_name=sessions.own_account_name,
        asset=asset,
        mark=splice.mark,
        Role=Role,
        today=today,
        in_language=in_language,
        language_of=language_of,
        spoken=spoken,
        asks_consent=privacy.asks_consent,
        privacy_version=privacy.PRIVACY_VERSION,
    )
    # Flask-WTF gives every template its own, which signs a new one each time.
    app.context_processor(lambda: {"csrf_token": sessions.csrf_token})
    shared = Blueprint("web", __name__)
    shared.add_url_rule("/static/<tag>/<path:name>", "static_file", static_file)
    static_file.roles = frozenset()  # type: ignore[attr-defined]
    app.register_blueprint(shared)


def sentence(text: Sentence | str) -> str:
    """Return a sentence of the records, or a phrase of the content, in the page's language."""
    if isinstance(text, Phrase):
        return translated(said(text))
    return translated(text) if isinstance(text, Sentence) else text


def today() -> date:
    """Return the day it is where the office is."""
    return utc_now().astimezone(settings().timezone).date()


def local(value: datetime) -> datetime:
    """Return *value* by the office's clock."""
    return value.astimezone(settings().timezone)


def day(value: date | datetime | None) -> str:
    """Return "2 November 2026"."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = local(value)
    return f"{value.day} {language.month_names(language.current())[value.month - 1]} {value.year}"


def hour(value: datetime | None) -> str:
    """Return "10.42 WIB", in English "10:42 WIB"."""
    if value is None:
        return "–"
    value = local(value)
    return f"{value:%H}{language.marks().hour}{value:%M} {value.tzname()}"


def moment(value: datetime | None) -> str:
    """Return "2 November 2026, 10.42 WIB"."""
    return "–" if value is None else f"{day(value)}, {hour(value)}"


def month(value: date | None) -> str:
    """Return "11/2026", as freshness is said."""
    return "–" if value is None else f"{value.month:02d}/{value.year}"


def percent(share: int | None, sign: str = "%") -> str:
    """Return a share in ten-thousandths as a percentage, rounded down; "–" where there is none."""
    return "–" if share is None else f"{share // 100}{sign}"


def number(value: int | float | Decimal | None, places: int | None = None) -> str:
    """Return a number with the marks of the language: 1.290 and 0,74, in English 1,290 and 0.74."""
    if value is None:
        return "–"
    text = f"{value:,}" if places is None else f"{value:,.{places}f}"
    return text.translate(language.marks().numbers)


def points(value: int | None) -> str:
    """Return points kept in ten-thousandths: 2, 1,5."""
    if value is None:
        return "–"
    text = f"{Decimal(value) / 10_000:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(language.marks().numbers)


def size(count: int) -> str:
    """Return bytes as a person counts them: 38 KB, 1,2 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB".translate(language.marks().numbers)


def navigation(viewer: Viewer | None) -> list[NavItem]:
    """Return the three or four entries of the navigation for *viewer*."""
    if viewer is None:
        return [
            NavItem("courses", _("Kursus"), url_for("catalogue.home"), "book"),
            NavItem("certificates", _("Cek sertifikat"), url_for("certificates.look_up"), "shield"),
            NavItem("account", _("Masuk"), url_for("account.sign_in"), "person"),
        ]
    home = NavItem("home", _("Beranda"), url_for("learning.home"), "home")
    courses = NavItem("courses", _("Kursus"), url_for("catalogue.home"), "book")
    account = NavItem("account", _("Akun"), url_for("account.own_account"), "person")
    own = desks(viewer)
    if not own:
        certificates = NavItem("certificates", _("Sertifikat"), url_for("certificates.look_up"), "medal")
        return [home, courses, certificates, account]
    # Never more than four: a thumb reaches four on a phone. What falls out is linked from the home page.
    return [*[home, courses][: 3 - len(own)], *own, account]


def desks(viewer: Viewer) -> list[NavItem]:
    """Return the desks *viewer* works at."""
    return [item for role, item in _desks() if role in viewer.roles]


def _desks() -> Iterable[tuple[Role, NavItem]]:
    yield Role.TRAINER, NavItem("trainer", _("Pelatih"), "/pelatih/", "pen")
    yield Role.STAFF, NavItem("staff", _("Petugas"), "/staf/", "chart")
    yield Role.ADMIN, NavItem("admin", _("Admin"), "/admin/", "key")


@cache
def static_files() -> dict[str, StaticFile]:
    """Return the site's own files by name, read once."""
    found: dict[str, StaticFile] = {}
    for file in sorted(files("elearn.web").joinpath("static").iterdir(), key=lambda entry: entry.name):
        kind = file.name.rpartition(".")[2]
        if kind in _TYPES:
            plain = file.read_bytes()
            found[file.name] = StaticFile(plain, gzip.compress(plain, 9, mtime=0), _TYPES[kind])
    return found


@cache
def build() -> str:
    """Return a name for the site's files as they are: another content, another address."""
    digest = hashlib.sha256()
    for name, file in static_files().items():
        digest.update(name.encode() + b"\0" + file.plain)
    return digest.hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of one of the site's own files."""
    if name not in static_files():
        raise LookupError(name)
    return f"/static/{build()}/{name}"


def static_file(tag: str, name: str) -> Response:
    """Send one of the site's own files; kept for a year under the address that names its content."""
    file = static_files().get(name)
    if file is None:
        abort(404)
    g.shared = True
    right = tag == build()
    headers = {"Cache-Control": FOR_EVERYBODY if right else "no-cache", "Vary": "Accept-Encoding"}
    body = file.plain
    if request.accept_encodings.quality("gzip") > 0:
        headers["Content-Encoding"] = "gzip"
        body = file.packed
    return Response(body, headers=headers, content_type=file.media_type)


def in_language(code: str) -> Markup:
    """Return the attribute that tells which language a course's own text is in, where the page's differs."""
    return Markup("") if code == language.current() else Markup(' lang="{}"').format(code)


def language_of(slug: str) -> str:
    """Return the language of a course's own text, by the course's short name; asked once a request."""
    if "course_languages" not in g:
        g.course_languages = catalogue.languages(current_session())
    return cast(str, g.course_languages.get(slug, catalogue.COURSE_LANGUAGE))


def spoken(text: str, code: str) -> Markup:
    """Return words of a course for a sentence of ours, with their language where it is not the page's."""
    attribute = in_language(code)
    return Markup("<span{}>{}</span>").format(attribute, text) if attribute and text else escape(text)


def safe(html: str) -> Markup:
    """Take *html* that `content.markup` made for what it is."""
    return Markup(html)  # noqa: S704 - the one door for course HTML, made safe at publication
