"""What a page needs to show a course to one person, in one statement.

This is the hot path: statements are put together once per database and run without building objects of
the ORM. Texts of the release come from the process's memory (`catalogue.queries`); what is looked up
here is which release is live, who asks, and where that person stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from elearn.content.documents import ModuleKind
from elearn.records.accounts.models import User, UserSession
from elearn.records.accounts.queries import VIEWER_COLUMNS, Viewer, viewer_of_row
from elearn.records.attempts.answers import GRACE, latest_grade_id
from elearn.records.attempts.models import Attempt, Grade, GradeItem
from elearn.records.base import as_moment
from elearn.records.catalogue.models import Course, Module, ReleaseModule
from elearn.records.catalogue.models import CourseState as CatalogueState
from elearn.records.catalogue.queries import parsed_module
from elearn.records.catalogue.views import ReleaseView
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.completions.models import ModuleCompletion
from elearn.records.engines import Prepared
from elearn.records.enrolments.models import Enrolment, ModuleOpening, ModuleRead, Tick
from elearn.records.inquiries.models import InquiryEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseState:
    """A course as it is live, and where the person who asks stands in it; visitors stand nowhere."""

    course_id: int
    #: `listed`, `unlisted` or `retired`.
    course_state: str
    release_id: int
    viewer: Viewer | None = None
    enrolment_id: int | None = None
    required_count: int = 0
    required_done: int = 0
    pretest_score: int | None = None
    #: Whether the one attempt at the pre-test was used, with or without a score.
    pretest_taken: bool = False
    posttest_score: int | None = None
    completed_at: datetime | None = None
    put_aside_at: datetime | None = None
    #: Modules by id, checklist lines by theirs.
    completed: frozenset[int] = frozenset()
    #: The revision under which each of them was completed.
    completed_as: Mapping[int, int] = field(default_factory=dict)
    read: frozenset[int] = frozenset()
    ticks: frozenset[str] = frozenset()
    has_certificate: bool = False
    #: Modules with an attempt whose time is over and which nobody has closed yet (not asked for lessons).
    overdue: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonState(CourseState):
    """The same for one module of the course, with its open attempt."""

    module_id: int
    open_attempt: UUID | None = None
    #: The last act on the answers everybody reads under the lesson: another number, perhaps others.
    last_shared: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCourseState(CourseState):
    """The same for the course as a whole: what is open in it, and what was looked at."""

    enrolled_at: datetime | None = None
    #: When anything was done in it; a look at a lesson is nothing done.
    last_activity_at: datetime | None = None
    #: Attempts that take answers, by module.
    open_attempts: Mapping[int, UUID] = field(default_factory=dict)
    #: The revision each module was last opened as, the module opened last, and when.
    opened_as: Mapping[int, int] = field(default_factory=dict)
    last_opened: int | None = None
    last_opened_at: datetime | None = None

    @property
    def last_seen_at(self) -> datetime | None:
        """When the learner last did or looked at something here."""
        return max(
            (moment for moment in (self.last_activity_at, self.last_opened_at) if moment is not None),
            default=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledCourse(WholeCourseState):
    """A course a learner is enrolled in, as the learner's home shows it."""

    slug: str


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """How the last attempt at a quiz went that was handed in."""

    enrolment_id: int
    module_id: int
    uuid: UUID
    #: The text it was asked from.
    revision_id: int
    handed_in_at: datetime
    pass_mark: int
    #: None while an essay waits, or where nothing was answered.
    passed: bool | None
    score: int | None
    #: Questions that earned less than everything.
    wrong: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What an author says has changed in a module since a learner completed it."""

    module_id: int
    note: str
    #: Whether the learner had the changed text before them.
    seen: bool


@dataclass(frozen=True, slots=True)
class TickedCourse:
    """A course of a learner with what is ticked in its checklists."""

    slug: str
    course_state: str
    release_id: int
    put_aside_at: datetime | None
    ticks: frozenset[str]


def lesson_view(
    reader: Connection | Engine,
    token_digest: str | None,
    course_slug: str,
    module_slug: str,
    now: datetime,
) -> LessonState | None:
    """Return what a lesson page asks the database; None where the live release has no such module."""
    if token_digest is None:
        row = _VISITORS_LESSON.row(reader.engine, course=course_slug, module=module_slug)
    else:
        row = _LESSON.row(reader.engine, course=course_slug, module=module_slug, digest=token_digest)
    if row is None:
        return None
    course_id, course_state, release_id, module_id, open_attempt, last_shared, *person = row
    place = {"course_id": course_id, "course_state": course_state, "release_id": release_id}
    standing = _standing(person, now)
    attempt = _attempts(open_attempt, now)[0].get(module_id) if "enrolment_id" in standing else None
    return LessonState(
        **place, **standing, module_id=module_id, open_attempt=attempt, last_shared=last_shared or 0
    )


def course_view(
    reader: Connection | Engine, token_digest: str | None, course_slug: str, now: datetime
) -> WholeCourseState | None:
    """Return what a course page asks the database; None where no such course is live."""
    if token_digest is None:
        row = _VISITORS_COURSE.row(reader.engine, course=course_slug)
    else:
        row = _COURSE.row(reader.engine, course=course_slug, digest=token_digest)
    if row is None:
        return None
    course_id, course_state, release_id, *person = row
    whole, person = person[: len(_WHOLE)], person[len(_WHOLE) :]
    standing = _standing(person, now)
    if "enrolment_id" in standing:
        standing |= _whole(whole, now)
    return WholeCourseState(course_id=course_id, course_state=course_state, release_id=release_id, **standing)


def live_releases(reader: Connection | Engine) -> tuple[int, ...]:
    """Return the live releases of the listed courses: while they are these, the catalogue is the same."""
    (listed,) = _LIVE.row(reader.engine)
    return tuple(sorted(_ids(listed)))


def home_view(session: Session, learner: User | Viewer, now: datetime) -> list[EnrolledCourse]:
    """Return the courses of a learner, the one learnt last first, those put aside at the end."""
    rows = session.execute(_HOME, {"learner": learner.id}).all()
    courses = [
        EnrolledCourse(
            course_id=row.course_id,
            course_state=row.course_state,
            release_id=row.release_id,
            slug=row.slug,
            **_enrolled(row[: len(_ENROLLED)]),
            **_whole(row[len(_ENROLLED) : len(_ENROLLED) + len(_WHOLE)], now),
        )
        for row in rows
    ]
    return sorted(courses, key=_order_on_the_home)


def _order_on_the_home(course: EnrolledCourse) -> tuple[bool, float]:
    seen = course.last_seen_at
    return course.put_aside_at is not None, -seen.timestamp() if seen is not None else 0.0


def last_attempts(session: Session, learner: User | Viewer) -> list[LastAttempt]:
    """Return how the last attempt of every quiz of the learner went, the latest first; no pre-tests."""
    return [
        LastAttempt(
            enrolment_id=row.enrolment_id,
            module_id=row.module_id,
            uuid=row.uuid,
            revision_id=row.revision_id,
            handed_in_at=row.handed_in_at,
            pass_mark=row.pass_mark,
            passed=row.passed,
            score=row.score,
            wrong=_texts(row.wrong),
        )
        for row in session.execute(_LAST_ATTEMPTS, {"learner": learner.id})
    ]


def changes(session: Session | Connection, release: ReleaseView, state: WholeCourseState) -> list[Change]:
    """Return what changed in modules of the live *release* since the learner completed them.

    Only what the author wrote a note about (`perubahan`), and only where that note differs from the one
    of the text that was completed.
    """
    found = []
    for module in release.modules:
        completed_as = state.completed_as.get(module.module_id)
        if not module.change_note or completed_as is None or completed_as == module.revision_id:
            continue
        if parsed_module(session, completed_as).change_note == module.change_note:
            continue
        opened_as = state.opened_as.get(module.module_id)
        seen = opened_as is not None and (
            opened_as == module.revision_id
            or parsed_module(session, opened_as).change_note == module.change_note
        )
        found.append(Change(module.module_id, module.change_note, seen))
    return found


def ticked_courses(session: Session, learner: User | Viewer) -> list[TickedCourse]:
    """Return the courses of a learner with their ticks, those put aside at the end."""
    rows = session.execute(_TICKED, {"learner": learner.id}).all()
    courses = [
        TickedCourse(row.slug, row.course_state, row.release_id, row.put_aside_at, _texts(row.ticks))
        for row in rows
    ]
    return sorted(courses, key=lambda course: course.put_aside_at is not None)


def _standing(person: list[Any], now: datetime) -> dict[str, Any]:
    """Turn the columns about a person into fields; nothing for a visitor or a session that is over."""
    if not person or person[0] is None:
        return {}
    user_id, name, username, roles, session_id, language, last_seen_at = person[: len(VIEWER_COLUMNS)]
    viewer = viewer_of_row(user_id, name, username, roles, session_id, language, as_moment(last_seen_at), now)
    if viewer is None:
        return {}
    enrolled = person[len(VIEWER_COLUMNS) :]
    return {"viewer": viewer} | (_enrolled(enrolled) if enrolled[0] is not None else {})


def _enrolled(columns: Any) -> dict[str, Any]:
    (
        enrolment_id,
        required_count,
        required_done,
        pretest_score,
        pretest_taken,
        posttest_score,
        completed_at,
        put_aside_at,
        completed,
        read,
        ticks,
        has_certificate,
    ) = columns
    return {
        "enrolment_id": enrolment_id,
        "required_count": required_count,
        "required_done": required_done,
        "pretest_score": pretest_score,
        "pretest_taken": bool(pretest_taken),
        "posttest_score": posttest_score,
        "completed_at": None if completed_at is None else as_moment(completed_at),
        "put_aside_at": None if put_aside_at is None else as_moment(put_aside_at),
        "completed": frozenset(completed_as := _pairs(completed)),
        "completed_as": completed_as,
        "read": _ids(read),
        "ticks": _texts(ticks),
        "has_certificate": bool(has_certificate),
    }


def _whole(columns: Any, now: datetime) -> dict[str, Any]:
    enrolled_at, last_activity_at, attempts, openings = columns
    taking, overdue = _attempts(attempts, now)
    opened = [one.split("|") for one in openings.split(",")] if openings else []
    last = max(opened, key=lambda one: (as_moment(one[2]), int(one[0])), default=None)
    return {
        "enrolled_at": as_moment(enrolled_at),
        "last_activity_at": as_moment(last_activity_at),
        "open_attempts": taking,
        "overdue": overdue,
        "opened_as": {int(module): int(revision) for module, revision, _at in opened},
        "last_opened": int(last[0]) if last is not None else None,
        "last_opened_at": as_moment(last[2]) if last is not None else None,
    }


def _attempts(listed: str | None, now: datetime) -> tuple[dict[int, UUID], frozenset[int]]:
    """Return the attempts that take answers, by module, and the modules whose attempt is overdue."""
    taking: dict[int, UUID] = {}
    overdue: set[int] = set()
    for one in listed.split(",") if listed else ():
        module, uuid, deadline = one.split("|")
        if deadline and now > as_moment(deadline) + GRACE:
            overdue.add(int(module))
        else:
            taking[int(module)] = UUID(uuid)
    return taking, frozenset(overdue)


def _ids(text: str | None) -> frozenset[int]:
    return frozenset(int(one) for one in text.split(",")) if text else frozenset()


def _pairs(text: str | None) -> dict[int, int]:
    return (
        {int(one): int(other) for one, _bar, other in (pair.partition("|") for pair in text.split(","))}
        if text
        else {}
    )


def _texts(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


def _listed(table: Any, *columns: Any) -> Any:
    """Return the values of *columns* in the enrolment's rows of *table* as one text: "1|2,3|4"."""
    texts = [func.coalesce(cast(column, String), "") for column in columns]
    joined: ColumnElement[str] = texts[0]
    for text in texts[1:]:
        joined = joined + "|" + text
    return (
        select(func.aggregate_strings(joined, ","))
        .where(table.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
    )


_TAKEN = aliased(Module)
_REOPENED = exists().where(
    CertificateEvent.certificate_id == Certificate.id,
    CertificateEvent.kind == CertificateEventKind.REOPENED.value,
)
_PRETEST_TAKEN = (
    exists()
    .where(
        Attempt.enrolment_id == Enrolment.id,
        Attempt.module_id == _TAKEN.id,
        Attempt.handed_in_at.is_not(None),
        _TAKEN.kind == ModuleKind.PRETEST.value,
    )
    .correlate(Enrolment)
)
_ENROLLED = (
    Enrolment.id,
    Enrolment.required_count,
    Enrolment.required_done,
    Enrolment.pretest_score,
    _PRETEST_TAKEN,
    Enrolment.posttest_score,
    Enrolment.completed_at,
    Enrolment.put_aside_at,
    _listed(ModuleCompletion, ModuleCompletion.module_id, ModuleCompletion.revision_id).scalar_subquery(),
    _listed(ModuleRead, ModuleRead.module_id).scalar_subquery(),
    _listed(Tick, Tick.item_id).scalar_subquery(),
    exists().where(Certificate.enrolment_id == Enrolment.id, ~_REOPENED).correlate(Enrolment),
)
_OPEN_ATTEMPTS = _listed(Attempt, Attempt.module_id, Attempt.uuid, Attempt.deadline).where(
    Attempt.handed_in_at.is_(None)
)
#: What is asked of an enrolment for the course as a whole, in the order of `_whole`.
_WHOLE = (
    Enrolment.enrolled_at,
    Enrolment.last_activity_at,
    _OPEN_ATTEMPTS.scalar_subquery(),
    _listed(
        ModuleOpening, ModuleOpening.module_id, ModuleOpening.revision_id, ModuleOpening.opened_at
    ).scalar_subquery(),
)
_OPEN_ATTEMPT = (
    _OPEN_ATTEMPTS.where(Attempt.module_id == Module.id).correlate(Enrolment, Module).scalar_subquery()
)
#: What is shown under the lesson of questions and answers is named by this number.
_LAST_SHARED = (
    select(func.max(InquiryEvent.id))
    .where(InquiryEvent.module_id == Module.id)
    .correlate(Module)
    .scalar_subquery()
)


def _of_course(*columns: Any, with_module: bool) -> Select[Any]:
    query = (
        select(*columns)
        .select_from(Course)
        .where(Course.slug == bindparam("course", "", type_=String), Course.live_release_id.is_not(None))
    )
    if with_module:
        query = (
            query.join(Module, Module.course_id == Course.id)
            .join(
                ReleaseModule,
                and_(
                    ReleaseModule.release_id == Course.live_release_id, ReleaseModule.module_id == Module.id
                ),
            )
            .where(Module.slug == bindparam("module", "", type_=String))
        )
    return query


def _for_person(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(
            UserSession,
            and_(
                UserSession.token_digest == bindparam("digest", "", type_=String),
                UserSession.ended_at.is_(None),
            ),
        )
        .outerjoin(
            User,
            and_(User.id == UserSession.user_id, User.disabled_at.is_(None), User.erased_at.is_(None)),
        )
        .outerjoin(Enrolment, and_(Enrolment.user_id == User.id, Enrolment.course_id == Course.id))
    )


_LIVE = Prepared(
    select(func.aggregate_strings(cast(Course.live_release_id, String), ",")).where(
        Course.live_release_id.is_not(None), Course.state == CatalogueState.LISTED.value
    )
)
_PLACE = (Course.id, Course.state, Course.live_release_id)
_VISITORS_COURSE = Prepared(_of_course(*_PLACE, with_module=False))
_COURSE = Prepared(_for_person(_of_course(*_PLACE, *_WHOLE, *VIEWER_COLUMNS, *_ENROLLED, with_module=False)))
_VISITORS_LESSON = Prepared(_of_course(*_PLACE, Module.id, Module.id, _LAST_SHARED, with_module=True))
_LESSON = Prepared(
    _for_person(
        _of_course(
            *_PLACE, Module.id, _OPEN_ATTEMPT, _LAST_SHARED, *VIEWER_COLUMNS, *_ENROLLED, with_module=True
        )
    )
)
_HOME = (
    select(
        *_ENROLLED,
        *_WHOLE,
        Course.id.label("course_id"),
        Course.slug,
        Course.state.label("course_state"),
        Course.live_release_id.label("release_id"),
    )
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.user_id == bindparam("learner"))
)
_TICKED = (
    select(
        Course.slug,
        Course.state.label("course_state"),
        Course.live_release_id.label("release_id"),
        Enrolment.put_aside_at,
        _listed(Tick, Tick.item_id).scalar_subquery().label("ticks"),
    )
    .select_from(Enrolment)
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.user_id == bindparam("learner"))
    .order_by(Enrolment.enrolled_at, Enrolment.id)
)
_LATER = aliased(Attempt)
_LAST_ATTEMPTS = (
    select(
        Attempt.enrolment_id,
        Attempt.module_id,
        Attempt.uuid,
        Attempt.revision_id,
        Attempt.handed_in_at,
        Attempt.pass_mark,
        Grade.passed,
        Grade.score,
        select(func.aggregate_strings(GradeItem.item_id, ","))
        .where(GradeItem.grade_id == Grade.id, GradeItem.right.is_(False))
        .correlate(Grade)
        .scalar_subquery()
        .label("wrong"),
    )
    .select_from(Attempt)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .join(Module, and_(Module.id == Attempt.module_id, Module.kind != ModuleKind.PRETEST.value))
    .join(Grade, Grade.id == latest_grade_id())
    .where(
        Enrolment.user_id == bindparam("learner"),
        Attempt.handed_in_at.is_not(None),
        ~exists().where(
            _LATER.enrolment_id == Attempt.enrolment_id,
            _LATER.module_id == Attempt.module_id,
            _LATER.number > Attempt.number,
            _LATER.handed_in_at.is_not(None),
        ),
    )
    .order_by(Attempt.handed_in_at.desc(), Attempt.id.desc())
)
