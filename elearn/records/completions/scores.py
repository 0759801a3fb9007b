"""Which grades count, as SQL: scores of pre-test and post-test, and the normalised gain.

Everything is an expression over `Enrolment`, so that one statement settles one enrolment or all of a
course alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from elearn.content.documents import ModuleKind
from elearn.content.items import ScoreRule
from elearn.content.marking import WHOLE_SCORE
from elearn.records.attempts.answers import latest_grade_id
from elearn.records.attempts.models import Attempt, Grade, Outcome
from elearn.records.catalogue.models import Module
from elearn.records.enrolments.models import Enrolment

#: Larger than any gain is negative; makes both databases, which cut towards zero, round down.
_ABOVE_ZERO = WHOLE_SCORE * WHOLE_SCORE


def passed_attempt(module_id: ColumnElement[int] | Any) -> ScalarSelect[int]:
    """Return the first attempt of the enrolment that passed the quiz *module_id*; NULL without one."""
    return (
        select(func.min(Attempt.id))
        .join(Grade, Grade.id == latest_grade_id())
        .where(Attempt.enrolment_id == Enrolment.id, Attempt.module_id == module_id, Grade.passed.is_(True))
        .correlate_except(Attempt, Grade)
        .scalar_subquery()
    )


def pretest_score() -> ScalarSelect[int]:
    """Return the score of the first graded pre-test."""
    return _graded(Grade.score, ModuleKind.PRETEST).order_by(Attempt.number).limit(1).scalar_subquery()


def posttest_score(rule: ScoreRule) -> ScalarSelect[int]:
    """Return the post-test's score that counts by *rule*; what has no score replaces none."""
    scored = _graded(Grade.score, ModuleKind.POSTTEST).where(Grade.score.is_not(None))
    order = Attempt.number.desc() if rule is ScoreRule.LAST else Grade.score.desc()
    return scored.order_by(order).limit(1).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pre-test beside the best post-test, in ten-thousandths; it came before the first post-test began."""

    before: int
    after: int


def comparison(session: Session, enrolment_id: int) -> Comparison | None:
    """Return what a learner's gain is taken from; None without both, or where the pre-test came later."""
    found = session.execute(
        select(_early_pretest_score(), posttest_score(ScoreRule.BEST)).where(Enrolment.id == enrolment_id)
    ).one()
    return Comparison(*found) if None not in found else None


def gain() -> ColumnElement[int | None]:
    """Return the normalised gain from the first pre-test to the best post-test, in ten-thousandths.

    NULL without a pre-test handed in before the first post-test began, and where it was 100%.
    Rounded half up.
    """
    before = cast(_early_pretest_score(), BigInteger)
    best = cast(posttest_score(ScoreRule.BEST), BigInteger)
    missing = WHOLE_SCORE - before
    won = (best - before) * WHOLE_SCORE
    rounded = (2 * won + missing + 2 * missing * _ABOVE_ZERO) // (2 * missing) - _ABOVE_ZERO
    return case((before < WHOLE_SCORE, rounded))


def _early_pretest_score() -> ScalarSelect[int]:
    later, its_module = aliased(Attempt), aliased(Module)
    first_posttest = (
        select(func.min(later.started_at))
        .join(its_module, its_module.id == later.module_id)
        .where(later.enrolment_id == Enrolment.id, its_module.kind == ModuleKind.POSTTEST.value)
        .correlate_except(later, its_module)
        .scalar_subquery()
    )
    first_pretest = _graded(Attempt.id, ModuleKind.PRETEST).order_by(Attempt.number).limit(1)
    attempt, grade = aliased(Attempt), aliased(Grade)
    return (
        select(grade.score)
        .join(attempt, attempt.id == grade.attempt_id)
        .where(
            attempt.id == first_pretest.scalar_subquery(),
            grade.id == latest_grade_id(attempt),
            attempt.handed_in_at <= first_posttest,
        )
        .correlate_except(attempt, grade)
        .scalar_subquery()
    )


def _graded(column: Any, kind: ModuleKind) -> Select[Any]:
    """Select *column* of the enrolment's graded attempts of its pre-test or post-test."""
    return (
        select(column)
        .select_from(Attempt)
        .join(Module, and_(Module.id == Attempt.module_id, Module.kind == kind.value))
        .join(Grade, Grade.id == latest_grade_id())
        .where(Attempt.enrolment_id == Enrolment.id, Grade.outcome == Outcome.GRADED.value)
        .correlate_except(Attempt, Grade, Module)
    )
