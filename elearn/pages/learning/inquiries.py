"""A learner's questions to trainers: ask, read the answers, write on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import uuid4

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # types-wtforms is behind

from elearn.records.accounts.names import storable
from elearn.records.errors import RefusedError, TooManyError
from elearn.records.inquiries import queries, services
from elearn.records.inquiries.models import Inquiry
from elearn.records.inquiries.queries import CoursePlaces
from elearn.records.notices.models import NoticeKind
from elearn.records.notices.queries import unseen
from elearn.web.clock import utc_now
from elearn.web.extensions import current_session
from elearn.web.forms import BaseForm
from elearn.web.guards import signed_in, wants_json
from elearn.web.inquiries import Place, new_event, place_of, read_event
from elearn.web.sessions import current_person, current_viewer

bp = Blueprint("inquiries", __name__, template_folder="templates")

#: Threads on one page.
PAGE_SIZE = 10
ROW = "int(max=2147483647)"


class AskForm(BaseForm):
    """A question about a course or one of its lessons."""

    field_names: ClassVar[dict[str, str]] = {"text": "teks", "about": "tentang"}

    tentang = SelectField(
        _l("Tentang"),
        invalid_choice_message=_l("Kursus ini tidak menerima pertanyaan. Pilih yang lain dari daftar."),  # type: ignore[call-arg]  # types-wtforms is behind
    )
    teks = TextAreaField(_l("Pertanyaan Anda"))
    event = HiddenField()

    def offer(self, places: Iterable[CoursePlaces]) -> None:
        """Offer these courses and their lessons; the first where none of them was named."""
        offered = [
            choice
            for course in places
            for choice in (
                SelectChoice(course.slug, str(_("Kursus ini secara umum")), optgroup=course.title),
                *(
                    SelectChoice(f"{course.slug}/{one.slug}", one.title, optgroup=course.title)
                    for one in course.lessons
                ),
            )
        ]
        self.tentang.choices = offered
        if self.tentang.data not in {choice.value for choice in offered} and not self.is_submitted():
            self.tentang.data = offered[0].value if offered else ""


class WriteOnForm(BaseForm):
    """One more message in a thread."""

    field_names: ClassVar[dict[str, str]] = {"text": "teks", "about": "teks"}

    teks = TextAreaField(_l("Tulis lagi"))
    event = HiddenField()


@dataclass(frozen=True, slots=True)
class Thread:
    """One of the learner's questions as the page shows it."""

    inquiry: Inquiry
    place: Place
    is_new: bool


@bp.get("/tanya")
@signed_in
def own() -> str:
    """Show one's own questions with the answers, and the form for another one."""
    about = request.args.get("tentang", "")[:200]
    return _own_page(_ask_form(about), about=about)


@bp.post("/tanya")
@signed_in
def ask() -> Response | tuple[str, int]:
    """Ask a question; pressed twice it is one."""
    session = current_session()
    form = _ask_form(request.form.get("tentang", "")[:200], posted=True)
    status = 422
    if form.validate():
        course, _slash, module = (form.tentang.data or "").partition("/")
        try:
            asked = services.ask(
                session,
                current_person(session),
                course,
                module or None,
                text=form.teks.data,
                event=read_event(form.event.data),
                now=utc_now(),
            )
        except (RefusedError, TooManyError) as error:
            session.rollback()
            form.refuse(error.sentence, field=getattr(error, "field", ""))
            status = 422 if isinstance(error, RefusedError) else 429
        else:
            session.commit()
            flash(
                _("Pertanyaan Anda terkirim. Biasanya dijawab dalam 2 hari kerja.")
                if asked.is_new
                else _("Pertanyaan ini sudah terkirim."),
                "ok",
            )
            return redirect(url_for(".thread", inquiry_id=asked.inquiry.id), code=303)
    session.rollback()
    return _own_page(form, about=form.tentang.data or "", refused=True), status


@bp.get(f"/tanya/<{ROW}:inquiry_id>")
@signed_in
def thread(inquiry_id: int) -> str:
    """Show one of one's own questions."""
    return _thread_page(inquiry_id, _write_on_form())


@bp.post(f"/tanya/<{ROW}:inquiry_id>")
@signed_in
def write_on(inquiry_id: int) -> Response | tuple[str, int]:
    """Write on in one's own thread."""
    session = current_session()
    inquiry = queries.thread_of(session, current_viewer().id, inquiry_id, lock=True)
    form = _write_on_form(posted=True)
    status = 422
    if form.validate():
        try:
            said = services.follow_up(
                session,
                inquiry,
                current_person(session),
                text=form.teks.data,
                event=read_event(form.event.data) or uuid4(),
                now=utc_now(),
            )
        except (RefusedError, TooManyError) as error:
            session.rollback()
            form.refuse(error.sentence, field=getattr(error, "field", ""))
            status = 422 if isinstance(error, RefusedError) else 429
        else:
            session.commit()
            flash(_("Pesan Anda terkirim.") if said.is_new else _("Pesan ini sudah terkirim."), "ok")
            return redirect(url_for(".thread", inquiry_id=inquiry_id), code=303)
    session.rollback()
    return _thread_page(inquiry_id, form), status


@bp.post(f"/tanya/<{ROW}:inquiry_id>/dibaca")
@signed_in
def mark_seen(inquiry_id: int) -> Response:
    """Note that the answers were seen: by the page's script, or by its button."""
    session = current_session()
    last = request.form.get("terakhir", "")
    services.mark_seen(
        session,
        queries.thread_of(session, current_viewer().id, inquiry_id, lock=True),
        last_seen=int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0,
        now=utc_now(),
    )
    session.commit()
    if wants_json():
        return jsonify(seen=True)
    return redirect(url_for(".own", _anchor=f"t{inquiry_id}"), code=303)


def _ask_form(about: str, *, posted: bool = False) -> AskForm:
    session = current_session()
    places = queries.places_for(session, current_viewer().id, extra=storable(about.partition("/")[0]))
    form = AskForm() if posted else AskForm(formdata=None, data={"tentang": about, "event": new_event()})
    form.offer(places)
    return form


def _write_on_form(*, posted: bool = False) -> WriteOnForm:
    return WriteOnForm() if posted else WriteOnForm(formdata=None, data={"event": new_event()})


def _own_page(form: AskForm, *, about: str, refused: bool = False) -> str:
    session = current_session()
    viewer = current_viewer()
    skip = _read_skip(request.args.get("mulai", ""))
    found = queries.threads_of(session, viewer.id, skip=skip, limit=PAGE_SIZE + 1)
    threads = _threads(found[:PAGE_SIZE])
    return render_template(
        "learning/inquiries.html",
        form=form,
        threads=threads,
        opened=refused or bool(about) or not threads,
        further=skip + PAGE_SIZE if len(found) > PAGE_SIZE else 0,
        skip=skip,
        most=services.TEXT_LENGTH,
    )


def _thread_page(inquiry_id: int, form: WriteOnForm) -> str:
    session = current_session()
    inquiry = queries.thread_of(session, current_viewer().id, inquiry_id)
    open_course = queries.takes_questions(inquiry.course.state, enrolled=True)
    return render_template(
        "learning/inquiry.html",
        thread=_threads([inquiry])[0],
        # What was typed while the course was closed is shown with the reason, to be copied.
        form=form if open_course or form.teks.data else None,
        most=services.TEXT_LENGTH,
    )


def _threads(inquiries: Iterable[Inquiry]) -> list[Thread]:
    session = current_session()
    new = {notice.subject_id for notice in unseen(session, current_viewer().id, NoticeKind.ANSWER)}
    return [Thread(one, place_of(session, one), one.id in new) for one in inquiries]


def _read_skip(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
