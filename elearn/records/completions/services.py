"""Noting what is complete: set-based, so that one enrolment and a whole course go the same way."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
)
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
_NOW = bindparam("now", type_=UtcDateTime())
_REASON = bindparam("reason", type_=Text)


class Scope(StrEnum):
    """Whose facts are settled: one enrolment's, or those of everybody in a course."""

    ENROLMENT = "enrolment"
    COURSE = "course"


def chosen_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that chooses enrolments by the parameter `chosen`, an enrolment's or a course's id."""
    column = Enrolment.id if scope is Scope.ENROLMENT else Enrolment.course_id
    return column == bindparam("chosen", type_=Integer)


def complete_modules(
    session: Session, scope: Scope, chosen: int, *, reason: CompletionReason, now: datetime
) -> list[tuple[int, int]]:
    """Note every module whose requirement is met and not noted yet; return (enrolment, module) of each.

    The enrolments must be locked. What counts is what the live release asks; the pre-test is never
    complete, because it never counts.
    """
    values = {"chosen": chosen, "reason": reason.value, "now": now}
    done = session.connection().execute(_modules_met(scope), values)
    return [(enrolment_id, module_id) for enrolment_id, module_id in done]


def complete_courses(
    session: Session,
    scope: Scope,
    chosen: int,
    *,
    rule: ScoreRule,
    reason: CompletionReason,
    now: datetime,
) -> list[int]:
    """Note every course in which nothing required is left; return the enrolments.

    A course that requires nothing is never complete. *rule* says which post-test counts.
    """
    values = {"chosen": chosen, "reason": reason.value, "now": now}
    return list(session.connection().execute(_courses_met(scope, rule), values).scalars())


# The statements are the same every time, and putting one together takes longer than running it.


@cache
def _modules_met(scope: Scope) -> Insert:
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
            _NOW,
            _REASON,
            ReleaseModule.revision_id,
            case((asks_quiz, passed)),
        )
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(ReleaseModule, ReleaseModule.release_id == Course.live_release_id)
        .join(Module, and_(Module.id == ReleaseModule.module_id, Module.kind != ModuleKind.PRETEST.value))
        .where(
            chosen_by(scope),
            ~noted,
            or_(~ReleaseModule.completion.in_(_ASKS_READING), read),
            or_(~asks_quiz, passed.is_not(None)),
        )
    )
    columns = ["enrolment_id", "module_id", "completed_at", "reason", "revision_id", "attempt_id"]
    table = cast(Table, ModuleCompletion.__table__)
    return insert(table).from_select(columns, met).returning(table.c.enrolment_id, table.c.module_id)


@cache
def _courses_met(scope: Scope, rule: ScoreRule) -> Insert:
    noted = exists().where(CourseCompletion.enrolment_id == Enrolment.id)
    met = (
        select(
            Enrolment.id,
            _NOW,
            _REASON,
            Release.id,
            pretest_score(),
            posttest_score(rule),
            gain(),
        )
        .select_from(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Release, Release.id == Course.live_release_id)
        .where(
            chosen_by(scope),
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
    table = cast(Table, CourseCompletion.__table__)
    return insert(table).from_select(columns, met).returning(table.c.enrolment_id)


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
