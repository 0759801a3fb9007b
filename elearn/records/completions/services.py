"""Noting what is complete: set-based, so that one enrolment and a whole course go the same way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session

from elearn.content.documents import CompletionRule, ModuleKind
from elearn.content.items import ScoreRule
from elearn.records.base import UtcDateTime
from elearn.records.catalogue.models import Course, Module, Release, ReleaseModule
from elearn.records.completions.models import CompletionReason, CourseCompletion, ModuleCompletion
from elearn.records.completions.scores import gain, passed_attempt, posttest_score, pretest_score
from elearn.records.enrolments.models import Enrolment, ModuleRead

_ASKS_READING = (CompletionRule.READ.value, CompletionRule.READ_AND_QUIZ.value)
_ASKS_QUIZ = (CompletionRule.QUIZ.value, CompletionRule.READ_AND_QUIZ.value)


def complete_modules(
    session: Session, which: ColumnElement[bool], *, reason: CompletionReason, now: datetime
) -> list[tuple[int, int]]:
    """Note every module whose requirement is met and not noted yet; return (enrolment, module) of each.

    *which* chooses the enrolments, all locked. What counts is what the live release asks; the pre-test
    is never complete, because it never counts.
    """
    passed = passed_attempt(ReleaseModule.module_id)
    read = exists().where(
        ModuleRead.enrolment_id == Enrolment.id, ModuleRead.module_id == ReleaseModule.module_id
    )
    noted = exists().where(
        ModuleCompletion.enrolment_id == Enrolment.id, ModuleCompletion.module_id == ReleaseModule.module_id
    )
    asks_quiz = ReleaseModule.completion.in_(_ASKS_QUIZ)
    met = (
        select(
            Enrolment.id,
            ReleaseModule.module_id,
            literal(now, UtcDateTime()),
            literal(reason.value),
            ReleaseModule.revision_id,
            case((asks_quiz, passed)),
        )
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(ReleaseModule, ReleaseModule.release_id == Course.live_release_id)
        .join(Module, and_(Module.id == ReleaseModule.module_id, Module.kind != ModuleKind.PRETEST.value))
        .where(
            which,
            ~noted,
            or_(~ReleaseModule.completion.in_(_ASKS_READING), read),
            or_(~asks_quiz, passed.is_not(None)),
        )
    )
    columns = ["enrolment_id", "module_id", "completed_at", "reason", "revision_id", "attempt_id"]
    done = session.execute(
        insert(ModuleCompletion)
        .from_select(columns, met)
        .returning(ModuleCompletion.enrolment_id, ModuleCompletion.module_id)
    )
    return [(enrolment_id, module_id) for enrolment_id, module_id in done]


def complete_courses(
    session: Session,
    which: ColumnElement[bool],
    *,
    rule: ScoreRule,
    reason: CompletionReason,
    now: datetime,
) -> list[int]:
    """Note every course in which nothing required is left; return the enrolments.

    A course that requires nothing is never complete. *rule* says which post-test counts.
    """
    noted = exists().where(CourseCompletion.enrolment_id == Enrolment.id)
    met = (
        select(
            Enrolment.id,
            literal(now, UtcDateTime()),
            literal(reason.value),
            Release.id,
            pretest_score(),
            posttest_score(rule),
            gain(),
        )
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Release, Release.id == Course.live_release_id)
        .where(
            which,
            Release.required_count > 0,
            required_done() == Release.required_count,
            ~noted,
        )
    )
    columns = [
        "enrolment_id",
        "completed_at",
        "reason",
        "release_id",
        "pretest_score",
        "posttest_score",
        "gain",
    ]
    done = session.execute(
        insert(CourseCompletion).from_select(columns, met).returning(CourseCompletion.enrolment_id)
    )
    return list(done.scalars())


def required_done() -> ColumnElement[int]:
    """Return how many of what the live release requires is complete in the enrolment."""
    live = select(Course.live_release_id).where(Course.id == Enrolment.course_id)
    return (
        select(func.count())
        .select_from(ModuleCompletion)
        .join(ReleaseModule, ReleaseModule.module_id == ModuleCompletion.module_id)
        .where(
            ModuleCompletion.enrolment_id == Enrolment.id,
            ReleaseModule.required,
            ReleaseModule.release_id == live.correlate(Enrolment).scalar_subquery(),
        )
        .correlate_except(ModuleCompletion, ReleaseModule)
        .scalar_subquery()
    )
