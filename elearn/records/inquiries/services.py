"""Asking, answering, and deciding which answers everybody reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from elearn.records.accounts.limits import check_rate
from elearn.records.accounts.models import Role, User
from elearn.records.accounts.names import clean_text
from elearn.records.accounts.queries import roles_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.catalogue.models import Course
from elearn.records.catalogue.queries import release_view
from elearn.records.enrolments.queries import find_enrolment
from elearn.records.errors import RefusedError, TooManyError, _
from elearn.records.inquiries import queries
from elearn.records.inquiries.errors import CourseClosedError, InquiryNotFoundError
from elearn.records.inquiries.models import (
    Inquiry,
    InquiryEvent,
    InquiryEventKind,
    InquiryReply,
    InquiryState,
    Visibility,
)
from elearn.records.jobs.services import enqueue
from elearn.records.notices import services as notices
from elearn.records.notices.models import NoticeKind

#: Letters of one message.
TEXT_LENGTH = 2000
#: Messages one learner may send in an hour.
MOST_AN_HOUR = 20
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that stands; *is_new* is false where the same press came before."""

    inquiry: Inquiry
    is_new: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A message that stands in a thread."""

    reply: InquiryReply
    is_new: bool
    #: Who else answered since the thread was looked at.
    others: tuple[str, ...] = ()


def ask(
    session: Session,
    user: User,
    course_slug: str,
    module_slug: str | None,
    *,
    text: str | None,
    event: UUID | None,
    now: datetime,
) -> Asked:
    """Ask the trainers of a course; the same words sent twice from one form are one question.

    A page that many share has no event of its own: without one, the same words at the same place on the
    same day are the same question.
    """
    course, module = queries.place_to_ask(session, course_slug, module_slug or None)
    if not queries.takes_questions(
        course.state, enrolled=find_enrolment(session, user.id, course.id) is not None
    ):
        raise CourseClosedError
    words = message(text, missing=_("Tulis pertanyaan Anda dulu, ya."))
    base = event or uuid5(NAMESPACE_URL, now.date().isoformat())
    own = uuid5(base, f"{course.id}\n{module.module_id if module else ''}\n{words}")
    # Whoever presses twice at once comes here one after the other.
    session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True))
    found = session.scalar(select(Inquiry).where(Inquiry.user_id == user.id, Inquiry.event == own))
    if found is not None:
        return Asked(found, is_new=False)
    _count(session, user, now)
    inquiry = Inquiry(
        user_id=user.id,
        course_id=course.id,
        module_id=None if module is None else module.module_id,
        text=words,
        asked_at=now,
        event=own,
        state=InquiryState.OPEN,
        last_at=now,
    )
    session.add(inquiry)
    session.flush()
    return Asked(inquiry, is_new=True)


def follow_up(
    session: Session, inquiry: Inquiry, user: User, *, text: str | None, event: UUID, now: datetime
) -> Said:
    """Write on in one's own thread; it waits for an answer again."""
    if inquiry.user_id != user.id:
        raise InquiryNotFoundError
    if inquiry.course.live_release_id is None or not queries.takes_questions(
        inquiry.course.state, enrolled=True
    ):
        raise CourseClosedError
    words = message(text, missing=_("Tulis pesan Anda dulu, ya."))
    said = _say(session, inquiry, user, words, event, now, limited=True)
    if said.is_new:
        inquiry.state = InquiryState.OPEN
        session.flush()
    return said


def answer(
    session: Session,
    inquiry: Inquiry,
    *,
    text: str | None,
    event: UUID,
    base: int,
    actor: User,
    way: Way,
    now: datetime,
) -> Said:
    """Answer a question and tell the asker; *base* is the last message the answerer had seen.

    Two who answer at once are both kept; the second is told who was first.
    """
    if inquiry.user_id == actor.id:
        raise RefusedError(_("Ini pertanyaan Anda sendiri. Orang lain yang menjawabnya."), field="text")
    words = message(text, missing=_("Tulis jawabannya dulu, ya."))
    others = tuple(
        session.scalars(
            select(User.name)
            .join(InquiryReply, InquiryReply.author_id == User.id)
            .where(
                InquiryReply.inquiry_id == inquiry.id,
                InquiryReply.id > base,
                InquiryReply.author_id.not_in([inquiry.user_id, actor.id]),
            )
            .order_by(InquiryReply.id)
        )
    )
    said = _say(session, inquiry, actor, words, event, now, limited=False)
    if not said.is_new:
        return said
    inquiry.state = InquiryState.ANSWERED
    session.flush()
    _trail(session, inquiry, "inquiry.answer", actor, way, now)
    if notices.notify(session, inquiry.user_id, NoticeKind.ANSWER, inquiry.id, now=now):
        _write_to(session, inquiry, said.reply, now)
    return Said(said.reply, is_new=True, others=tuple(dict.fromkeys(others)))


def close(session: Session, inquiry: Inquiry, *, base: int, actor: User, way: Way, now: datetime) -> bool:
    """Say that no answer is needed; not where the asker wrote something the closer has not seen."""
    last = _last_reply(session, inquiry)
    if last > base or inquiry.state != InquiryState.OPEN:
        return False
    inquiry.state = InquiryState.ANSWERED
    _event(session, inquiry, None, InquiryEventKind.CLOSE, actor, now, after_reply_id=last)
    _trail(session, inquiry, "inquiry.close", actor, way, now)
    return True


def share(
    session: Session,
    reply: InquiryReply,
    *,
    question: str | None,
    module_id: int | None,
    actor: User,
    way: Way,
    now: datetime,
) -> bool:
    """Show an answer to everybody under a lesson, with the question as *question* words it."""
    inquiry = reply.inquiry
    if reply.author_id == inquiry.user_id or not reply.text:
        raise InquiryNotFoundError
    if reply.visibility == Visibility.SHARED:
        return False
    if reply.visibility == Visibility.HIDDEN and Role.STAFF not in roles_of(session, actor.id):
        raise RefusedError(
            _("Petugas menyembunyikan jawaban ini. Hanya petugas yang bisa menampilkannya lagi."),
            field="question",
        )
    words = clean_text(question, most=TEXT_LENGTH, field="question")
    if not words:
        raise RefusedError(_("Tulis pertanyaannya seperti yang akan dibaca semua orang."), field="question")
    if module_id not in {place.module_id for place in queries.lessons_of(session, inquiry.course)}:
        raise RefusedError(_("Pilih pelajaran tempat jawaban ini ditampilkan."), field="lesson")
    reply.visibility = Visibility.SHARED
    _event(session, inquiry, reply, InquiryEventKind.SHARE, actor, now, module_id=module_id, question=words)
    _trail(session, inquiry, "inquiry.share", actor, way, now)
    return True


def unshare(session: Session, reply: InquiryReply, *, actor: User, way: Way, now: datetime) -> bool:
    """Take an answer back from under the lesson."""
    if reply.visibility != Visibility.SHARED:
        return False
    reply.visibility = Visibility.PRIVATE
    _event(session, reply.inquiry, reply, InquiryEventKind.UNSHARE, actor, now)
    _trail(session, reply.inquiry, "inquiry.unshare", actor, way, now)
    return True


def hide(session: Session, reply: InquiryReply, *, actor: User, way: Way, now: datetime) -> bool:
    """Take an answer from under the lesson so that only staff can share it again."""
    if reply.visibility == Visibility.HIDDEN or reply.author_id == reply.inquiry.user_id:
        return False
    reply.visibility = Visibility.HIDDEN
    _event(session, reply.inquiry, reply, InquiryEventKind.HIDE, actor, now)
    _trail(session, reply.inquiry, "inquiry.hide", actor, way, now)
    return True


def mark_seen(session: Session, inquiry: Inquiry, *, last_seen: int, now: datetime) -> None:
    """Note that the asker has seen the answers up to *last_seen*; one that came since is still news."""
    if any(one.id > last_seen and one.author_id != inquiry.user_id for one in inquiry.replies):
        return
    notices.mark_seen(session, inquiry.user_id, NoticeKind.ANSWER, inquiry.id, now=now)


def erase_person(session: Session, user_id: int, now: datetime) -> None:
    """Empty what a person wrote; what was shared of it is shared no more, what waited waits no more."""
    asked = select(Inquiry.id).where(Inquiry.user_id == user_id)
    touched = session.scalars(
        select(InquiryReply)
        .where(or_(InquiryReply.inquiry_id.in_(asked), InquiryReply.author_id == user_id))
        .order_by(InquiryReply.id)
    ).all()
    for reply in touched:
        if reply.visibility == Visibility.SHARED:
            reply.visibility = Visibility.PRIVATE
            _event(session, reply.inquiry, reply, InquiryEventKind.ERASE, None, now)
        if reply.author_id == user_id:
            reply.text = ""
    for inquiry in session.scalars(select(Inquiry).where(Inquiry.user_id == user_id).order_by(Inquiry.id)):
        inquiry.text = ""
        if inquiry.state == InquiryState.OPEN:
            inquiry.state = InquiryState.ANSWERED
            last = _last_reply(session, inquiry)
            _event(session, inquiry, None, InquiryEventKind.CLOSE, None, now, after_reply_id=last)
    for event in session.scalars(select(InquiryEvent).where(InquiryEvent.inquiry_id.in_(asked))):
        event.question = ""
    session.flush()


def repair_summaries(session: Session) -> int:
    """Write what the facts say into every question whose summary differs; return how many."""
    count = 0
    for one in queries.differences(session, lock=True):
        one.inquiry.state, one.inquiry.last_at = one.state, one.last_at
        for reply in one.inquiry.replies:
            reply.visibility = one.visibility[reply.id]
        count += 1
    session.flush()
    return count


def message(text: str | None, *, missing: object) -> str:
    """Return what somebody wrote, as it is kept."""
    words = clean_text(text, most=TEXT_LENGTH, field="text")
    if not words:
        raise RefusedError(missing, field="text")  # type: ignore[arg-type]
    return words


def _say(
    session: Session, inquiry: Inquiry, author: User, words: str, event: UUID, now: datetime, *, limited: bool
) -> Said:
    own = uuid5(event, words)
    found = session.scalar(
        select(InquiryReply).where(
            InquiryReply.inquiry_id == inquiry.id,
            InquiryReply.author_id == author.id,
            InquiryReply.event == own,
        )
    )
    if found is not None:
        return Said(found, is_new=False)
    if limited:
        _count(session, author, now)
    reply = InquiryReply(
        inquiry_id=inquiry.id,
        author_id=author.id,
        text=words,
        at=now,
        event=own,
        visibility=Visibility.PRIVATE,
    )
    session.add(reply)
    inquiry.last_at = now
    session.flush()
    return Said(reply, is_new=True)


def _write_to(session: Session, inquiry: Inquiry, reply: InquiryReply, now: datetime) -> None:
    """Have a letter sent to an asker with an address; while an answer waits to be seen, no second one."""
    if inquiry.user.email is None or inquiry.course.live_release_id is None:
        return
    title = release_view(session, inquiry.course.live_release_id).title
    values = {"user_id": inquiry.user_id, "course": title, "path": f"/tanya/{inquiry.id}"}
    enqueue(session, "mail.answer", values, key=f"mail.answer:{reply.id}", now=now)


def _count(session: Session, user: User, now: datetime) -> None:
    try:
        check_rate(session, f"tanya:{user.id}", limit=MOST_AN_HOUR, window=_HOUR, now=now)
    except TooManyError as error:
        raise TooManyError(
            _("Pesan Anda sudah banyak dalam satu jam ini. Tunggu sebentar, lalu kirim lagi."),
            retry_after=error.retry_after,
        ) from error


def _last_reply(session: Session, inquiry: Inquiry) -> int:
    found = session.scalar(select(func.max(InquiryReply.id)).where(InquiryReply.inquiry_id == inquiry.id))
    return found or 0


def _event(
    session: Session,
    inquiry: Inquiry,
    reply: InquiryReply | None,
    kind: InquiryEventKind,
    actor: User | None,
    now: datetime,
    *,
    module_id: int | None = None,
    question: str = "",
    after_reply_id: int = 0,
) -> None:
    # What is shown under a lesson is named by its last event, so events of one course come one after the other.
    session.execute(select(Course.id).where(Course.id == inquiry.course_id).with_for_update(key_share=True))
    if module_id is None and reply is not None:
        module_id = queries.shared_at(session, reply.id)
    session.add(
        InquiryEvent(
            inquiry_id=inquiry.id,
            module_id=module_id,
            reply_id=None if reply is None else reply.id,
            kind=kind,
            question=question,
            at=now,
            by_id=None if actor is None else actor.id,
            after_reply_id=after_reply_id,
        )
    )
    session.flush()


def _trail(session: Session, inquiry: Inquiry, action: str, actor: User, way: Way, now: datetime) -> None:
    course: Course = inquiry.course
    record(
        session,
        actor=actor,
        way=way,
        action=action,
        subject_type="inquiry",
        subject_id=inquiry.id,
        subject_user_id=inquiry.user_id,
        after={"slug": course.slug, "module": inquiry.module.slug if inquiry.module else ""},
        now=now,
    )
