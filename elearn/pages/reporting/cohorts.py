"""Cohorts: the list, a new one, its members, existing people and new ones."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.pages.reporting.blueprint import bp
from elearn.pages.reporting.forms import CohortForm, EndForm, MemberForm, NewPersonForm, SearchForm
from elearn.records import desk
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, Role
from elearn.records.audit.models import Way
from elearn.records.cohorts import services
from elearn.records.cohorts.models import Cohort
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.errors import _ as say
from elearn.web.clock import utc_now
from elearn.web.desk import code_page, given
from elearn.web.extensions import current_session
from elearn.web.forms import translated
from elearn.web.guards import role_required
from elearn.web.sessions import current_person
from elearn.web.templating import language_of, spoken, today

#: People shown for one search.
MOST_FOUND = 20
ROW = "int(max=2147483647)"


@bp.get("/angkatan")
@role_required(Role.STAFF)
def cohorts() -> str:
    """List the cohorts."""
    return render_template("reporting/cohorts.html", cohorts=desk.cohort_lines(current_session()))


@bp.get("/angkatan/baru")
@role_required(Role.STAFF)
def new_cohort() -> str:
    """Show the form for a new cohort."""
    return render_template("reporting/new_cohort.html", form=_cohort_form(empty=True))


@bp.post("/angkatan/baru")
@role_required(Role.STAFF)
def make_cohort() -> Response | tuple[str, int]:
    """Make a cohort with its courses."""
    session = current_session()
    form = _cohort_form()
    if form.validate():
        chosen = set(form.kursus.data or [])
        courses = [course for course, _title in desk.all_courses(session) if course.id in chosen]
        try:
            cohort = services.make_cohort(
                session,
                name=form.nama.data,
                starts_on=given(form.mulai.data),
                ends_on=form.selesai.data,
                courses=courses,
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
            session.commit()
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            flash(_("Angkatan dibuat. Sekarang masukkan pesertanya."), "ok")
            return redirect(url_for(".cohort", cohort_id=cohort.id), code=303)
    return render_template("reporting/new_cohort.html", form=form), 422


@bp.get(f"/angkatan/<{ROW}:cohort_id>")
@role_required(Role.STAFF)
def cohort(cohort_id: int) -> str:
    """Show a cohort with its members."""
    return _cohort_page(cohort_id, SearchForm(formdata=None))


@bp.post(f"/angkatan/<{ROW}:cohort_id>/cari")
@role_required(Role.STAFF)
def find_members(cohort_id: int) -> str | tuple[str, int]:
    """Look for people to put into the cohort; the answer is this page, so that no address holds it."""
    session = current_session()
    _cohort(cohort_id)
    form = SearchForm()
    if not form.validate():
        return _cohort_page(cohort_id, form), 422
    found = desk.find_people(session, given(form.cari.data), limit=MOST_FOUND)
    return _cohort_page(cohort_id, form, found=found)


@bp.post(f"/angkatan/<{ROW}:cohort_id>/anggota")
@role_required(Role.STAFF)
def add_member(cohort_id: int) -> Response | tuple[str, int]:
    """Put an existing person into the cohort."""
    session = current_session()
    cohort = _cohort(cohort_id)
    form = MemberForm()
    if not form.validate():
        return _cohort_page(cohort_id, SearchForm(formdata=None), member_form=form), 422
    text = form.orang.data or ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFoundError(say("Orang ini tidak ditemukan."))
    person = desk.person(session, int(text))
    try:
        services.add_member(
            session,
            cohort,
            person,
            joined_on=given(form.sejak.data),
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        again = [desk.person(session, int(text))]
        return _cohort_page(cohort_id, SearchForm(formdata=None), found=again, member_form=form), 422
    session.commit()
    flash(_("%(name)s masuk angkatan ini.", name=person.name), "ok")
    return redirect(url_for(".cohort", cohort_id=cohort_id), code=303)


@bp.get(f"/angkatan/<{ROW}:cohort_id>/orang-baru")
@role_required(Role.STAFF)
def new_person(cohort_id: int) -> str:
    """Show the form for a person who has no account yet."""
    form = NewPersonForm(formdata=None, data={"sejak": today()})
    return render_template("reporting/new_person.html", cohort=_cohort(cohort_id), form=form)


@bp.post(f"/angkatan/<{ROW}:cohort_id>/orang-baru")
@role_required(Role.STAFF)
def make_person(cohort_id: int) -> str | tuple[str, int]:
    """Make an account, put its person into the cohort and show the slip with the one-time link, once."""
    session = current_session()
    cohort = _cohort(cohort_id)
    form = NewPersonForm()
    if form.validate():
        now = utc_now()
        actor = current_person(session)
        try:
            person = accounts.create_user(
                session,
                name=form.nama.data,
                phone=(form.nomor.data or "").strip() or None,
                contact_phone=(form.kontak.data or "").strip() or None,
                regency=form.kabupaten.data or None,
                today=today(),
                actor=actor,
                way=Way.PAGE,
                now=now,
            )
            services.add_member(
                session, cohort, person, joined_on=given(form.sejak.data), actor=actor, way=Way.PAGE, now=now
            )
            code = accounts.give_code(session, person, kind=CodeKind.SLIP, actor=actor, way=Way.PAGE, now=now)
            session.commit()
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            here = url_for(".cohort", cohort_id=cohort_id)
            return code_page(person, code, kind=CodeKind.SLIP, room="staff", section="cohorts", back=here)
    return render_template("reporting/new_person.html", cohort=_cohort(cohort_id), form=form), 422


@bp.post(f"/angkatan/<{ROW}:cohort_id>/anggota/<{ROW}:membership_id>/keluar")
@role_required(Role.STAFF)
def end_membership(cohort_id: int, membership_id: int) -> Response:
    """End a membership; it stays in the list with its last day."""
    session = current_session()
    _cohort(cohort_id)
    membership = desk.membership_in(session, cohort_id, membership_id)
    form = EndForm()
    here = url_for(".cohort", cohort_id=cohort_id)
    if not form.validate():
        flash(_("Tulis tanggal terakhirnya dulu."), "bad")
        return redirect(here, code=303)
    try:
        services.end_membership(
            session,
            membership,
            left_on=given(form.sampai.data),
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        flash(translated(error.sentence), "bad")
        return redirect(here, code=303)
    session.commit()
    flash(_("Keanggotaan diakhiri."), "ok")
    return redirect(here, code=303)


def _cohort(cohort_id: int) -> Cohort:
    found = current_session().get(Cohort, cohort_id)
    if found is None:
        raise NotFoundError(say("Angkatan ini tidak ditemukan."))
    return found


def _cohort_form(*, empty: bool = False) -> CohortForm:
    form = CohortForm(formdata=None) if empty else CohortForm()
    form.offer(
        (course.id, spoken(title, language_of(course.slug)))
        for course, title in desk.all_courses(current_session())
    )
    return form


def _cohort_page(
    cohort_id: int,
    form: SearchForm,
    *,
    found: object = None,
    member_form: MemberForm | None = None,
) -> str:
    session = current_session()
    cohort = _cohort(cohort_id)
    return render_template(
        "reporting/cohort.html",
        cohort=cohort,
        courses=desk.courses_of_cohort(session, cohort_id),
        members=desk.members_of(session, cohort_id),
        form=form,
        found=found,
        member_form=member_form or MemberForm(formdata=None, data={"sejak": today()}),
        end_form=EndForm(formdata=None, data={"sampai": today()}),
    )
