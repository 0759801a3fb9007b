"""One person as staff see them: found by POST, looked at, corrected, helped back in."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.pages.reporting.blueprint import bp
from elearn.pages.reporting.forms import (
    ActForm,
    CodeForm,
    CorrectForm,
    ExtraAttemptForm,
    ReasonForm,
    SearchForm,
)
from elearn.records import desk, study
from elearn.records.accounts import keys
from elearn.records.accounts import queries as account_queries
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, Role, User
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course
from elearn.records.certificates import queries as certificate_queries
from elearn.records.certificates import services as certificates
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.errors import _ as say
from elearn.web.clock import utc_now
from elearn.web.desk import code_page, given, tell
from elearn.web.extensions import current_session
from elearn.web.forms import place_name
from elearn.web.guards import role_required
from elearn.web.sessions import current_person
from elearn.web.templating import today

#: People shown for one search.
MOST_FOUND = 50
#: Events of the trail on a person's page.
TRAIL_SIZE = 30
#: Two forms with a reason stand on one page.
RELEASE = "lepas-"
ROW = "int(max=2147483647)"


@bp.get("/peserta")
@role_required(Role.STAFF)
def people() -> str:
    """Show the form to look for a person."""
    return render_template("reporting/people.html", form=SearchForm(formdata=None), found=None)


@bp.post("/peserta")
@role_required(Role.STAFF)
def find_people() -> str | tuple[str, int]:
    """Look for people by name, number or serial; the answer is this page, so that no address holds it."""
    form = SearchForm()
    if not form.validate():
        return render_template("reporting/people.html", form=form, found=None), 422
    found = desk.find_people(current_session(), given(form.cari.data), limit=MOST_FOUND)
    return render_template("reporting/people.html", form=form, found=found, most=MOST_FOUND)


@bp.get(f"/peserta/<{ROW}:user_id>")
@role_required(Role.STAFF)
def person(user_id: int) -> str:
    """Show one person's record."""
    return _person_page(desk.person(current_session(), user_id))


@bp.post(f"/peserta/<{ROW}:user_id>/nomor")
@role_required(Role.STAFF)
def show_number(user_id: int) -> str:
    """Show the person's numbers whole; that somebody looked stays in the trail."""
    session = current_session()
    found = desk.person(session, user_id)
    audit.record(
        session,
        actor=current_person(session),
        way=Way.PAGE,
        action="account.show_number",
        subject_type="user",
        subject_id=found.id,
        subject_user_id=found.id,
        now=utc_now(),
    )
    session.commit()
    return _person_page(desk.person(session, user_id), whole_numbers=True)


@bp.get(f"/peserta/<{ROW}:user_id>/data")
@role_required(Role.STAFF)
def correct(user_id: int) -> str:
    """Show the form to correct a person's data."""
    session = current_session()
    found = desk.person(session, user_id)
    regency = account_queries.regency_of(session, found.id, today())
    form = CorrectForm(formdata=None, data={"nama": found.name, "kabupaten": regency or ""})
    return _correct_page(found, form, ReasonForm(formdata=None, prefix=RELEASE))


@bp.post(f"/peserta/<{ROW}:user_id>/data")
@role_required(Role.STAFF)
def save_correction(user_id: int) -> Response | tuple[str, int]:
    """Correct name, numbers or regency; numbers left empty stay as they are."""
    session = current_session()
    found = desk.person(session, user_id)
    form = CorrectForm()
    if form.validate():
        try:
            accounts.correct_person(
                session,
                found,
                name=form.nama.data,
                phone=(form.nomor.data or "").strip() or found.phone,
                email=found.email,
                contact_phone=(form.kontak.data or "").strip() or found.contact_phone,
                regency=form.kabupaten.data or None,
                reason=given(form.alasan.data),
                actor=current_person(session),
                way=Way.PAGE,
                today=today(),
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(_("Data diperbaiki. Perubahannya dicatat."), "ok")
            return redirect(url_for(".person", user_id=user_id), code=303)
    return _correct_page(desk.person(session, user_id), form, ReasonForm(formdata=None, prefix=RELEASE)), 422


@bp.post(f"/peserta/<{ROW}:user_id>/lepas-nomor")
@role_required(Role.STAFF)
def release_number(user_id: int) -> Response | tuple[str, int]:
    """Take the sign-in number from an account that holds it wrongly."""
    session = current_session()
    found = desk.person(session, user_id)
    form = ReasonForm(prefix=RELEASE)
    if form.validate():
        try:
            accounts.release_number(
                session,
                found,
                reason=given(form.alasan.data),
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(
                _("Nomor dilepas. Orang ini sekarang masuk dengan %(username)s.", username=found.username),
                "ok",
            )
            return redirect(url_for(".person", user_id=user_id), code=303)
    found = desk.person(session, user_id)
    regency = account_queries.regency_of(session, found.id, today())
    correction = CorrectForm(formdata=None, data={"nama": found.name, "kabupaten": regency or ""})
    return _correct_page(found, correction, form), 422


@bp.post(f"/peserta/<{ROW}:user_id>/kode")
@role_required(Role.STAFF)
def give_code(user_id: int) -> str | Response | tuple[str, int]:
    """Make a one-time code and show it once.

    It stands in this answer only, neither in an address nor in a cookie, so there is no redirect.
    """
    session = current_session()
    found = desk.person(session, user_id)
    form = CodeForm()
    if not form.validate():
        return _person_page(found, code_form=form), 422
    kind = CodeKind(form.jenis.data)
    try:
        code = accounts.give_code(
            session, found, kind=kind, actor=current_person(session), way=Way.PAGE, now=utc_now()
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _person_page(desk.person(session, user_id), code_form=form), 422
    session.commit()
    here = url_for(".person", user_id=user_id)
    return code_page(found, code, kind=kind, room="staff", section="people", back=here)


@bp.post(f"/peserta/<{ROW}:user_id>/percobaan")
@role_required(Role.STAFF)
def grant_attempt(user_id: int) -> Response | tuple[str, int]:
    """Grant one more attempt at a quiz of one of the person's courses."""
    session = current_session()
    found = desk.person(session, user_id)
    lines = desk.enrolments_of(session, found.id)
    form = ExtraAttemptForm()
    form.offer(_quizzes(lines))
    if form.validate():
        enrolment_id, module_id = (int(part) for part in form.kuis.data.split("-"))
        line = next(line for line in lines if line.enrolment_id == enrolment_id)
        try:
            study.grant_attempt(
                session,
                desk.enrolment_in(session, line.course_id, enrolment_id),
                desk.quiz_in(session, line.course_id, module_id),
                reason=given(form.alasan.data),
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(_("Satu percobaan lagi diberikan."), "ok")
            return redirect(url_for(".person", user_id=user_id), code=303)
    return _person_page(desk.person(session, user_id), attempt_form=form), 422


@bp.post(f"/peserta/<{ROW}:user_id>/sertifikat/<serial>/cabut")
@role_required(Role.STAFF)
def revoke_certificate(user_id: int, serial: str) -> Response | tuple[str, int]:
    """Revoke one of the person's certificates, with a reason that everybody can read."""
    session = current_session()
    found = desk.person(session, user_id)
    held = {line.serial: line for line in certificate_queries.certificates_of(session, found.id)}
    if serial not in held:
        raise NotFoundError(say("Sertifikat ini tidak ditemukan."))
    form = ReasonForm()
    if form.validate():
        try:
            certificates.revoke(
                session,
                held[serial],
                reason=given(form.alasan.data),
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(_("Sertifikat dicabut. Halaman cek sudah menunjukkannya."), "ok")
            return redirect(url_for(".person", user_id=user_id), code=303)
    return _person_page(desk.person(session, user_id), revoking=(serial, form)), 422


def _quizzes(lines: list[desk.EnrolmentLine]) -> list[tuple[desk.EnrolmentLine, desk.QuizLine]]:
    session = current_session()
    found = []
    for line in lines:
        course = session.get(Course, line.course_id)
        if course is not None:
            found += [(line, quiz) for quiz in desk.quizzes_of(session, course)]
    return found


def _person_page(
    found: User,
    *,
    whole_numbers: bool = False,
    code_form: CodeForm | None = None,
    attempt_form: ExtraAttemptForm | None = None,
    revoking: tuple[str, ReasonForm] | None = None,
) -> str:
    session = current_session()
    lines = desk.enrolments_of(session, found.id)
    if attempt_form is None:
        attempt_form = ExtraAttemptForm(formdata=None)
        attempt_form.offer(_quizzes(lines))
    regency = account_queries.regency_of(session, found.id, today())
    shown = keys.show_phone if whole_numbers else keys.mask_phone
    return render_template(
        "reporting/person.html",
        subject=found,
        phone=shown(found.phone) if found.phone else "",
        contact=shown(found.contact_phone) if found.contact_phone else "",
        whole_numbers=whole_numbers,
        regency=place_name(regency) if regency else "",
        roles=account_queries.roles_of(session, found.id),
        enrolments=lines,
        attempts=desk.attempts_of_person(session, [line.enrolment_id for line in lines]),
        memberships=desk.memberships_of(session, found.id),
        certificates=[
            (line, certificate_queries.state_of(line, today()))
            for line in certificate_queries.certificates_of(session, found.id)
        ],
        trail=tell(desk.trail(session, about=found.id, limit=TRAIL_SIZE, before_id=_before())),
        trail_size=TRAIL_SIZE,
        code_form=code_form or CodeForm(formdata=None),
        attempt_form=attempt_form,
        reason_form=ReasonForm(formdata=None),
        revoking=revoking,
        act=ActForm(formdata=None),
    )


def _correct_page(found: User, form: CorrectForm, release: ReasonForm) -> str:
    return render_template("reporting/correct.html", subject=found, form=form, release=release)


def _before() -> int | None:
    text = request.args.get("sebelum", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
