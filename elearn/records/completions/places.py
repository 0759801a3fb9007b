"""Where a learner acts: a text of a course's live release, and whether it may be begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import Quiz
from elearn.records.attempts.errors import QuizNotOpenError
from elearn.records.attempts.opening import Chances, check_chances
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import (
    Course,
    CourseState,
    Module,
    ModuleRevision,
    Release,
    ReleaseModule,
)
from elearn.records.completions.order import has_begun, missing_before
from elearn.records.enrolments.errors import CourseNotOpenError, ModuleNotOpenError
from elearn.records.errors import NotFoundError, _


@dataclass(frozen=True, slots=True)
class Place:
    """A text of a course's live release, with what decides whether it may be begun."""

    course: Course
    course_title: str
    release_id: int
    sequential: bool
    module: Module
    revision_id: int
    title: str
    position: int
    has_quiz: bool
    digest: str


def find_course(session: Session, slug: str) -> Course:
    course = session.scalar(select(Course).where(Course.slug == slug, Course.live_release_id.is_not(None)))
    if course is None:
        raise NotFoundError(_("Kursus ini tidak ditemukan."))
    return course


def find_place(session: Session, course_slug: str, module_slug: str) -> Place:
    """Return a text of the live release; one that was taken out is "not found"."""
    row = session.execute(
        select(
            Course,
            Release.title,
            Release.id,
            Release.sequential,
            Module,
            ReleaseModule.revision_id,
            ReleaseModule.title,
            ReleaseModule.position,
            ReleaseModule.has_quiz,
            ModuleRevision.digest,
        )
        .select_from(Course)
        .join(Release, Release.id == Course.live_release_id)
        .join(Module, Module.course_id == Course.id)
        .join(
            ReleaseModule,
            and_(ReleaseModule.release_id == Release.id, ReleaseModule.module_id == Module.id),
        )
        .join(ModuleRevision, ModuleRevision.id == ReleaseModule.revision_id)
        .where(Course.slug == course_slug, Module.slug == module_slug)
    ).one_or_none()
    if row is None:
        raise NotFoundError(_("Modul ini tidak ditemukan."))
    return Place(
        course=row[0],
        course_title=row[1],
        release_id=row[2],
        sequential=row[3],
        module=row[4],
        revision_id=row[5],
        title=row[6],
        position=row[7],
        has_quiz=row[8],
        digest=row[9],
    )


def quiz_at(session: Session, place: Place) -> Quiz:
    quiz = catalogue.parsed_module(session, place.revision_id).quiz if place.has_quiz else None
    if quiz is None:
        raise NotFoundError(_("Modul ini tidak punya kuis."))
    return quiz


def check_may_learn(course: Course, *, enrolled: bool) -> None:
    if course.state == CourseState.RETIRED:
        raise CourseNotOpenError(_("Kursus ini sudah ditutup. Anda masih bisa membacanya."))
    if not enrolled and course.state != CourseState.LISTED:
        raise CourseNotOpenError(_("Kursus ini sedang tidak menerima peserta baru."))


def check_order(session: Session, enrolment_id: int, place: Place) -> None:
    if place.sequential:
        missing = missing_before(session, enrolment_id, place.release_id, place.position)
        if missing is not None:
            raise ModuleNotOpenError(missing)


def check_quiz_open(
    session: Session, enrolment_id: int, place: Place, quiz: Quiz, found: Chances, now: datetime
) -> None:
    check_order(session, enrolment_id, place)
    check_chances(found, quiz, now)
    if place.module.kind == ModuleKind.PRETEST and has_begun(session, enrolment_id, place.release_id):
        raise QuizNotOpenError(
            _("Pretes hanya bisa dikerjakan sebelum modul pertama selesai. Anda bisa langsung belajar.")
        )
