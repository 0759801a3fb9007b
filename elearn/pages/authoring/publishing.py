"""Publishing: what will change, what stands in the way, the history of releases."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from elearn.content.problems import Problem
from elearn.pages.authoring.blueprint import bp, own_course
from elearn.pages.authoring.changes import compare
from elearn.pages.authoring.forms import AgainForm, PublishForm
from elearn.records import authoring, desk
from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.authoring import PublishRefusedError
from elearn.records.catalogue.models import Course
from elearn.records.errors import RefusedError
from elearn.web.clock import utc_now
from elearn.web.desk import looking
from elearn.web.extensions import current_session
from elearn.web.guards import role_required
from elearn.web.sessions import current_person
from elearn.web.templating import today


@bp.get("/kursus/<slug>/terbitkan")
@role_required(Role.TRAINER)
def publish_page(slug: str) -> str:
    """Show what publishing one's own drafts would change, and every problem in the way."""
    return _publish_page(slug, PublishForm(formdata=None))


@bp.post("/kursus/<slug>/terbitkan")
@role_required(Role.TRAINER)
def publish(slug: str) -> Response | tuple[str, int]:
    """Publish the trainer's own drafts; text with problems is refused and listed."""
    session = current_session()
    course = own_course(slug)
    form = PublishForm()
    if not form.validate():
        return _publish_page(slug, form), 422
    try:
        result = authoring.publish_drafts(
            session,
            course,
            note=(form.catatan.data or "").strip(),
            actor=current_person(session),
            now=utc_now(),
            today=today(),
        )
    except PublishRefusedError as error:
        session.rollback()
        form.refuse(error)
        return _publish_page(slug, form, problems=list(error.problems)), 422
    except RefusedError as error:
        session.rollback()
        form.refuse(error)
        return _publish_page(slug, form), 422
    session.commit()
    if result.release is None:
        flash(_("Tidak ada yang berubah, jadi tidak ada terbitan baru."), "info")
        return redirect(url_for(".course", slug=slug), code=303)
    flash(_("Terbit. Ini terbitan ke-%(number)s.", number=result.release.number), "ok")
    return redirect(url_for(".history", slug=slug), code=303)


@bp.get("/kursus/<slug>/riwayat")
@role_required(Role.TRAINER)
def history(slug: str) -> str:
    """Show every release of a course."""
    session = current_session()
    course = own_course(slug)
    return render_template(
        "authoring/history.html",
        course=course,
        releases=desk.releases_of(session, course),
        form=AgainForm(formdata=None, data={"tayang": _live_number(course)}),
    )


@bp.post("/kursus/<slug>/riwayat/<int(max=2147483647):number>")
@role_required(Role.TRAINER)
def make_live_again(slug: str, number: int) -> Response:
    """Make an earlier release live again, as a new release with the same revisions.

    The form says which release was live when it was shown, so that a second press changes nothing.
    """
    session = current_session()
    course = own_course(slug)
    form = AgainForm()
    here = url_for(".history", slug=slug)
    if not form.validate() or form.tayang.data != _live_number(course):
        session.rollback()
        flash(_("Sementara itu sudah ada terbitan lain. Lihat dulu daftarnya."), "info")
        return redirect(here, code=303)
    release = authoring.make_live_again(
        session, course, number, actor=current_person(session), way=Way.PAGE, now=utc_now()
    )
    session.commit()
    flash(
        _(
            "Terbitan ke-%(old)s ditayangkan lagi sebagai terbitan ke-%(new)s.",
            old=number,
            new=release.number,
        ),
        "ok",
    )
    return redirect(here, code=303)


def _live_number(course: Course) -> int:
    return course.live_release.number if course.live_release is not None else 0


def _publish_page(slug: str, form: PublishForm, *, problems: list[Problem] | None = None) -> str:
    with looking() as session:
        course = own_course(slug, session)
        actor = current_person(session)
        if problems is None:
            problems = authoring.check_course(session, course, actor, today())
        changed = []
        for file in authoring.editable_files(session, course, actor):
            view = authoring.open_draft(session, course, file.file_name, actor=actor)
            if view.number and view.text != view.live_text:
                changed.append((file, view, compare(view.live_text, view.text)))
        return render_template(
            "authoring/publish.html",
            course=course,
            form=form,
            problems=problems,
            blocking=sum(problem.blocks_publishing for problem in problems),
            changed=changed,
            needs_note=any(problem.code == "K84" for problem in problems),
            moved=[file for file, view, _changes in changed if view.moved_on],
            pictures=[line for line in desk.media_of(session, course) if not line.published],
            address=lambda name: url_for(".editor", slug=slug, file_name=name),
        )
