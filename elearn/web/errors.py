"""From a refusal to a page: one table of families and statuses, and a friendly page for each."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from elearn.records.accounts.queries import Viewer
from elearn.records.attempts.errors import AnswerTooLongError
from elearn.records.errors import (
    ConflictError,
    ElearnError,
    NotFoundError,
    RefusedError,
    TooManyError,
)
from elearn.web import language, sessions
from elearn.web.forms import translated
from elearn.web.guards import SAFE_METHODS, here, safe_next, wants_json

log = logging.getLogger("elearn")

#: Family of refusal → status; a subclass goes with its nearest family.
STATUSES: dict[type[ElearnError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    RefusedError: 422,
    TooManyError: 429,
    AnswerTooLongError: 413,
}
#: After how many seconds a busy database may be asked again.
RETRY_AFTER = 5

TITLES = {
    400: _l("Permintaan ini belum bisa dibaca"),
    401: _l("Masuk dulu, ya"),
    403: _l("Formulir ini sudah terlalu lama terbuka"),
    404: _l("Halaman tidak ketemu"),
    405: _l("Alamat ini tidak dibuka dengan cara itu"),
    409: _l("Sudah ada yang berubah"),
    410: _l("Halaman ini sudah tidak ada"),
    413: _l("Kiriman Anda terlalu besar"),
    415: _l("Bentuk kiriman ini tidak dikenal"),
    422: _l("Isian ini belum bisa diterima"),
    429: _l("Terlalu sering dicoba"),
    500: _l("Maaf, ada gangguan di tempat kami"),
    503: _l("Sedang sangat sibuk"),
}
SENTENCES = {
    400: _l("Kembali ke halaman sebelumnya, lalu coba sekali lagi."),
    401: _l("Halaman ini hanya untuk yang sudah masuk."),
    403: _l(
        "Kembali ke halaman sebelumnya, muat ulang, lalu kirim sekali lagi. Isian Anda biasanya masih ada."
    ),
    404: _l("Mungkin alamatnya salah ketik atau halamannya sudah pindah."),
    405: _l("Buka halamannya dulu, lalu tekan tombol di sana."),
    409: _l("Muat ulang halaman itu untuk melihat keadaan terbaru."),
    410: _l("Isinya sudah dicabut atau dipindahkan. Cari dengan kata lain, atau lihat semua kursus."),
    413: _l("Kecilkan berkas atau pendekkan tulisannya, lalu coba lagi."),
    415: _l("Kembali ke halaman sebelumnya, lalu coba sekali lagi."),
    422: _l("Periksa isiannya, lalu kirim sekali lagi."),
    429: _l("Tunggu sebentar, lalu coba lagi."),
    500: _l("Ini bukan salah Anda. Kemajuan belajar yang sudah tersimpan tetap aman."),
    503: _l("Yang baru Anda kirim belum tersimpan. Tunggu beberapa detik, lalu coba lagi."),
}


#: Where a search helps: nothing stands at this address.
LOST = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Step:
    """What one can do next: a button on the page of an error."""

    words: str
    address: str
    icon: str


def init_app(app: Flask) -> None:
    """Let *app* answer every failure with a page, or with JSON where JSON was asked for."""
    app.register_error_handler(ElearnError, _refused)
    app.register_error_handler(CSRFError, _foreign)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeoutError, _busy)
    app.register_error_handler(Exception, _broken)


def status_of(error: ElearnError) -> int:
    """Return the status of *error*: its own family's, or the nearest above it."""
    for family in type(error).__mro__:
        if family in STATUSES:
            return STATUSES[family]
    return 422


def error_page(status: int, message: str = "", *, reference: str = "", retry_after: int = 0) -> Response:
    """Return the page (or JSON) for *status*; a failure of ours asks no database, which may be what failed."""
    viewer = _viewer(status)
    title = str(TITLES.get(status, TITLES[500 if status >= 500 else 400]))
    text = message or str(SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400]))
    if wants_json():
        body: dict[str, Any] = {"error": status, "message": text}
        if reference:
            body["reference"] = reference
        response = make_response(jsonify(body), status)
    else:
        page = render_template(
            "error.html",
            status=status,
            title=title,
            text=text,
            reference=reference,
            steps=_steps(status, signed_in=viewer is not None),
            lost=status in LOST,
            who=viewer,
        )
        response = make_response(page, status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _viewer(status: int) -> Viewer | None:
    """Return who is looking, and see that language and navigation ask nothing the database cannot answer now."""
    if status < 500:
        try:
            return sessions.viewer()
        except SQLAlchemyError:
            log.warning("database not available for a page that says %s", status)
    language.ask_nobody()
    return sessions.viewer_if_known()


def _steps(status: int, *, signed_in: bool) -> list[Step]:
    """Return what helps after *status*, the likeliest first: the same again, back to the form, or elsewhere."""
    looked = request.method in SAFE_METHODS
    steps: list[Step] = []
    if status == 401:
        steps.append(Step(_("Masuk"), url_for("account.sign_in"), "person"))
    elif looked and (status in {408, 429} or status >= 500):
        steps.append(Step(_("Coba lagi"), safe_next(here(), "/"), "again"))
    elif before := _before():
        steps.append(Step(_("Kembali ke halaman tadi"), before, "back"))
    if signed_in:
        steps.append(Step(_("Ke beranda"), "/belajar", "home"))
    steps.append(Step(_("Lihat kursus"), "/", "book"))
    return steps[:3]


def _before() -> str:
    """Return the page of this site from which the request came, if that is known and another one."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    same = request.method in SAFE_METHODS and address == here()
    return "" if same else safe_next(address, "")


def _refused(error: ElearnError) -> Response:
    retry_after = error.retry_after if isinstance(error, TooManyError) else 0
    return error_page(status_of(error), translated(error.sentence), retry_after=retry_after)


def _foreign(_error: CSRFError) -> Response:
    return error_page(403)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if isinstance(error, RequestEntityTooLarge):
        return error_page(413)
    if isinstance(error, InternalServerError) and error.original_exception is not None:
        # Something failed while another refusal was put into words.
        return _broken(error.original_exception)
    response = error_page(error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _busy(error: Exception) -> Response:
    """Say that nothing was saved and that another try makes sense: locked, full or gone."""
    reference = _reference()
    log.error("database not available, reference %s: %s", reference, error)
    return error_page(503, reference=reference, retry_after=RETRY_AFTER)


def _broken(error: BaseException) -> Response:
    if isinstance(error, OperationalError | PoolTimeoutError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        return _busy(error)
    reference = _reference()
    log.error("unexpected error, reference %s", reference, exc_info=error)
    return error_page(500, reference=reference)


def _reference() -> str:
    """Return what a person can read out over the phone, and an operator finds in the log."""
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


__all__ = ["STATUSES", "error_page", "init_app", "status_of"]
