"""Courses as their trainers and admins see them: read-only rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from elearn.records.accounts.models import User, UserRole
from elearn.records.catalogue.models import (
    Course,
    CourseTrainer,
    Draft,
    DraftMedia,
    Media,
    Module,
    Release,
    ReleaseMedia,
    ReleaseModule,
)
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, _


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A trainer's course in the list; *title* is empty while it was never published."""

    course_id: int
    slug: str
    title: str
    state: str
    release_number: int | None
    module_count: int
    learner_count: int
    changed_at: datetime
    #: The trainer's own drafts.
    draft_count: int


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz of a course's live release, to be chosen from."""

    module_id: int
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class MediaLine:
    """A medium of a course as its texts call it."""

    path: str
    digest: str
    extension: str
    media_type: str
    size: int
    published: bool


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """One release in a course's history."""

    release_id: int
    number: int
    published_at: datetime
    published_by: str
    note: str
    origin: str
    is_live: bool


@dataclass(frozen=True, slots=True)
class TrainerLine:
    """A trainer of a course; *still_trainer* is false where the role was taken away since."""

    user_id: int
    name: str
    added_at: datetime
    still_trainer: bool


def courses_of_trainer(session: Session, user_id: int) -> list[CourseLine]:
    """Return the courses *user_id* writes, the one changed last first."""
    modules = (
        select(ReleaseModule.release_id, func.count().label("n"))
        .join(Module, Module.id == ReleaseModule.module_id)
        .where(Module.kind == "module")
        .group_by(ReleaseModule.release_id)
        .subquery()
    )
    learners = select(Enrolment.course_id, func.count().label("n")).group_by(Enrolment.course_id).subquery()
    drafts = (
        select(Draft.course_id, func.count().label("n"), func.max(Draft.saved_at).label("saved_at"))
        .where(Draft.user_id == user_id)
        .group_by(Draft.course_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Course,
            Release.number,
            Release.title,
            Release.published_at,
            func.coalesce(modules.c.n, 0),
            func.coalesce(learners.c.n, 0),
            func.coalesce(drafts.c.n, 0),
            drafts.c.saved_at,
        )
        .join(CourseTrainer, CourseTrainer.course_id == Course.id)
        .outerjoin(Release, Release.id == Course.live_release_id)
        .outerjoin(modules, modules.c.release_id == Course.live_release_id)
        .outerjoin(learners, learners.c.course_id == Course.id)
        .outerjoin(drafts, drafts.c.course_id == Course.id)
        .where(CourseTrainer.user_id == user_id)
    ).all()
    lines = [
        CourseLine(
            course_id=course.id,
            slug=course.slug,
            title=title or "",
            state=course.state,
            release_number=number,
            module_count=module_count,
            learner_count=learner_count,
            changed_at=max(filter(None, (course.created_at, published_at, saved_at))),
            draft_count=draft_count,
        )
        for course, number, title, published_at, module_count, learner_count, draft_count, saved_at in rows
    ]
    return sorted(lines, key=lambda line: (line.changed_at, line.course_id), reverse=True)


def quizzes_of(session: Session, course: Course) -> list[QuizLine]:
    """Return the quizzes of the live release in order."""
    rows = session.execute(
        select(Module.id, Module.slug, ReleaseModule.title)
        .join(ReleaseModule, ReleaseModule.module_id == Module.id)
        .where(ReleaseModule.release_id == course.live_release_id, ReleaseModule.has_quiz)
        .order_by(ReleaseModule.position)
    )
    return [QuizLine(module_id, slug, title) for module_id, slug, title in rows]


def quiz_in(session: Session, course_id: int, module_id: int) -> Module:
    """Return a module of the course; one of another course is "not found"."""
    module = session.get(Module, module_id)
    if module is None or module.course_id != course_id:
        raise NotFoundError(_("Kuis ini tidak ditemukan di kursus ini."))
    return module


def media_of(session: Session, course: Course) -> list[MediaLine]:
    """Return the course's media by path; a picture of a draft hides the live one of the same path."""
    columns = (Media.digest, Media.extension, Media.media_type, Media.size)
    live = session.execute(
        select(ReleaseMedia.path, *columns)
        .join(Media, Media.digest == ReleaseMedia.digest)
        .where(ReleaseMedia.release_id == course.live_release_id)
    )
    drafts = session.execute(
        select(DraftMedia.path, *columns)
        .join(Media, Media.digest == DraftMedia.digest)
        .where(DraftMedia.course_id == course.id)
    )
    found = {row[0]: MediaLine(*row, published=True) for row in live}
    found.update({row[0]: MediaLine(*row, published=False) for row in drafts})
    return [found[path] for path in sorted(found)]


def releases_of(session: Session, course: Course) -> list[ReleaseLine]:
    """Return every release of the course, the newest first."""
    rows = session.execute(
        select(Release, User.name)
        .outerjoin(User, User.id == Release.published_by)
        .where(Release.course_id == course.id)
        .order_by(Release.number.desc())
    )
    return [
        ReleaseLine(
            release_id=release.id,
            number=release.number,
            published_at=release.published_at,
            published_by=name or "",
            note=release.note,
            origin=release.origin,
            is_live=release.id == course.live_release_id,
        )
        for release, name in rows
    ]


def trainers_of_course(session: Session, course_id: int) -> list[TrainerLine]:
    """Return who may write the course, by name."""
    role = aliased(UserRole)
    rows = session.execute(
        select(User.id, User.name, CourseTrainer.added_at, role.role)
        .join(CourseTrainer, CourseTrainer.user_id == User.id)
        .outerjoin(role, and_(role.user_id == User.id, role.role == "trainer"))
        .where(CourseTrainer.course_id == course_id)
        .order_by(User.name, User.id)
    )
    return [TrainerLine(user_id, name, added_at, held is not None) for user_id, name, added_at, held in rows]


def all_courses(session: Session) -> list[tuple[Course, str]]:
    """Return every course with the title of its live release (its slug before the first), by title."""
    rows = session.execute(
        select(Course, Release.title).outerjoin(Release, Release.id == Course.live_release_id)
    )
    found = [(course, title or course.slug) for course, title in rows]
    return sorted(found, key=lambda pair: (pair[1].casefold(), pair[0].id))
