"""Questions about attempts; whoever asks gets what is theirs, all else is "not found"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from elearn.content.presentation import WireAnswer, empty_answer, show_answer
from elearn.records.accounts.models import User
from elearn.records.attempts.answers import (
    current_answers,
    is_closed,
    is_overdue,
    items_of,
    latest_grade,
    latest_grade_id,
    quiz_of,
)
from elearn.records.attempts.models import Attempt, Grade, GradeItem, Outcome
from elearn.records.attempts.results import ResultView, counting_score, result_view
from elearn.records.attempts.views import AttemptView, attempt_view, place_of
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, CourseTrainer, Module, ModuleRevision, Release
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, _

__all__ = [
    "AttemptView",
    "EssayLine",
    "ResultView",
    "attempt_of",
    "attempt_to_mark",
    "attempt_view",
    "attempts_of",
    "counting_score",
    "essays_to_mark",
    "is_closed",
    "is_overdue",
    "items_of",
    "latest_grade",
    "place_of",
    "quiz_of",
    "result_view",
    "version_of",
]


@dataclass(frozen=True, slots=True)
class EssayLine:
    """An essay that a person has to mark; *prompt_html* is safe, *answer* is text as typed."""

    attempt_uuid: UUID
    item_id: str
    learner_name: str
    course_slug: str
    course_title: str
    module_slug: str
    module_title: str
    prompt_html: str
    #: What the author wrote as explanation, for whoever marks.
    guide_html: str
    answer: str
    max_points: int
    handed_in_at: datetime
    #: Whether the result waits for it; else the rest has decided already.
    decides: bool


def attempt_of(session: Session, learner_id: int, uuid: UUID, *, lock: bool = False) -> Attempt:
    """Return the learner's attempt; somebody else's is "not found", not "forbidden".

    With *lock* nobody else answers or closes it until the commit: every POST takes it so.
    """
    values = {"uuid": uuid, "learner": learner_id}
    attempt = session.scalar(_OWN_LOCKED if lock else _OWN, values)
    if attempt is None:
        raise NotFoundError(_("Percobaan ini tidak ditemukan."))
    return attempt


_OWN = (
    select(Attempt)
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.uuid == bindparam("uuid"), Enrolment.user_id == bindparam("learner"))
)
_OWN_LOCKED = _OWN.with_for_update(of=Attempt).execution_options(populate_existing=True)


def version_of(session: Session, attempt: Attempt, item_id: str, *, elsewhere: bool) -> WireAnswer | None:
    """Return one of the two answers of a question that was answered in two places; None where it has one."""
    given = current_answers(session, attempt).get(item_id)
    if given is None or given.elsewhere is None:
        return None
    answer = given.elsewhere if elsewhere else given.answer
    return show_answer(quiz_of(session, attempt).item(item_id), answer, seed=attempt.seed)


def attempt_to_mark(session: Session, trainer_id: int, uuid: UUID, *, lock: bool = False) -> Attempt:
    """Return an attempt in one of the trainer's courses; any other is "not found"."""
    query = (
        select(Attempt)
        .join(Module, Module.id == Attempt.module_id)
        .join(CourseTrainer, CourseTrainer.course_id == Module.course_id)
        .where(Attempt.uuid == uuid, CourseTrainer.user_id == trainer_id)
    )
    if lock:
        query = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    attempt = session.scalar(query)
    if attempt is None:
        raise NotFoundError(_("Percobaan ini tidak ditemukan."))
    return attempt


def attempts_of(session: Session, enrolment: Enrolment, module: Module) -> list[tuple[Attempt, Grade | None]]:
    """Return the attempts at a module's quiz in order, each with the grade that counts."""
    rows = session.execute(
        select(Attempt, Grade)
        .outerjoin(Grade, Grade.id == latest_grade_id())
        .where(Attempt.enrolment_id == enrolment.id, Attempt.module_id == module.id)
        .order_by(Attempt.number)
    )
    return [(attempt, grade) for attempt, grade in rows]


def essays_to_mark(
    session: Session, trainer: User, course: Course | None = None, *, limit: int = 100
) -> list[EssayLine]:
    """Return the essays in the trainer's courses that nobody has marked, the longest waiting first."""
    query = (
        select(
            Attempt,
            GradeItem,
            Grade.outcome,
            User.name,
            Course.slug,
            Release.title,
            Module,
            ModuleRevision.digest,
        )
        .select_from(Attempt)
        .join(Grade, Grade.id == latest_grade_id())
        .join(GradeItem, and_(GradeItem.grade_id == Grade.id, GradeItem.points.is_(None)))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(User, User.id == Enrolment.user_id)
        .join(Course, Course.id == Enrolment.course_id)
        .join(Release, Release.id == Course.live_release_id)
        .join(CourseTrainer, CourseTrainer.course_id == Course.id)
        .join(Module, Module.id == Attempt.module_id)
        .join(ModuleRevision, ModuleRevision.id == Attempt.revision_id)
        .where(CourseTrainer.user_id == trainer.id)
        .order_by(Attempt.handed_in_at, Attempt.id, GradeItem.item_id)
        .limit(limit)
    )
    if course is not None:
        query = query.where(Course.id == course.id)
    lines = []
    rows: Any = session.execute(query)
    for attempt, earned, outcome, name, course_slug, course_title, module, digest in rows:
        item = quiz_of(session, attempt).item(earned.item_id)
        compiled = catalogue.compiled_module(session, digest)
        given = current_answers(session, attempt).get(item.id)
        answer = given.answer if given is not None else empty_answer(item)
        lines.append(
            EssayLine(
                attempt_uuid=attempt.uuid,
                item_id=item.id,
                learner_name=name,
                course_slug=course_slug,
                course_title=course_title,
                module_slug=module.slug,
                module_title=compiled.title,
                prompt_html=compiled.items[item.id].prompt_html,
                guide_html=compiled.keys[item.id].explanation_html,
                answer=answer if isinstance(answer, str) else "",
                max_points=earned.max_points,
                handed_in_at=attempt.handed_in_at,
                decides=outcome == Outcome.WAITING,
            )
        )
    return lines
