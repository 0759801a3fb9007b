"""What the pages of learners, trainers and staff share about questions; the desk's pages of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.widgets import HiddenInput

from elearn.records import desk
from elearn.records.audit.models import Way
from elearn.records.catalogue.queries import COURSE_LANGUAGE, release_view
from elearn.records.errors import RefusedError
from elearn.records.inquiries import queries, services
from elearn.records.inquiries.models import Inquiry, InquiryReply, InquiryState
from elearn.records.inquiries.queries import InquiryFilters
from elearn.web.clock import utc_now
from elearn.web.desk import choices
from elearn.web.extensions import current_session
from elearn.web.forms import BaseForm
from elearn.web.sessions import current_person, current_viewer

PAGE_SIZE = 50
#: What the filter calls the states.
STATES: Mapping[str, InquiryState | None] = {
    "menunggu": InquiryState.OPEN,
    "dijawab": InquiryState.ANSWERED,
    "semua": None,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question was asked."""

    course_title: str
    #: Empty for the course as a whole, or where the lesson is no longer in it.
    lesson_title: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Room:
    """Whose desk it is; every question is loaded through it."""

    name: str
    #: The blueprint of its views.
    endpoints: str
    #: Whose courses; None: all of them.
    trainer_id: int | None

    def load(self, inquiry_id: int, *, lock: bool = False) -> Inquiry:
        """Return a question that may be seen here; any other is "not found"."""
        session = current_session()
        if self.trainer_id is None:
            return queries.inquiry_for_staff(session, inquiry_id, lock=lock)
        return queries.inquiry_for_trainer(session, self.trainer_id, inquiry_id, lock=lock)

    def address(self, view: str, **values: Any) -> str:
        """Return the address of one of the room's views."""
        return url_for(f"{self.endpoints}.{view}", **values)


class FilterForm(BaseForm):
    """Which questions are wanted; an address that can be kept."""

    class Meta(BaseForm.Meta):
        csrf = False

    status = SelectField(_l("Status"))
    kursus = SelectField(_l("Kursus"))


class AnswerForm(BaseForm):
    """An answer, and the last message its writer had seen."""

    field_names: ClassVar[dict[str, str]] = {"text": "teks"}

    teks = TextAreaField(_l("Jawaban Anda"))
    event = HiddenField()
    terakhir = IntegerField(widget=HiddenInput())


class ShareForm(BaseForm):
    """An answer for everybody: the question as all read it, and the lesson it stands under."""

    field_names: ClassVar[dict[str, str]] = {"question": "soal", "lesson": "pelajaran"}

    soal = TextAreaField(_l("Pertanyaan yang dibaca semua orang"))
    pelajaran = SelectField(_l("Tampilkan di pelajaran"), coerce=int)

    def set_up(self, inquiry: Inquiry, reply_id: int) -> None:
        """Offer the lessons of the course; several such forms stand on one page, so ids name the answer."""
        lessons = queries.lessons_of(current_session(), inquiry.course)
        self.pelajaran.choices = choices((lesson.module_id, lesson.title) for lesson in lessons)
        for field in (self.soal, self.pelajaran):
            field.id = field.label.field_id = f"{field.short_name}-{reply_id}"


def trainers_room() -> Room:
    """Return the room of the trainer who is signed in."""
    return Room("trainer", "authoring", current_viewer().id)


def staff_room() -> Room:
    """Return the room of the staff, who see every course."""
    return Room("staff", "reporting", None)


def new_event() -> str:
    """Return an event for a form: sent twice, it is one message."""
    return str(uuid4())


def read_event(text: str | None) -> UUID | None:
    """Return the event a form carried; None where it carries none that can be read."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def place_of(session: Session, inquiry: Inquiry) -> Place:
    """Return where *inquiry* was asked, by the titles of today."""
    course = inquiry.course
    if course.live_release_id is None:
        return Place(course.slug, "", "", COURSE_LANGUAGE)
    release = release_view(session, course.live_release_id)
    module = release.module(inquiry.module.slug) if inquiry.module is not None else None
    address = f"/kursus/{course.slug}" + (f"/{module.slug}" if module is not None else "")
    return Place(release.title, module.title if module is not None else "", address, release.language)


# --- Pages of the desk -------------------------------------------------------------------------------


def list_page(room: Room) -> str | tuple[str, int]:
    """Return the list of questions: those that wait first, unless the form says otherwise."""
    session = current_session()
    form = FilterForm(request.args)
    form.status.choices = choices(
        [("menunggu", _("Menunggu")), ("dijawab", _("Dijawab")), ("semua", _("Semua"))]
    )
    form.kursus.choices = choices(_courses(session, room), first=_("Semua kursus"))
    form.status.data = request.args.get("status") or "menunggu"
    form.kursus.data = request.args.get("kursus") or ""
    readable = form.validate()
    filters = InquiryFilters(
        state=STATES[form.status.data] if readable else InquiryState.OPEN,
        course_slug=form.kursus.data if readable else "",
        after=read_cursor(request.args.get("sesudah", "")),
        limit=PAGE_SIZE,
    )
    found = queries.inquiries(session, filters, trainer_id=room.trainer_id)
    further = ""
    if found.further is not None and readable:
        further = room.address(
            "inquiries",
            status=form.status.data,
            kursus=form.kursus.data or None,
            sesudah=write_cursor(*found.further),
        )
    page = render_template(
        "desk/inquiries.html",
        room=room.name,
        section="inquiries",
        desk=room,
        form=form,
        lines=found.lines,
        further=further,
        first=filters.after is None,
    )
    return page if readable else (page, 422)


def thread_page(
    room: Room,
    inquiry_id: int,
    *,
    answer: AnswerForm | None = None,
    sharing: tuple[int, ShareForm] | None = None,
) -> str:
    """Return one thread with what can be done with it."""
    session = current_session()
    inquiry = room.load(inquiry_id)
    last = inquiry.replies[-1].id if inquiry.replies else 0
    if answer is None:
        answer = AnswerForm(formdata=None, data={"event": new_event(), "terakhir": last})
    return render_template(
        "desk/inquiry.html",
        room=room.name,
        section="inquiries",
        desk=room,
        thread=inquiry,
        place=place_of(session, inquiry),
        last=last,
        form=answer,
        sharing={reply.id: _share_form(inquiry, reply, sharing) for reply in _answers(inquiry)},
        opened=sharing[0] if sharing is not None else 0,
        own=inquiry.user_id == current_viewer().id,
        most=services.TEXT_LENGTH,
    )


def send_answer(room: Room, inquiry_id: int) -> Response | tuple[str, int]:
    """Answer a question; who answered meanwhile is named, and both answers stand."""
    session = current_session()
    inquiry = room.load(inquiry_id, lock=True)
    form = AnswerForm()
    if form.validate():
        try:
            said = services.answer(
                session,
                inquiry,
                text=form.teks.data,
                event=read_event(form.event.data) or uuid4(),
                base=_number(form.terakhir.data),
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            if said.others:
                names = ", ".join(said.others)
                flash(_("%(names)s juga baru menjawab. Kedua jawaban terkirim.", names=names), "warn")
            else:
                flash(_("Jawaban terkirim. Peserta diberi tahu."), "ok")
            return redirect(room.address("inquiry", inquiry_id=inquiry_id), code=303)
    session.rollback()
    return thread_page(room, inquiry_id, answer=form), 422


def close(room: Room, inquiry_id: int) -> Response:
    """Say that no answer is needed."""
    session = current_session()
    inquiry = room.load(inquiry_id, lock=True)
    base = request.form.get("terakhir", "")
    closed = services.close(
        session,
        inquiry,
        base=_number(int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0),
        actor=current_person(session),
        way=Way.PAGE,
        now=utc_now(),
    )
    session.commit()
    if closed:
        flash(_("Ditandai selesai tanpa jawaban."), "ok")
        return redirect(room.address("inquiries"), code=303)
    flash(_("Keadaannya sudah berubah. Lihat pesan terakhirnya dulu, ya."), "warn")
    return redirect(room.address("inquiry", inquiry_id=inquiry_id), code=303)


def share(room: Room, inquiry_id: int, reply_id: int) -> Response | tuple[str, int]:
    """Show an answer to everybody under a lesson."""
    session = current_session()
    inquiry = room.load(inquiry_id, lock=True)
    reply = queries.answer_in(inquiry, reply_id)
    form = ShareForm()
    form.set_up(inquiry, reply_id)
    if form.validate():
        try:
            services.share(
                session,
                reply,
                question=form.soal.data,
                module_id=form.pelajaran.data,
                actor=current_person(session),
                way=Way.PAGE,
                now=utc_now(),
            )
        except RefusedError as error:
            session.rollback()
            form.refuse(error)
        else:
            session.commit()
            flash(_("Jawaban ini sekarang dibaca semua orang di pelajarannya."), "ok")
            return redirect(room.address("inquiry", inquiry_id=inquiry_id), code=303)
    session.rollback()
    return thread_page(room, inquiry_id, sharing=(reply_id, form)), 422


def take_back(room: Room, inquiry_id: int, reply_id: int, *, hiding: bool = False) -> Response:
    """Take an answer from under its lesson; *hiding*, only staff can share it again."""
    session = current_session()
    reply = queries.answer_in(room.load(inquiry_id, lock=True), reply_id)
    act = services.hide if hiding else services.unshare
    act(session, reply, actor=current_person(session), way=Way.PAGE, now=utc_now())
    session.commit()
    flash(_("Jawaban ini tidak lagi tampil di pelajaran."), "ok")
    return redirect(room.address("inquiry", inquiry_id=inquiry_id), code=303)


def write_cursor(moment: datetime, row: int) -> str:
    """Return where the next page begins: a moment and a row, nothing about a person."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}-{row}"


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """Read what `write_cursor` wrote; anything else is the first page."""
    moment, _dash, row = text.partition("-")
    if not row.isascii() or not row.isdigit() or len(row) > 9:
        return None
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), int(row)
    except ValueError:
        return None


def _courses(session: Session, room: Room) -> list[tuple[str, str]]:
    if room.trainer_id is not None:
        return [
            (line.slug, line.title or line.slug) for line in desk.courses_of_trainer(session, room.trainer_id)
        ]
    return [(course.slug, title) for course, title in desk.all_courses(session)]


def _answers(inquiry: Inquiry) -> list[InquiryReply]:
    return [reply for reply in inquiry.replies if reply.author_id != inquiry.user_id and reply.text]


def _share_form(inquiry: Inquiry, reply: InquiryReply, sharing: tuple[int, ShareForm] | None) -> ShareForm:
    if sharing is not None and sharing[0] == reply.id:
        return sharing[1]
    form = ShareForm(
        formdata=None, data={"soal": queries.asked_before(inquiry, reply), "pelajaran": inquiry.module_id}
    )
    form.set_up(inquiry, reply.id)
    return form


def _number(value: int | None) -> int:
    return value if value is not None and 0 <= value < 2_147_483_648 else 0
