"""What admins do: roles and accounts, trainers of courses, the audit trail."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.pages.administration.forms import (
    GRANTED,
    ActForm,
    AddTrainerForm,
    CodeForm,
    RemoveTrainerForm,
    RolesForm,
    SearchForm,
    SwitchForm,
)
from elearn.records import authoring, desk
from elearn.records.accounts import queries as account_queries
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, Role, User
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course
from elearn.records.errors import NotFoundError, RefusedError
from elearn.records.errors import _ as say
from elearn.records.privacy import queries as privacy
from elearn.web.clock import utc_now
from elearn.web.desk import code_page, given, tell
from elearn.web.extensions import current_session
from elearn.web.forms import translated
from elearn.web.guards import role_required
from elearn.web.sessions import current_person

bp = Blueprint("administration", __name__, url_prefix="/admin", template_folder="templates")

#: People shown for one search.
MOST_FOUND = 50
#: Events of the trail on one page.
TRAIL_SIZE = 50
ROW = "int(max=2147483647)"


@bp.get("/")
@role_required(Role.ADMIN)
def home() -> Response:
    """Go to the first page of the room."""
    return redirect(url_for(".people"), code=303)


@bp.get("/orang")
@role_required(Role.ADMIN)
def people() -> str:
    """Show who holds a role, and the form to look for a person."""
    return _people_page(SearchForm(formdata=None))


@bp.post("/orang")
@role_required(Role.ADMIN)
def find_people() -> str | tuple[str, int]:
    """Look for people; the answer is this page, so that no address holds the name."""
    form = SearchForm()
    if not form.validate():
        return _people_page(form), 422
    found = desk.find_people(current_session(), given(form.cari.data), limit=MOST_FOUND)
    return _people_page(form, found=found)


@bp.get(f"/orang/<{ROW}:user_id>")
@role_required(Role.ADMIN)
def person(user_id: int) -> str:
    """Show a person's roles and account."""
    return _person_page(desk.person(current_session(), user_id))


@bp.post(f"/orang/<{ROW}:user_id>/peran")
@role_required(Role.ADMIN)
def change_roles(user_id: int) -> Response | tuple[str, int]:
    """Grant and revoke roles so that the ticked ones are held."""
    session = current_session()
    found = desk.person(session, user_id)
    form = RolesForm()
    if not form.validate():
        return _person_page(found, roles_form=form), 422
    actor = current_person(session)
    held = account_queries.roles_of(session, found.id)
    wanted = form.chosen()
    try:
        for role in GRANTED:
            if role in wanted and role not in held:
                accounts.grant_role(session, found, role, actor=actor, way=Way.PAGE, now=utc_now())
            elif role in held and role not in wanted:
                accounts.revoke_role(session, found, role, actor=actor, way=Way.PAGE, now=utc_now())
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _person_page(desk.person(session, user_id), roles_form=form), 422
    session.commit()
    flash(_("Peran disimpan."), "ok")
    return redirect(url_for(".person", user_id=user_id), code=303)


@bp.post(f"/orang/<{ROW}:user_id>/akun")
@role_required(Role.ADMIN)
def switch_account(user_id: int) -> Response | tuple[str, int]:
    """Switch an account off, or on again, with a reason."""
    session = current_session()
    found = desk.person(session, user_id)
    form = SwitchForm()
    if not form.validate():
        return _person_page(found, switch_form=form), 422
    # The button says what it does, so that a page left open never does the opposite.
    off = "nonaktifkan" in request.form
    act = accounts.disable if off else accounts.enable
    try:
        act(
            session,
            found,
            actor=current_person(session),
            way=Way.PAGE,
            reason=given(form.alasan.data),
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _person_page(desk.person(session, user_id), switch_form=form), 422
    session.commit()
    flash(_("Akun dinonaktifkan.") if off else _("Akun diaktifkan lagi."), "ok")
    return redirect(url_for(".person", user_id=user_id), code=303)


@bp.post(f"/orang/<{ROW}:user_id>/kode")
@role_required(Role.ADMIN)
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
    return code_page(found, code, kind=kind, room="admin", section="people", back=here)


@bp.get("/kursus")
@role_required(Role.ADMIN)
def courses() -> str:
    """List every course with its trainers."""
    session = current_session()
    lines = [
        (course, title, desk.trainers_of_course(session, course.id))
        for course, title in desk.all_courses(session)
    ]
    return render_template("administration/courses.html", courses=lines)


@bp.get("/kursus/<slug>")
@role_required(Role.ADMIN)
def course(slug: str) -> str:
    """Show the trainers of a course."""
    return _course_page(catalogue.course_by_slug(current_session(), slug))


@bp.post("/kursus/<slug>/tambah")
@role_required(Role.ADMIN)
def add_trainer(slug: str) -> Response | tuple[str, int]:
    """Make a person with the trainer's role a trainer of the course."""
    session = current_session()
    found = catalogue.course_by_slug(current_session(), slug)
    form = AddTrainerForm()
    form.offer(desk.people_with_role(session, Role.TRAINER))
    if not form.validate():
        return _course_page(found, form=form), 422
    return _set_trainers(found, add=[desk.person(session, form.orang.data)], remove=[])


@bp.post("/kursus/<slug>/keluarkan")
@role_required(Role.ADMIN)
def remove_trainer(slug: str) -> Response:
    """Take a trainer from the course; their drafts stay."""
    session = current_session()
    found = catalogue.course_by_slug(current_session(), slug)
    text = RemoveTrainerForm().orang.data or ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFoundError(say("Orang ini tidak ditemukan."))
    return _set_trainers(found, add=[], remove=[desk.person(session, int(text))])


@bp.get("/jejak")
@role_required(Role.ADMIN)
def trail() -> str:
    """Show the audit trail, the newest first."""
    text = request.args.get("sebelum", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    return _trail_page(before)


@bp.post("/jejak/periksa")
@role_required(Role.ADMIN)
def check_chain() -> str:
    """Check that no event was changed or taken out; it reads everything, so it waits for a press."""
    return _trail_page(None, problems=audit.verify_chain(current_session()))


def _set_trainers(found: Course, *, add: list[User], remove: list[User]) -> Response:
    session = current_session()
    here = url_for(".course", slug=found.slug)
    try:
        authoring.set_trainers(
            session,
            found,
            add=add,
            remove=remove,
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        flash(translated(error.sentence), "bad")
        return redirect(here, code=303)
    session.commit()
    flash(_("Pelatih kursus disimpan."), "ok")
    return redirect(here, code=303)


def _people_page(form: SearchForm, *, found: object = None) -> str:
    holders = desk.role_holders(current_session())
    return render_template(
        "administration/people.html",
        form=form,
        found=found,
        holders=holders,
        most=MOST_FOUND,
        waiting=privacy.open_request_count(current_session()),
    )


def _person_page(
    found: User,
    *,
    roles_form: RolesForm | None = None,
    switch_form: SwitchForm | None = None,
    code_form: CodeForm | None = None,
) -> str:
    session = current_session()
    held = account_queries.roles_of(session, found.id)
    return render_template(
        "administration/person.html",
        subject=found,
        roles=held,
        courses=desk.courses_of_trainer(session, found.id),
        trail=tell(desk.trail(session, about=found.id, limit=20)),
        roles_form=roles_form
        or RolesForm(formdata=None, data={role.value: role in held for role in GRANTED}),
        switch_form=switch_form or SwitchForm(formdata=None),
        code_form=code_form or CodeForm(formdata=None),
    )


def _course_page(found: Course, *, form: AddTrainerForm | None = None) -> str:
    session = current_session()
    trainers = desk.trainers_of_course(session, found.id)
    if form is None:
        form = AddTrainerForm(formdata=None)
        here = {line.user_id for line in trainers}
        people = desk.people_with_role(session, Role.TRAINER)
        form.offer((user_id, name) for user_id, name in people if user_id not in here)
    return render_template(
        "administration/course.html",
        course=found,
        trainers=trainers,
        form=form,
        act=ActForm(formdata=None),
    )


def _trail_page(before: int | None, *, problems: list[str] | None = None) -> str:
    events = tell(desk.trail(current_session(), before_id=before, limit=TRAIL_SIZE + 1))
    return render_template(
        "administration/trail.html",
        events=events[:TRAIL_SIZE],
        older=events[TRAIL_SIZE - 1].event_id if len(events) > TRAIL_SIZE else None,
        first=before is None,
        problems=problems,
        act=ActForm(formdata=None),
    )
