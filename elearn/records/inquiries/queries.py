"""Threads as their asker and the desk see them, and what everybody reads under a lesson."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from elearn.records.accounts.models import User
from elearn.records.catalogue.models import Course, CourseState, CourseTrainer, Module, Release, ReleaseModule
from elearn.records.catalogue.queries import course_by_slug, release_view
from elearn.records.catalogue.views import ModuleView
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, _
from elearn.records.inquiries.errors import InquiryNotFoundError
from elearn.records.inquiries.models import (
    Inquiry,
    InquiryEvent,
    InquiryEventKind,
    InquiryReply,
    InquiryState,
    Visibility,
)

#: Answers shown under one lesson, the newest: each costs everybody's data.
MOST_SHARED = 10
#: Questions looked at in one go where all are.
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson one can ask about."""

    module_id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class CoursePlaces:
    """A course one can ask about, with its lessons."""

    slug: str
    title: str
    lessons: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """What everybody reads under a lesson; the asker has no name here."""

    reply_id: int
    question: str
    answer: str
    answered_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """A question in the desk's list."""

    inquiry_id: int
    asker: str
    course_slug: str
    course_title: str
    module_title: str
    text: str
    state: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryFilters:
    """What of the questions is wanted, and where the page begins."""

    state: InquiryState | None = InquiryState.OPEN
    course_slug: str = ""
    after: tuple[datetime, int] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class InquiryPage:
    """One page of the desk's list."""

    lines: list[InquiryLine] = field(default_factory=list)
    #: Where the next page begins; None at the end.
    further: tuple[datetime, int] | None = None


def takes_questions(course_state: str, *, enrolled: bool) -> bool:
    """Say whether a course takes questions: not once it is retired, and of those in it where it is unlisted."""
    if course_state == CourseState.RETIRED:
        return False
    return course_state == CourseState.LISTED or enrolled


def place_to_ask(
    session: Session, course_slug: str, module_slug: str | None
) -> tuple[Course, ModuleView | None]:
    """Return the live course and module of these names; raises `NotFoundError`."""
    course = course_by_slug(session, course_slug)
    if course.live_release_id is None:
        raise NotFoundError(_("Kursus ini tidak ditemukan."))
    if module_slug is None:
        return course, None
    module = release_view(session, course.live_release_id).module(module_slug)
    if module is None:
        raise NotFoundError(_("Modul ini tidak ditemukan."))
    return course, module


def lessons_of(session: Session, course: Course) -> tuple[ModuleView, ...]:
    """Return the lessons of a course as it is live."""
    if course.live_release_id is None:
        return ()
    return release_view(session, course.live_release_id).lessons


def places_for(session: Session, user_id: int, *, extra: str = "") -> list[CoursePlaces]:
    """Return where a person can ask: their own courses, the one called *extra*; every listed one without any."""
    enrolled = select(Enrolment.course_id).where(Enrolment.user_id == user_id)
    own = and_(Course.id.in_(enrolled), Course.state != CourseState.RETIRED)
    listed = Course.state == CourseState.LISTED
    live = select(Course).where(Course.live_release_id.is_not(None)).order_by(Course.slug)
    courses = session.scalars(live.where(or_(own, and_(listed, Course.slug == extra)))).all()
    if not courses:
        courses = session.scalars(live.where(listed)).all()
    return sorted((_places(session, course) for course in courses), key=lambda one: one.title.casefold())


def _places(session: Session, course: Course) -> CoursePlaces:
    release = release_view(session, course.live_release_id or 0)
    lessons = tuple(Place(one.module_id, one.slug, one.title) for one in release.lessons)
    return CoursePlaces(course.slug, release.title, lessons)


# --- The asker ---------------------------------------------------------------------------------------


def threads_of(session: Session, user_id: int, *, skip: int = 0, limit: int = 10) -> list[Inquiry]:
    """Return a person's own questions with their messages, the one with the last message first."""
    return list(
        session.scalars(
            _WITH_MESSAGES.where(Inquiry.user_id == user_id)
            .order_by(Inquiry.last_at.desc(), Inquiry.id.desc())
            .offset(skip)
            .limit(limit)
        )
    )


def thread_of(session: Session, user_id: int, inquiry_id: int, *, lock: bool = False) -> Inquiry:
    """Return a person's own question; another's is "not found"."""
    return _one(session, _WITH_MESSAGES.where(Inquiry.user_id == user_id), inquiry_id, lock=lock)


def of_person(session: Session, user_id: int) -> list[Inquiry]:
    """Return everything a person has asked, with the messages, for the download of one's own data."""
    return list(
        session.scalars(
            _WITH_MESSAGES.where(Inquiry.user_id == user_id).order_by(Inquiry.asked_at, Inquiry.id)
        )
    )


def replies_by(session: Session, user_id: int) -> list[InquiryReply]:
    """Return what a person has written in the threads of others, for the download of one's own data."""
    return list(
        session.scalars(
            select(InquiryReply)
            .join(Inquiry, Inquiry.id == InquiryReply.inquiry_id)
            .where(InquiryReply.author_id == user_id, Inquiry.user_id != user_id)
            .order_by(InquiryReply.id)
        )
    )


# --- Trainers and staff ------------------------------------------------------------------------------


def inquiry_for_trainer(session: Session, trainer_id: int, inquiry_id: int, *, lock: bool = False) -> Inquiry:
    """Return a question at one of the trainer's own courses; any other is "not found"."""
    return _one(session, _WITH_MESSAGES.where(_at_courses_of(trainer_id)), inquiry_id, lock=lock)


def inquiry_for_staff(session: Session, inquiry_id: int, *, lock: bool = False) -> Inquiry:
    """Return any question; raises `InquiryNotFoundError`."""
    return _one(session, _WITH_MESSAGES, inquiry_id, lock=lock)


def answer_in(inquiry: Inquiry, reply_id: int) -> InquiryReply:
    """Return an answer of this thread; the asker's own messages are none."""
    for reply in inquiry.replies:
        if reply.id == reply_id and reply.author_id != inquiry.user_id:
            return reply
    raise InquiryNotFoundError


def asked_before(inquiry: Inquiry, reply: InquiryReply) -> str:
    """Return what *reply* answers: the asker's last words before it."""
    words = inquiry.text
    for other in inquiry.replies:
        if other.id < reply.id and other.author_id == inquiry.user_id:
            words = other.text
    return words


def inquiries(session: Session, filters: InquiryFilters, *, trainer_id: int | None) -> InquiryPage:
    """Return questions at a trainer's courses, or (None) at all of them.

    Those that wait come with the longest waiting first, others with the newest first.
    """
    query = _LINES
    if trainer_id is not None:
        query = query.where(_at_courses_of(trainer_id))
    if filters.state is not None:
        query = query.where(Inquiry.state == filters.state)
    if filters.course_slug:
        query = query.where(Course.slug == filters.course_slug)
    place = sa.tuple_(Inquiry.last_at, Inquiry.id)
    if filters.state == InquiryState.OPEN:
        query = query.order_by(Inquiry.last_at, Inquiry.id)
        beyond = place > sa.tuple_(*_bound(filters.after)) if filters.after else None
    else:
        query = query.order_by(Inquiry.last_at.desc(), Inquiry.id.desc())
        beyond = place < sa.tuple_(*_bound(filters.after)) if filters.after else None
    if beyond is not None:
        query = query.where(beyond)
    rows = session.execute(query.limit(filters.limit + 1)).all()
    lines = [
        InquiryLine(
            inquiry_id=row.id,
            asker=row.name,
            course_slug=row.course_slug,
            course_title=row.course_title or row.course_slug,
            module_title=row.module_title or row.module_slug or "",
            text=row.last_words if row.last_words is not None else row.text,
            state=row.state,
            last_at=row.last_at,
        )
        for row in rows[: filters.limit]
    ]
    more = len(rows) > filters.limit
    return InquiryPage(lines, (lines[-1].last_at, lines[-1].inquiry_id) if more else None)


def open_count(session: Session, *, trainer_id: int | None) -> int:
    """Return how many questions wait at a trainer's courses, or (None) at all of them."""
    query = select(func.count()).select_from(Inquiry).where(Inquiry.state == InquiryState.OPEN)
    if trainer_id is not None:
        query = query.where(_at_courses_of(trainer_id))
    return session.scalar(query) or 0


# --- Everybody ---------------------------------------------------------------------------------------


def shared_answers(session: Session | sa.Connection, module_id: int) -> list[SharedAnswer]:
    """Return the answers everybody reads under a lesson, the newest first."""
    rows = session.execute(_SHARED, {"module": module_id}).all()
    return [SharedAnswer(row.id, row.question, row.text, row.name, row.at) for row in rows]


def shared_at(session: Session, reply_id: int) -> int | None:
    """Return the lesson under which an answer was shared last."""
    return session.scalar(
        select(InquiryEvent.module_id)
        .where(InquiryEvent.reply_id == reply_id, InquiryEvent.kind == InquiryEventKind.SHARE)
        .order_by(InquiryEvent.id.desc())
        .limit(1)
    )


# --- Whether the summaries agree with the facts ------------------------------------------------------


def state_from_facts(inquiry: Inquiry, events: Sequence[InquiryEvent]) -> tuple[InquiryState, datetime]:
    """Return state and moment of the last message as messages and events have them."""
    last = inquiry.replies[-1] if inquiry.replies else None
    closed = max(
        (event.after_reply_id for event in events if event.kind == InquiryEventKind.CLOSE), default=-1
    )
    if last is not None and last.author_id != inquiry.user_id:
        state = InquiryState.ANSWERED
    else:
        state = InquiryState.ANSWERED if closed >= (last.id if last else 0) else InquiryState.OPEN
    return state, last.at if last else inquiry.asked_at


def visibility_from_facts(reply: InquiryReply, events: Sequence[InquiryEvent]) -> Visibility:
    """Return who reads an answer as its last event has it."""
    last = max(
        (event for event in events if event.reply_id == reply.id), key=lambda one: one.id, default=None
    )
    if last is None:
        return Visibility.PRIVATE
    return {InquiryEventKind.SHARE: Visibility.SHARED, InquiryEventKind.HIDE: Visibility.HIDDEN}.get(
        InquiryEventKind(last.kind), Visibility.PRIVATE
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose summary says something else than its facts, and what these say."""

    inquiry: Inquiry
    state: InquiryState
    last_at: datetime
    #: By the number of the answer.
    visibility: dict[int, Visibility]


def differences(session: Session, *, lock: bool = False) -> Iterator[Difference]:
    """Go through the questions and yield those whose summaries are wrong; `doctor` reports and mends them."""
    last_id = 0
    while batch := _batch(session, last_id, lock=lock):
        last_id = batch[-1].id
        events = defaultdict(list)
        for event in session.scalars(
            select(InquiryEvent).where(InquiryEvent.inquiry_id.in_([one.id for one in batch]))
        ):
            events[event.inquiry_id].append(event)
        for inquiry in batch:
            state, last_at = state_from_facts(inquiry, events[inquiry.id])
            right = {one.id: visibility_from_facts(one, events[inquiry.id]) for one in inquiry.replies}
            stored = {one.id: one.visibility for one in inquiry.replies}
            if (state, last_at, right) != (inquiry.state, inquiry.last_at, stored):
                yield Difference(inquiry, state, last_at, right)


def _batch(session: Session, after: int, *, lock: bool) -> Sequence[Inquiry]:
    query = _WITH_MESSAGES.where(Inquiry.id > after).order_by(Inquiry.id).limit(_BATCH)
    if lock:
        query = query.with_for_update(of=Inquiry)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _one(session: Session, query: sa.Select[Any], inquiry_id: int, *, lock: bool) -> Inquiry:
    query = query.where(Inquiry.id == inquiry_id)
    if lock:
        query = query.with_for_update(of=Inquiry).execution_options(populate_existing=True)
    found: Inquiry | None = session.scalar(query)
    if found is None:
        raise InquiryNotFoundError
    return found


def _at_courses_of(trainer_id: int) -> sa.ColumnElement[bool]:
    own = select(CourseTrainer.course_id).where(CourseTrainer.user_id == trainer_id)
    return Inquiry.course_id.in_(own)


def _bound(after: tuple[datetime, int]) -> tuple[sa.ColumnElement[datetime], sa.ColumnElement[int]]:
    moment, row = after
    return sa.literal(moment, Inquiry.last_at.type), sa.literal(row)


_WITH_MESSAGES = select(Inquiry).options(
    joinedload(Inquiry.user),
    joinedload(Inquiry.course),
    joinedload(Inquiry.module),
    selectinload(Inquiry.replies).joinedload(InquiryReply.author),
)
_LAST_WORDS = (
    select(InquiryReply.text)
    .where(InquiryReply.inquiry_id == Inquiry.id, InquiryReply.author_id == Inquiry.user_id)
    .order_by(InquiryReply.id.desc())
    .limit(1)
    .correlate(Inquiry)
    .scalar_subquery()
)
_LINES = (
    select(
        Inquiry.id,
        Inquiry.text,
        Inquiry.state,
        Inquiry.last_at,
        User.name,
        Course.slug.label("course_slug"),
        Release.title.label("course_title"),
        Module.slug.label("module_slug"),
        ReleaseModule.title.label("module_title"),
        _LAST_WORDS.label("last_words"),
    )
    .join(User, User.id == Inquiry.user_id)
    .join(Course, Course.id == Inquiry.course_id)
    .outerjoin(Release, Release.id == Course.live_release_id)
    .outerjoin(Module, Module.id == Inquiry.module_id)
    .outerjoin(
        ReleaseModule,
        and_(
            ReleaseModule.release_id == Course.live_release_id, ReleaseModule.module_id == Inquiry.module_id
        ),
    )
)
_LAST_SHARE = (
    select(func.max(InquiryEvent.id))
    .where(InquiryEvent.reply_id == InquiryReply.id, InquiryEvent.kind == InquiryEventKind.SHARE.value)
    .correlate(InquiryReply)
    .scalar_subquery()
)
_SHARED = (
    select(InquiryReply.id, InquiryEvent.question, InquiryReply.text, User.name, InquiryReply.at)
    .join(InquiryReply, InquiryReply.id == InquiryEvent.reply_id)
    .join(User, User.id == InquiryReply.author_id)
    .where(
        InquiryEvent.module_id == sa.bindparam("module"),
        InquiryEvent.id == _LAST_SHARE,
        InquiryReply.visibility == Visibility.SHARED.value,
    )
    .order_by(InquiryEvent.id.desc())
    .limit(MOST_SHARED)
)
