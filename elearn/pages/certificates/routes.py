"""Certificates: one's own, and the page on which anybody checks one."""

from __future__ import annotations

import json
from urllib.parse import quote

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from elearn.pages.certificates.document import certificate_pdf, missing_letters
from elearn.pages.certificates.forms import ConfirmForm
from elearn.records import study
from elearn.records.accounts.models import Role
from elearn.records.accounts.queries import regency_of
from elearn.records.catalogue.queries import course_by_slug, release_view
from elearn.records.certificates import queries
from elearn.records.certificates.models import Certificate, CertificateEventKind
from elearn.records.certificates.serials import normalise_serial, show_serial
from elearn.records.enrolments.queries import enrolment_of
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.errors import _ as say
from elearn.web import sessions
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.guards import public, signed_in
from elearn.web.limits import slow_down
from elearn.web.printing import certificate_settings
from elearn.web.templating import settings, today

bp = Blueprint("certificates", __name__, template_folder="templates")

#: Serials cannot be walked (130 bits); this only keeps a script from asking all day.
CHECKS_PER_ADDRESS = 2000


@bp.get("/sertifikat")
@public
def look_up() -> BaseResponse | str | tuple[str, int]:
    """Take a typed serial to its page; show one's own certificates to whoever is signed in."""
    typed = request.args.get("kode", "").strip()[:200]
    if typed:
        serial = normalise_serial(typed)
        if serial is not None:
            return redirect(url_for(".verify", serial=serial), code=303)
    viewer = sessions.viewer()
    own = queries.certificates_of(current_session(), viewer.id) if viewer is not None else []
    cards = [(certificate, queries.state_of(certificate, today())) for certificate in own]
    page = render_template("certificates/look_up.html", own=cards, typed=typed, unreadable=bool(typed))
    return (page, 422) if typed else page


@bp.get("/sertifikat/<serial>")
@public
def verify(serial: str) -> BaseResponse:
    """Show everything that is printed on a certificate, and its state today."""
    slow_down("cek", limit=CHECKS_PER_ADDRESS)
    canonical = normalise_serial(serial[:200])
    if canonical is not None and canonical != serial:
        return redirect(url_for(".verify", serial=canonical), code=303)
    certificate = _found(canonical)
    if certificate is None:
        page = render_template("certificates/unknown.html", typed=serial[:60])
        return make_response(page, 404)
    viewer = sessions.viewer()
    state = queries.state_of(certificate, today())
    if state is queries.CertificateState.ERASED:
        return make_response(render_template("certificates/erased.html", asked_at=utc_now()))
    events = {event.kind: event for event in certificate.events}
    return make_response(
        render_template(
            "certificates/verify.html",
            certificate=certificate,
            state=state,
            modules=json.loads(certificate.modules),
            revoked=events.get(CertificateEventKind.REVOKED),
            replacement=queries.replacement_of(current_session(), certificate),
            followed=queries.followed_by(current_session(), certificate),
            own=viewer is not None and certificate.enrolment.user_id == viewer.id,
            may_download=viewer is not None and _may_download(certificate),
            share=_share_address(certificate),
            asked_at=utc_now(),
            shown=show_serial(certificate.serial),
        )
    )


@bp.get("/sertifikat/<serial>.pdf")
@signed_in
def download(serial: str) -> Response:
    """Send the certificate as a PDF to its owner or to staff."""
    certificate = _found(normalise_serial(serial[:200]))
    erased = queries.CertificateState.ERASED
    if (
        certificate is None
        or not _may_download(certificate)
        or queries.state_of(certificate, today()) is erased
    ):
        raise NotFoundError(say("Sertifikat ini tidak ditemukan."))
    response = Response(certificate_pdf(certificate), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="sertifikat-{certificate.serial}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/belajar/<kursus>/sertifikat")
@signed_in
def show_confirmation(kursus: str) -> BaseResponse:
    """Ask for name and regency as they will be printed and counted; never before the course is complete."""
    session = current_session()
    viewer = sessions.current_viewer()
    enrolment = enrolment_of(session, viewer.id, kursus)
    if enrolment.completed_at is None:
        return redirect(f"/kursus/{kursus}", code=303)
    person = sessions.current_person(session)
    regency = regency_of(session, person.id, today())
    form = ConfirmForm(formdata=None, data={"nama": person.name, "kabupaten": regency or ""})
    return make_response(_confirmation(kursus, form))


@bp.post("/belajar/<kursus>/sertifikat")
@signed_in
def confirm(kursus: str) -> BaseResponse:
    """Keep name and regency, and issue the certificate that is due."""
    session = current_session()
    learner = sessions.current_person(session)
    enrolment = enrolment_of(session, learner.id, kursus)
    form = ConfirmForm()
    if form.validate():
        try:
            certificate = study.confirm_and_issue(
                session,
                learner,
                enrolment,
                name=form.nama.data or "",
                regency=form.kabupaten.data or "",
                printing=certificate_settings(settings()),
                now=utc_now(),
                missing_letters=missing_letters,
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            if certificate is not None:
                flash(_("Sertifikat Anda sudah terbit."), "ok")
                return redirect(f"/sertifikat/{certificate.serial}", code=303)
            flash(_("Nama tersimpan. Sertifikat belum bisa diterbitkan; petugas akan memeriksanya."), "info")
            return redirect("/belajar", code=303)
    return make_response(_confirmation(kursus, form), 422)


def _confirmation(course_slug: str, form: ConfirmForm) -> str:
    session = current_session()
    course = course_by_slug(session, course_slug)
    release = release_view(session, course.live_release_id or 0)
    return render_template(
        "certificates/confirm.html",
        form=form,
        course_title=release.title,
        course_address=f"/kursus/{course_slug}",
        course_language=release.language,
    )


def _found(serial: str | None) -> Certificate | None:
    return None if serial is None else queries.certificate_by_serial(current_session(), serial)


def _may_download(certificate: Certificate) -> bool:
    viewer = sessions.current_viewer()
    return certificate.enrolment.user_id == viewer.id or Role.STAFF in viewer.roles


def _share_address(certificate: Certificate) -> str:
    """Return a WhatsApp address that has the words and the link already."""
    words = _(
        "Sertifikat kursus %(course)s: %(address)s",
        course=certificate.course_title,
        address=certificate.verification_url,
    )
    return f"https://wa.me/?text={quote(words)}"
