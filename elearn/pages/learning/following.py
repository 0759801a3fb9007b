"""Putting a course aside and taking it up again, and noting which lesson is before somebody."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.records import study
from elearn.web import sessions
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.guards import signed_in

bp = Blueprint("following", __name__)


@bp.post("/kursus/<kursus>/sisihkan")
@signed_in
def put_aside(kursus: str) -> BaseResponse:
    """Put a course aside; nothing of it is lost."""
    session = current_session()
    study.put_aside(session, sessions.current_person(session), kursus, utc_now())
    session.commit()
    flash(_("Kursus disisihkan. Kemajuan Anda tetap tersimpan."), "ok")
    return redirect("/belajar", code=303)


@bp.post("/kursus/<kursus>/lanjut")
@signed_in
def take_up(kursus: str) -> BaseResponse:
    """Come back to a course that was put aside."""
    session = current_session()
    study.take_up(session, sessions.current_person(session), kursus)
    session.commit()
    flash(_("Selamat datang kembali. Kemajuan Anda masih ada."), "ok")
    return redirect(f"/kursus/{kursus}", code=303)


@bp.post("/kursus/<kursus>/<modul>/dibuka")
@signed_in
def note_opened(kursus: str, modul: str) -> BaseResponse:
    """Note that a lesson was opened: by its script, or by "Sudah saya lihat" on the home."""
    session = current_session()
    study.note_opened(session, sessions.current_viewer().id, kursus, modul, utc_now())
    session.commit()
    if request.form.get("kembali") == "beranda":
        return redirect("/belajar", code=303)
    return Response(status=204)
