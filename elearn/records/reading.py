"""What a page needs to show a course to one person, in one statement.

This is the hot path: statements are put together once per database and run without building objects of
the ORM. Texts of the release come from the process's memory (`catalogue.queries`); what is looked up
here is which release is live, who asks, and where that person stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
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
from elearn.records.attempts.models import Attempt
from elearn.records.base import as_moment
from elearn.records.catalogue.models import Course, Module, ReleaseModule
from elearn.records.catalogue.models import CourseState as CatalogueState
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.completions.models import ModuleCompletion
from elearn.records.engines import Prepared
from elearn.records.enrolments.models import Enrolment, ModuleRead, Tick


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
    read: frozenset[int] = frozenset()
    ticks: frozenset[str] = frozenset()
    has_certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonState(CourseState):
    """The same for one module of the course, with its open attempt."""

    module_id: int
    open_attempt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledCourse(CourseState):
    """A course a learner is enrolled in, as the learner's home shows it."""

    slug: str
    enrolled_at: datetime
    last_activity_at: datetime
    #: Attempts that are open, by module.
    open_attempts: frozenset[int] = frozenset()


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
    course_id, course_state, release_id, module_id, open_attempt, *person = row
    place = {"course_id": course_id, "course_state": course_state, "release_id": release_id}
    standing = _standing(person, now)
    attempt = _uuid(open_attempt) if "enrolment_id" in standing else None
    return LessonState(**place, **standing, module_id=module_id, open_attempt=attempt)


def course_view(
    reader: Connection | Engine, token_digest: str | None, course_slug: str, now: datetime
) -> CourseState | None:
    """Return what a course page asks the database; None where no such course is live."""
    if token_digest is None:
        row = _VISITORS_COURSE.row(reader.engine, course=course_slug)
    else:
        row = _COURSE.row(reader.engine, course=course_slug, digest=token_digest)
    if row is None:
        return None
    course_id, course_state, release_id, *person = row
    return CourseState(
        course_id=course_id, course_state=course_state, release_id=release_id, **_standing(person, now)
    )


def live_releases(reader: Connection | Engine) -> tuple[int, ...]:
    """Return the live releases of the listed courses: while they are these, the catalogue is the same."""
    (listed,) = _LIVE.row(reader.engine)
    return tuple(sorted(_ids(listed)))


def home_view(session: Session, learner: User | Viewer, now: datetime) -> list[EnrolledCourse]:
    """Return the courses of a learner, the one learnt last first, those put aside at the end."""
    del now  # Nothing here depends on the time of day; every view of this file takes it.
    rows = session.execute(_HOME, {"learner": learner.id}).all()
    courses = [
        EnrolledCourse(
            course_id=row.course_id,
            course_state=row.course_state,
            release_id=row.release_id,
            slug=row.slug,
            enrolled_at=row.enrolled_at,
            last_activity_at=row.last_activity_at,
            open_attempts=_ids(row.open_attempts),
            **_enrolled(row[: len(_ENROLLED)]),
        )
        for row in rows
    ]
    return sorted(
        courses, key=lambda course: (course.put_aside_at is not None, -course.last_activity_at.timestamp())
    )


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
        "completed": _ids(completed),
        "read": _ids(read),
        "ticks": frozenset(ticks.split(",")) if ticks else frozenset(),
        "has_certificate": bool(has_certificate),
    }


def _ids(text: str | None) -> frozenset[int]:
    return frozenset(int(one) for one in text.split(",")) if text else frozenset()


def _uuid(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) else value


def _listed(column: Any, table: Any) -> Any:
    """Return the values of *column* in the enrolment's rows of *table* as one text."""
    return (
        select(func.aggregate_strings(cast(column, String), ","))
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
    _listed(ModuleCompletion.module_id, ModuleCompletion).scalar_subquery(),
    _listed(ModuleRead.module_id, ModuleRead).scalar_subquery(),
    _listed(Tick.item_id, Tick).scalar_subquery(),
    exists().where(Certificate.enrolment_id == Enrolment.id, ~_REOPENED).correlate(Enrolment),
)
_OPEN_ATTEMPT = (
    select(Attempt.uuid)
    .where(
        Attempt.enrolment_id == Enrolment.id,
        Attempt.module_id == Module.id,
        Attempt.handed_in_at.is_(None),
    )
    .correlate(Enrolment, Module)
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
_COURSE = Prepared(_for_person(_of_course(*_PLACE, *VIEWER_COLUMNS, *_ENROLLED, with_module=False)))
_VISITORS_LESSON = Prepared(_of_course(*_PLACE, Module.id, Module.id, with_module=True))
_LESSON = Prepared(
    _for_person(_of_course(*_PLACE, Module.id, _OPEN_ATTEMPT, *VIEWER_COLUMNS, *_ENROLLED, with_module=True))
)
_HOME = (
    select(
        *_ENROLLED,
        Course.id.label("course_id"),
        Course.slug,
        Course.state.label("course_state"),
        Course.live_release_id.label("release_id"),
        Enrolment.enrolled_at,
        Enrolment.last_activity_at,
        _listed(Attempt.module_id, Attempt)
        .where(Attempt.handed_in_at.is_(None))
        .scalar_subquery()
        .label("open_attempts"),
    )
    .join(Course, Course.id == Enrolment.course_id)
    .where(Enrolment.user_id == bindparam("learner"))
)
