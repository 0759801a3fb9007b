"""Summaries against the facts they are made of: recomputed one by one, apart from the SQL that writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import ScoreRule
from elearn.records.attempts.answers import latest_grade_id
from elearn.records.attempts.models import Attempt, Grade, Outcome
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, Module, ReleaseModule
from elearn.records.completions.models import CourseCompletion, ModuleCompletion
from elearn.records.enrolments.models import Enrolment, EnrolmentState, ModuleRead
from elearn.records.inquiries import queries as inquiries
from elearn.records.inquiries.services import repair_summaries as repair_inquiries

#: Enrolments looked at in one go.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Summary:
    """The columns of an enrolment that follow from facts."""

    state: str
    required_count: int
    required_done: int
    last_activity_at: datetime
    pretest_score: int | None
    posttest_score: int | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _LiveCourse:
    """What of a course's live release a summary depends on."""

    required: frozenset[int]
    score_rule: ScoreRule


class _AttemptFact(NamedTuple):
    """One attempt with the grade that counts."""

    kind: str
    started_at: datetime
    handed_in_at: datetime | None
    outcome: str | None
    score: int | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a batch of enrolments did, by enrolment; attempts in the order of their numbers."""

    completed: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    finished: dict[int, datetime] = field(default_factory=dict)
    attempts: defaultdict[int, list[_AttemptFact]] = field(default_factory=lambda: defaultdict(list))
    read: defaultdict[int, list[datetime]] = field(default_factory=lambda: defaultdict(list))


def check_summaries(session: Session) -> list[str]:
    """Return one sentence for every enrolment and every question whose summary differs from its facts."""
    enrolments = [_sentence(enrolment, summary) for enrolment, summary in _differing(session)]
    return enrolments + [
        f"Ringkasan pertanyaan nomor {one.inquiry.id} tidak cocok dengan catatannya."
        for one in inquiries.differences(session)
    ]


def repair_summaries(session: Session) -> int:
    """Write what the facts say into every summary that differs; return how many."""
    # Locked while they are computed: what a learner does meanwhile waits, and is not written over.
    differing = list(_differing(session, lock=True))
    for enrolment, summary in differing:
        session.execute(
            update(Enrolment)
            .where(Enrolment.id == enrolment.id)
            .values({name: getattr(summary, name) for name in Summary.__slots__})
            .execution_options(synchronize_session=False)
        )
        session.expire(enrolment)
    return len(differing) + repair_inquiries(session)


def summary_from_facts(session: Session, enrolment: Enrolment) -> Summary:
    """Return what the summary of *enrolment* has to be."""
    return _summary(enrolment, _live_course(session, enrolment.course_id), _facts(session, [enrolment.id]))


def _differing(session: Session, *, lock: bool = False) -> Iterator[tuple[Enrolment, Summary]]:
    session.flush()
    courses: dict[int, _LiveCourse] = {}
    last_id = 0
    wanted = select(Enrolment).order_by(Enrolment.id).limit(BATCH).execution_options(populate_existing=True)
    if lock:
        wanted = wanted.with_for_update()
    while batch := session.scalars(wanted.where(Enrolment.id > last_id)).all():
        facts = _facts(session, [enrolment.id for enrolment in batch])
        for enrolment in batch:
            if enrolment.course_id not in courses:
                courses[enrolment.course_id] = _live_course(session, enrolment.course_id)
            summary = _summary(enrolment, courses[enrolment.course_id], facts)
            if _stored(enrolment) != summary:
                yield enrolment, summary
        last_id = batch[-1].id


def _stored(enrolment: Enrolment) -> Summary:
    return Summary(**{name: getattr(enrolment, name) for name in Summary.__slots__})


def _sentence(enrolment: Enrolment, summary: Summary) -> str:
    stored = _stored(enrolment)
    differing = ", ".join(
        f"{name} {getattr(stored, name)} (mestinya {getattr(summary, name)})"
        for name in Summary.__slots__
        if getattr(stored, name) != getattr(summary, name)
    )
    return f"Ringkasan keikutsertaan {enrolment.id} tidak cocok dengan catatannya: {differing}"


def _summary(enrolment: Enrolment, course: _LiveCourse, facts: _Facts) -> Summary:
    attempts = facts.attempts[enrolment.id]
    scores = {
        kind: [
            attempt.score
            for attempt in attempts
            if attempt.kind == kind and attempt.outcome == Outcome.GRADED
        ]
        for kind in ModuleKind
    }
    posttests = [score for score in scores[ModuleKind.POSTTEST] if score is not None]
    if course.score_rule is ScoreRule.LAST:
        posttests = posttests[-1:]
    moments = [enrolment.enrolled_at, *facts.read[enrolment.id]]
    for attempt in attempts:
        moments.append(attempt.started_at)
        if attempt.handed_in_at is not None:
            moments.append(attempt.handed_in_at)
    completed_at = facts.finished.get(enrolment.id)
    return Summary(
        state=EnrolmentState.LEARNING.value if completed_at is None else EnrolmentState.COMPLETED.value,
        required_count=len(course.required),
        required_done=len(course.required & facts.completed[enrolment.id]),
        last_activity_at=max(moments),
        pretest_score=next(iter(scores[ModuleKind.PRETEST]), None),
        posttest_score=max(posttests, default=None),
        completed_at=completed_at,
    )


def _live_course(session: Session, course_id: int) -> _LiveCourse:
    rows = session.execute(
        select(ReleaseModule.module_id, ReleaseModule.revision_id, ReleaseModule.required, Module.kind)
        .join(Course, Course.live_release_id == ReleaseModule.release_id)
        .join(Module, Module.id == ReleaseModule.module_id)
        .where(Course.id == course_id)
    ).all()
    rule = ScoreRule.BEST
    for row in rows:
        if row.kind == ModuleKind.POSTTEST:
            quiz = catalogue.parsed_module(session, row.revision_id).quiz
            rule = quiz.score_rule if quiz is not None else rule
    return _LiveCourse(frozenset(row.module_id for row in rows if row.required), rule)


def _facts(session: Session, enrolment_ids: list[int]) -> _Facts:
    facts = _Facts()
    for enrolment_id, module_id in session.execute(
        select(ModuleCompletion.enrolment_id, ModuleCompletion.module_id).where(
            ModuleCompletion.enrolment_id.in_(enrolment_ids)
        )
    ):
        facts.completed[enrolment_id].add(module_id)
    for enrolment_id, completed_at in session.execute(
        select(CourseCompletion.enrolment_id, CourseCompletion.completed_at).where(
            CourseCompletion.enrolment_id.in_(enrolment_ids)
        )
    ):
        facts.finished[enrolment_id] = completed_at
    for enrolment_id, read_at in session.execute(
        select(ModuleRead.enrolment_id, ModuleRead.read_at).where(ModuleRead.enrolment_id.in_(enrolment_ids))
    ):
        facts.read[enrolment_id].append(read_at)
    for row in session.execute(
        select(
            Attempt.enrolment_id,
            Module.kind,
            Attempt.started_at,
            Attempt.handed_in_at,
            Grade.outcome,
            Grade.score,
        )
        .join(Module, Module.id == Attempt.module_id)
        .outerjoin(Grade, Grade.id == latest_grade_id())
        .where(Attempt.enrolment_id.in_(enrolment_ids))
        .order_by(Attempt.enrolment_id, Attempt.number)
    ):
        facts.attempts[row.enrolment_id].append(
            _AttemptFact(row.kind, row.started_at, row.handed_in_at, row.outcome, row.score)
        )
    return facts
