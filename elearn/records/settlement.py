"""What follows from a new fact: completions, the stored summary, and a certificate that becomes due.

One enrolment and all of a course are settled by the same statements, so that handing in and publishing
cannot come to different ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Table, Update, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import ScoreRule
from elearn.records.base import UtcDateTime
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, Module, Release, ReleaseModule
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.services import CertificateSettings, Wait, issue_new, waits_for
from elearn.records.completions.models import CompletionReason, CourseCompletion
from elearn.records.completions.scores import posttest_score, pretest_score
from elearn.records.completions.services import (
    Scope,
    chosen_by,
    complete_courses,
    complete_modules,
    required_done,
)
from elearn.records.enrolments.models import Enrolment, EnrolmentState


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one settling of an enrolment brought about."""

    completed_modules: tuple[int, ...] = ()
    completed_course: bool = False
    certificate: Certificate | None = None
    certificate_waits_for: Wait | None = None


@dataclass(frozen=True, slots=True)
class CourseSettlement:
    """How many completions the settling of a whole course added."""

    module_count: int
    course_count: int


def settle(
    session: Session,
    enrolment: Enrolment,
    now: datetime,
    printing: CertificateSettings | None = None,
    *,
    active_at: datetime | None = None,
) -> Settlement:
    """Note what *enrolment* has completed by now, and write its summary. The enrolment must be locked.

    *active_at* is when the learner last did something; None where only others did.
    A certificate that is due is issued if *printing* is given and nothing is missing.
    """
    enrolment_id = enrolment.id
    was_complete = enrolment.completed_at is not None
    session.flush()
    rule = _score_rule(session, enrolment.course_id)
    reason = CompletionReason.REQUIREMENT_MET
    modules = complete_modules(session, Scope.ENROLMENT, enrolment_id, reason=reason, now=now)
    courses = complete_courses(session, Scope.ENROLMENT, enrolment_id, rule=rule, reason=reason, now=now)
    _write_summaries(session, Scope.ENROLMENT, enrolment_id, rule, active_at)
    session.expire(enrolment)
    certificate, wait = None, None
    if printing is not None and (courses or was_complete):
        certificate = issue_new(session, enrolment_id, printing, now)
        wait = None if certificate else waits_for(session, enrolment_id, printing)
    return Settlement(tuple(module_id for _id, module_id in modules), bool(courses), certificate, wait)


def settle_course(session: Session, course: Course, now: datetime) -> CourseSettlement:
    """Settle every enrolment of *course* after a publication, in the publication's transaction.

    A few statements, whatever the number of enrolments. All of them are locked first, in the order of
    their ids, and by a statement of its own: what a statement sees was fixed when it began, so a
    completion that somebody commits meanwhile is seen by those that follow.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        rows = select(Enrolment.id).where(Enrolment.course_id == course.id).order_by(Enrolment.id)
        session.execute(select(func.count()).select_from(rows.with_for_update().subquery()))
    rule = _score_rule(session, course.id)
    reason = CompletionReason.REQUIREMENT_REMOVED
    modules = complete_modules(session, Scope.COURSE, course.id, reason=reason, now=now)
    courses = complete_courses(session, Scope.COURSE, course.id, rule=rule, reason=reason, now=now)
    _write_summaries(session, Scope.COURSE, course.id, rule, None)
    for known in session.identity_map.values():
        if isinstance(known, Enrolment):
            session.expire(known)
    return CourseSettlement(len(modules), len(courses))


def _score_rule(session: Session, course_id: int) -> ScoreRule:
    """Return by which rule the live post-test's score counts; the best where there is none."""
    revision_id = session.scalar(
        select(ReleaseModule.revision_id)
        .join(Course, Course.live_release_id == ReleaseModule.release_id)
        .join(Module, Module.id == ReleaseModule.module_id)
        .where(Course.id == course_id, Module.kind == ModuleKind.POSTTEST.value)
    )
    quiz = catalogue.parsed_module(session, revision_id).quiz if revision_id is not None else None
    return quiz.score_rule if quiz is not None else ScoreRule.BEST


def _write_summaries(
    session: Session, scope: Scope, chosen: int, rule: ScoreRule, active_at: datetime | None
) -> None:
    session.connection().execute(_summaries(scope, rule), {"chosen": chosen, "active_at": active_at})


@cache
def _summaries(scope: Scope, rule: ScoreRule) -> Update:
    completed_at = (
        select(CourseCompletion.completed_at)
        .where(CourseCompletion.enrolment_id == Enrolment.id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    required_count = (
        select(Release.required_count)
        .join(Course, Course.live_release_id == Release.id)
        .where(Course.id == Enrolment.course_id)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    state = case(
        (completed_at.is_not(None), EnrolmentState.COMPLETED.value), else_=EnrolmentState.LEARNING.value
    )
    table = cast(Table, Enrolment.__table__)
    active_at = bindparam("active_at", type_=UtcDateTime())
    return (
        update(table)
        .where(chosen_by(scope))
        .values(
            required_count=required_count,
            required_done=required_done(),
            pretest_score=pretest_score(),
            posttest_score=posttest_score(rule),
            completed_at=completed_at,
            state=state,
            last_activity_at=case(
                (active_at > Enrolment.last_activity_at, active_at), else_=Enrolment.last_activity_at
            ),
        )
    )
