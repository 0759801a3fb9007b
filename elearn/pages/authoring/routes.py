"""A trainer's courses: the list, a new one, one course with its files, a new module."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.content.documents import COURSE_FILE, GLOSSARY_FILE, POSTTEST_FILE, PRETEST_FILE
from elearn.pages.authoring import editing, essays, inquiries, learners, publishing
from elearn.pages.authoring.blueprint import bp, own_course, propose_slug
from elearn.pages.authoring.forms import CourseForm, ModuleForm
from elearn.records import authoring, desk
from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.errors import RefusedError
from elearn.records.inquiries.queries import open_count
from elearn.web.clock import utc_now
from elearn.web.desk import given
from elearn.web.extensions import current_session
from elearn.web.guards import role_required
from elearn.web.sessions import current_person, current_viewer

__all__ = ["bp", "editing", "essays", "inquiries", "learners", "publishing"]

#: What a course may have and need not; its page offers those that are missing.
OPTIONAL_FILES = (PRETEST_FILE, POSTTEST_FILE, GLOSSARY_FILE)


@bp.get("/")
@role_required(Role.TRAINER)
def courses() -> str:
    """Show the trainer's courses."""
    session = current_session()
    lines = desk.courses_of_trainer(session, current_viewer().id)
    return render_template(
        "authoring/courses.html",
        courses=lines,
        titles={line.slug: line.title or _draft_title(line) for line in lines},
        asked=open_count(session, trainer_id=current_viewer().id),
    )


def _draft_title(line: desk.CourseLine) -> str:
    """Return the title of a course that was never published, as its drafts have it."""
    session = current_session()
    files = authoring.editable_files(session, own_course(line.slug), current_person(session))
    return next((file.title for file in files if file.file_name == COURSE_FILE), "") or line.slug


@bp.get("/kursus-baru")
@role_required(Role.TRAINER)
def new_course() -> str:
    """Show the form for a new course."""
    return render_template("authoring/new_course.html", form=CourseForm(formdata=None))


@bp.post("/kursus-baru")
@role_required(Role.TRAINER)
def make_course() -> Response | tuple[str, int]:
    """Make a course of drafts from the template, then open its page."""
    form = CourseForm()
    if form.validate():
        session = current_session()
        slug = form.alamat.data or propose_slug(given(form.judul.data))
        try:
            course = authoring.create_course(
                session,
                slug=slug,
                title=form.judul.data,
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
            session.commit()
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
            form.alamat.data = slug
        else:
            flash(_("Kursus dibuat sebagai konsep. Isi, lalu terbitkan."), "ok")
            return redirect(url_for(".course", slug=course.slug), code=303)
    return render_template("authoring/new_course.html", form=form), 422


@bp.get("/kursus/<slug>")
@role_required(Role.TRAINER)
def course(slug: str) -> str:
    """Show one course: its files, its drafts, what can be done with it."""
    session = current_session()
    found = own_course(slug)
    files = authoring.editable_files(session, found, current_person(session))
    title = next((file.title for file in files if file.file_name == COURSE_FILE), "") or slug
    return render_template(
        "authoring/course.html",
        course=found,
        title=title,
        files=files,
        trainers=desk.trainers_of_course(session, found.id),
        absent=[name for name in OPTIONAL_FILES if name not in {file.file_name for file in files}],
    )


@bp.get("/kursus/<slug>/modul-baru")
@role_required(Role.TRAINER)
def new_module(slug: str) -> str:
    """Show the form for a new module."""
    found = own_course(slug)
    return render_template("authoring/new_module.html", course=found, form=ModuleForm(formdata=None))


@bp.post("/kursus/<slug>/modul-baru")
@role_required(Role.TRAINER)
def make_module(slug: str) -> Response | tuple[str, int]:
    """Make the draft of a new module with an example quiz, then open it in the editor."""
    session = current_session()
    found = own_course(slug)
    form = ModuleForm()
    if form.validate():
        name = form.alamat.data or propose_slug(given(form.judul.data))
        try:
            draft = authoring.new_module(
                session,
                found,
                slug=name,
                title=form.judul.data,
                actor=current_person(session),
                now=utc_now(),
            )
            session.commit()
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
            form.alamat.data = name
        else:
            return redirect(url_for(".editor", slug=slug, file_name=draft.file_name), code=303)
    return render_template("authoring/new_module.html", course=found, form=form), 422
