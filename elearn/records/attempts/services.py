"""Starting, closing and marking: rows of one quiz, without what follows from them."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import uuid4

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from elearn.content.drawing import draw
from elearn.content.items import ItemType, Quiz
from elearn.content.marking import mark_quiz
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_line, clean_text
from elearn.records.accounts.roles import REASON_LENGTH
from elearn.records.attempts.answers import current_answers, item_ids_of, latest_grade, quiz_of
from elearn.records.attempts.models import (
    Attempt,
    AttemptItem,
    EssayMark,
    ExtraAttempt,
    Grade,
    GradeItem,
    GradeReason,
)
from elearn.records.catalogue.models import Module
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import RefusedError, _

#: Letters of what a trainer writes under an essay.
WORD_LENGTH = 2_000


def add_attempt(
    session: Session, enrolment: Enrolment, *, module_id: int, revision_id: int, quiz: Quiz, now: datetime
) -> Attempt:
    """Open the next attempt: questions, their order, pass mark and deadline are fixed from here on.

    The enrolment must be locked. Questions not asked in an earlier attempt come first.
    """
    mine = and_(Attempt.enrolment_id == enrolment.id, Attempt.module_id == module_id)
    last = session.scalar(select(func.max(Attempt.number)).where(mine)) or 0
    seen = (
        set(
            session.scalars(
                select(AttemptItem.item_id).join(Attempt, Attempt.id == AttemptItem.attempt_id).where(mine)
            )
        )
        if last
        else set()
    )
    attempt = Attempt(
        uuid=uuid4(),
        enrolment_id=enrolment.id,
        module_id=module_id,
        revision_id=revision_id,
        number=last + 1,
        started_at=now,
        seed=secrets.randbits(63),
        pass_mark=quiz.pass_mark,
        deadline=now + quiz.time_limit if quiz.time_limit is not None else None,
    )
    session.add(attempt)
    session.flush()
    drawn = draw(quiz, seed=attempt.seed, seen=seen)
    session.execute(
        insert(AttemptItem).values(
            [
                {"attempt_id": attempt.id, "position": position, "item_id": item_id}
                for position, item_id in enumerate(drawn, start=1)
            ]
        )
    )
    return attempt


def close_attempt(session: Session, attempt: Attempt, *, now: datetime) -> Grade:
    """Close *attempt* with the answers saved so far, and grade it. The attempt must be locked.

    Closing a closed attempt returns its grade: a second press, a second tab and a retry after a lost
    reply all see the same result. Time that ran out counts as handed in when it ran out, and a clock
    set back never ends an attempt before it began.
    """
    if attempt.handed_in_at is not None:
        grade = latest_grade(session, attempt)
        if grade is None:
            raise LookupError(f"attempt {attempt.id} is closed and has no grade")
        return grade
    end = now if attempt.deadline is None else min(now, attempt.deadline)
    attempt.handed_in_at = max(end, attempt.started_at)
    return add_grade(session, attempt, reason=GradeReason.HANDED_IN, by=None, now=now)


def add_grade(
    session: Session,
    attempt: Attempt,
    *,
    reason: GradeReason,
    by: User | None,
    now: datetime,
    essay_points: dict[str, int] | None = None,
) -> Grade:
    """Mark the attempt by the quiz it was pinned to, and add what it earned as a new grade."""
    item_ids = item_ids_of(session, attempt)
    answers = {item_id: given.answer for item_id, given in current_answers(session, attempt).items()}
    quiz = quiz_of(session, attempt)
    result = mark_quiz(quiz, item_ids, answers, essay_points or {}, pass_mark=attempt.pass_mark)
    grade = Grade(
        attempt_id=attempt.id,
        graded_at=now,
        graded_by=by.id if by is not None else None,
        reason=reason,
        outcome=result.outcome.value,
        points=result.points,
        max_points=result.max_points,
        score=result.score,
        passed=result.passed,
    )
    session.add(grade)
    session.flush()
    session.execute(
        insert(GradeItem).values(
            [
                {
                    "grade_id": grade.id,
                    "item_id": item.item_id,
                    "points": item.points,
                    "max_points": item.max_points,
                    "right": item.right,
                }
                for item in result.items
            ]
        )
    )
    return grade


def add_essay_mark(
    session: Session,
    attempt: Attempt,
    item_id: str,
    *,
    points: int,
    word: str,
    actor: User,
    now: datetime,
) -> Grade:
    """Note what a person gave for an essay, and grade the attempt again with it.

    *points* are in ten-thousandths. Refused before handing in, for what no person marks, and out of range.
    The attempt must be locked.
    """
    if attempt.handed_in_at is None:
        raise RefusedError(_("Kuis ini belum dikumpulkan, jadi belum bisa dinilai."))
    if item_id not in item_ids_of(session, attempt):
        raise RefusedError(_("Soal ini tidak ada di kuis ini."))
    item = quiz_of(session, attempt).item(item_id)
    given = current_answers(session, attempt).get(item_id)
    if item.type is not ItemType.ESSAY or not item.max_points or given is None or not given.answer:
        raise RefusedError(_("Soal ini tidak perlu dinilai."))
    word = clean_text(word, most=WORD_LENGTH, field="word")
    if not 0 <= points <= item.max_points:
        raise RefusedError(
            _("Nilai untuk soal ini dari 0 sampai %(most)s.", most=_points(item.max_points)), field="points"
        )
    session.add(
        EssayMark(
            attempt_id=attempt.id,
            item_id=item_id,
            points=points,
            word=word,
            marked_at=now,
            marked_by=actor.id,
        )
    )
    session.flush()
    return add_grade(
        session,
        attempt,
        reason=GradeReason.ESSAY_MARKED,
        by=actor,
        now=now,
        essay_points=_essay_points(session, attempt),
    )


def _points(points: int) -> str:
    """Write ten-thousandths as a person does: 2, 1,5."""
    whole, rest = divmod(points, 10_000)
    return f"{whole},{rest:04d}".rstrip("0").rstrip(",")


def _essay_points(session: Session, attempt: Attempt) -> dict[str, int]:
    """Return the points last given, by item."""
    rows = session.execute(
        select(EssayMark.item_id, EssayMark.points)
        .where(EssayMark.attempt_id == attempt.id)
        .order_by(EssayMark.id)
    )
    return {row.item_id: row.points for row in rows}


def add_extra_attempt(
    session: Session, enrolment: Enrolment, module: Module, *, reason: str, actor: User, now: datetime
) -> ExtraAttempt:
    """Allow one attempt more than the quiz does; a reason is needed."""
    reason = clean_line(reason, most=REASON_LENGTH, field="reason", missing=_("Tulis alasannya."))
    extra = ExtraAttempt(
        enrolment_id=enrolment.id,
        module_id=module.id,
        reason=reason,
        granted_at=now,
        granted_by=actor.id,
    )
    session.add(extra)
    session.flush()
    return extra
