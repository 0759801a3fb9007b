"""The learners of a trainer's own course: progress, a one-time code, one more attempt."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.pages.authoring.blueprint import bp, own_course
from elearn.pages.authoring.forms import ExtraAttemptForm
from elearn.records import desk, study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, Role
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import RefusedError
from elearn.web.clock import utc_now
from elearn.web.desk import code_page, given
from elearn.web.extensions import current_session
from elearn.web.forms import translated
from elearn.web.guards import role_required
from elearn.web.sessions import current_person

#: Learners on one page.
PAGE_SIZE = 50


@bp.get("/kursus/<slug>/peserta")
@role_required(Role.TRAINER)
def course_learners(slug: str) -> str:
    """List the learners of a course, the one active last first."""
    session = current_session()
    course = own_course(slug)
    after = read_cursor(request.args.get("sesudah", ""))
    lines = desk.learners_of(session, course.id, after=after, limit=PAGE_SIZE + 1)
    further = lines[PAGE_SIZE - 1] if len(lines) > PAGE_SIZE else None
    return render_template(
        "authoring/learners.html",
        course=course,
        learners=lines[:PAGE_SIZE],
        first=after is None,
        next_page=write_cursor(further) if further else "",
    )


@bp.get("/kursus/<slug>/peserta/<int(max=2147483647):enrolment_id>")
@role_required(Role.TRAINER)
def learner(slug: str, enrolment_id: int) -> str:
    """Show one learner of a course: attempts and what can be given."""
    return _learner_page(slug, enrolment_id)


@bp.post("/kursus/<slug>/peserta/<int(max=2147483647):enrolment_id>/kode")
@role_required(Role.TRAINER)
def give_code(slug: str, enrolment_id: int) -> str | Response:
    """Make a one-time code for a learner and show it once.

    It stands in this answer only, neither in an address nor in a cookie, so there is no redirect.
    """
    session = current_session()
    enrolment = desk.enrolment_in(session, own_course(slug).id, enrolment_id)
    here = url_for(".learner", slug=slug, enrolment_id=enrolment_id)
    try:
        code = accounts.give_code(
            session,
            enrolment.user,
            kind=CodeKind.TOLD,
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        flash(translated(error.sentence), "bad")
        return redirect(here, code=303)
    session.commit()
    return code_page(enrolment.user, code, kind=CodeKind.TOLD, room="trainer", section="courses", back=here)


@bp.post("/kursus/<slug>/peserta/<int(max=2147483647):enrolment_id>/percobaan")
@role_required(Role.TRAINER)
def grant_attempt(slug: str, enrolment_id: int) -> Response | tuple[str, int]:
    """Grant one more attempt at a quiz, with a reason."""
    session = current_session()
    course = own_course(slug)
    enrolment = desk.enrolment_in(session, course.id, enrolment_id)
    form = _attempt_form(course)
    if not form.validate():
        return _learner_page(slug, enrolment_id, form=form), 422
    try:
        study.grant_attempt(
            session,
            enrolment,
            desk.quiz_in(session, course.id, form.kuis.data),
            reason=given(form.alasan.data),
            actor=current_person(session),
            way=Way.PAGE,
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _learner_page(slug, enrolment_id, form=form), 422
    session.commit()
    flash(_("Satu percobaan lagi diberikan."), "ok")
    return redirect(url_for(".learner", slug=slug, enrolment_id=enrolment_id), code=303)


def write_cursor(line: desk.LearnerLine) -> str:
    """Return where the next page begins: a moment and a row, nothing about the person."""
    return f"{line.last_activity_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{line.enrolment_id}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Read what `write_cursor` wrote; anything else is the first page."""
    moment, _dash, row = text.partition("-")
    if not row.isascii() or not row.isdigit() or len(row) > 10:
        return None
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), int(row)
    except ValueError:
        return None


def _attempt_form(course: Course, *, empty: bool = False) -> ExtraAttemptForm:
    form = ExtraAttemptForm(formdata=None) if empty else ExtraAttemptForm()
    form.offer(desk.quizzes_of(current_session(), course))
    return form


def _learner_page(slug: str, enrolment_id: int, *, form: ExtraAttemptForm | None = None) -> str:
    session = current_session()
    course = own_course(slug)
    enrolment: Enrolment = desk.enrolment_in(session, course.id, enrolment_id)
    return render_template(
        "authoring/learner.html",
        course=course,
        enrolment=enrolment,
        attempts=desk.attempts_of_person(session, [enrolment.id]).get(enrolment.id, []),
        form=form or _attempt_form(course, empty=True),
    )
