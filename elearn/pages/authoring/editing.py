"""The editor: text, preview and problems of one file of a course; its pictures."""

from __future__ import annotations

from collections.abc import Sequence

from flask import (
    flash,
    get_template_attribute,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from elearn.content.problems import Problem
from elearn.pages.authoring.blueprint import bp, own_course
from elearn.pages.authoring.changes import compare
from elearn.pages.authoring.forms import LARGEST_NUMBER, DraftForm, PictureForm
from elearn.records import authoring, desk
from elearn.records.accounts.models import Role
from elearn.records.authoring import DraftMovedError, Preview
from elearn.records.authoring.drafts import title_of
from elearn.records.catalogue.models import Course
from elearn.records.errors import ConflictError, RefusedError
from elearn.web.clock import utc_now
from elearn.web.desk import Reading, looking
from elearn.web.extensions import current_session
from elearn.web.forms import translated
from elearn.web.guards import role_required
from elearn.web.sessions import current_person
from elearn.web.templating import hour, safe

#: The largest picture taken, before it is made smaller.
MOST_PICTURE_BYTES = 10 * 1024 * 1024


@bp.get("/kursus/<slug>/file/<file_name>")
@role_required(Role.TRAINER)
def editor(slug: str, file_name: str) -> str:
    """Show the draft of a file, or the live text where there is none."""
    return _editor_page(slug, file_name)


@bp.post("/kursus/<slug>/file/<file_name>")
@role_required(Role.TRAINER)
def save_draft(slug: str, file_name: str) -> Response | tuple[str, int]:
    """Save what was typed; a save over an older state is kept beside the draft and shown."""
    session = current_session()
    course = own_course(slug)
    form = DraftForm()
    if not form.validate():
        return _editor_page(slug, file_name, form=form), 422
    try:
        authoring.save_draft(
            session,
            course,
            file_name,
            text=form.teks.data or "",
            number=form.nomor.data,
            actor=current_person(session),
            now=utc_now(),
            merged=bool(form.gabung.data),
        )
    except DraftMovedError as error:
        session.commit()
        flash(translated(error.sentence), "warn")
    except RefusedError as error:
        session.rollback()
        form.refuse(error, field="teks")
        return _editor_page(slug, file_name, form=form), 422
    else:
        session.commit()
        if "lihat" not in request.form:
            flash(_("Konsep tersimpan."), "ok")
    anchor = "pv" if "lihat" in request.form else None
    return redirect(url_for(".editor", slug=slug, file_name=file_name, _anchor=anchor), code=303)


@bp.post("/kursus/<slug>/file/<file_name>/simpan")
@role_required(Role.TRAINER)
def autosave(slug: str, file_name: str) -> Response:
    """Save what the page's script sends, and answer with preview and problems."""
    session = current_session()
    course = own_course(slug)
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise BadRequest from None
    if not isinstance(body, dict):
        raise BadRequest
    text, number = body.get("teks"), body.get("nomor")
    if not isinstance(text, str) or not isinstance(number, int) or isinstance(number, bool):
        raise BadRequest
    if not 0 <= number <= LARGEST_NUMBER:
        raise BadRequest
    actor = current_person(session)
    now = utc_now()
    try:
        draft = authoring.save_draft(
            session, course, file_name, text=text, number=number, actor=actor, now=now
        )
    except DraftMovedError as error:
        session.commit()
        return make_response(jsonify(error="moved", message=translated(error.sentence)), 409)
    session.commit()
    saved, number, at = draft.text, draft.number, draft.saved_at
    session.rollback()
    with looking() as reading:
        seen = _preview(reading, own_course(slug, reading), file_name, saved)
    reply = {"nomor": number, "teks": saved, "pukul": hour(at), "html": None}
    if seen is not None:
        blocking = _blocking(seen.problems)
        reply["html"] = seen.html
        # The same words as on the page, put there by the script as they come.
        reply["masalah"] = _piece("checks", seen.problems, blocking, seen.figures)
        reply["tertahan"] = _piece("held_up", blocking)
    return make_response(jsonify(reply))


@bp.post("/kursus/<slug>/file/<file_name>/buang")
@role_required(Role.TRAINER)
def discard_draft(slug: str, file_name: str) -> Response:
    """Throw away the trainer's own draft; a file that was never published goes with it."""
    session = current_session()
    course = own_course(slug)
    authoring.discard_draft(session, course, file_name, actor=current_person(session))
    session.commit()
    flash(_("Konsep dibuang."), "ok")
    return redirect(url_for(".course", slug=slug), code=303)


@bp.get("/kursus/<slug>/lihat/<file_name>")
@role_required(Role.TRAINER)
def as_learner(slug: str, file_name: str) -> str:
    """Show a draft as learners will see it, by the renderer that publishing uses."""
    session = current_session()
    course = own_course(slug)
    view = authoring.open_draft(session, course, file_name, actor=current_person(session))
    seen = _preview(session, course, file_name, view.text)
    return render_template(
        "authoring/as_learner.html",
        course=course,
        view=view,
        html=safe(seen.html) if seen is not None else None,
        file_name=file_name,
    )


@bp.get("/kursus/<slug>/media")
@role_required(Role.TRAINER)
def media(slug: str) -> str:
    """Show the pictures of a course with the Markdown that puts them into a text."""
    return _media_page(slug, PictureForm(formdata=None))


@bp.post("/kursus/<slug>/media")
@role_required(Role.TRAINER)
def add_picture(slug: str) -> Response | tuple[str, int]:
    """Take a picture; it is drawn anew, so that nothing but the picture is kept."""
    session = current_session()
    course = own_course(slug)
    form = PictureForm()
    sent = form.gambar.data
    content = sent.read(MOST_PICTURE_BYTES + 1) if sent else b""
    form.validate()
    if not content:
        form.gambar.errors = [_("Pilih satu gambar dulu.")]
    elif len(content) > MOST_PICTURE_BYTES:
        form.gambar.errors = [_("Gambar ini lebih besar daripada 10 MB; kecilkan dulu.")]
    if form.errors:
        return _media_page(slug, form), 422
    try:
        path = authoring.add_picture(
            session,
            course,
            name=form.nama.data or sent.filename or "",
            content=content,
            actor=current_person(session),
            now=utc_now(),
        )
    except RefusedError as error:
        session.rollback()
        form.refuse(error, field="" if error.field else "gambar")
        return _media_page(slug, form), 422
    session.commit()
    flash(_("Gambar tersimpan. Salin tulisan untuk %(path)s dari daftar.", path=path), "ok")
    return redirect(url_for(".media", slug=slug), code=303)


def _editor_page(slug: str, file_name: str, *, form: DraftForm | None = None) -> str:
    with looking() as session:
        course = own_course(slug, session)
        view = authoring.open_draft(session, course, file_name, actor=current_person(session))
        if form is None:
            form = DraftForm(formdata=None, data={"nomor": view.number, "teks": view.text})
        text = form.teks.data or ""
        seen = _preview(session, course, file_name, text)
        problems = seen.problems if seen is not None else ()
        return render_template(
            "authoring/editor.html",
            course=course,
            file_name=file_name,
            title=title_of(file_name, text),
            view=view,
            form=form,
            html=safe(seen.html) if seen is not None else None,
            problems=problems,
            blocking=_blocking(problems),
            figures=seen.figures if seen is not None else None,
            asides=[(aside, compare(text, aside.text)) for aside in view.asides],
            others=[(other, compare(view.live_text, other.text)) for other in view.others],
            theirs=compare(view.base_text, view.live_text) if view.moved_on else None,
            ours=compare(view.base_text, view.text) if view.moved_on else None,
        )


def _preview(session: Reading, course: Course, file_name: str, text: str) -> Preview | None:
    """Return preview and problems; None where the server is too busy to make them just now."""
    try:
        return authoring.preview(session, course, file_name, text, current_person(session))
    except ConflictError:
        return None


def _media_page(slug: str, form: PictureForm) -> str:
    session = current_session()
    course = own_course(slug)
    return render_template(
        "authoring/media.html", course=course, form=form, media=desk.media_of(session, course)
    )


def _blocking(problems: Sequence[Problem]) -> int:
    """Return how many of *problems* have to be mended before publishing."""
    return sum(problem.blocks_publishing for problem in problems)


def _piece(name: str, *arguments: object) -> str:
    """Return what one macro of the rooms' pieces makes of *arguments*."""
    return str(get_template_attribute("desk/pieces.html", name)(*arguments))
