"""The quiz of an attempt as it was asked, and what was answered and earned so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from elearn.content.items import Answer, Item, Quiz
from elearn.content.presentation import answer_from_json, answer_to_json
from elearn.records.attempts.models import Attempt, AttemptItem, Grade, Response
from elearn.records.catalogue import queries as catalogue

#: How long after the deadline an answer or a handing in still counts: the way over a slow network.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class CurrentAnswer:
    """What counts for one item: the answer with the highest number that counts.

    *elsewhere* is the answer before it where this one was given without having seen that one.
    """

    number: int
    answer: Answer
    elsewhere: Answer | None = None


class Timed(Protocol):
    """What of an attempt says whether it is open."""

    @property
    def deadline(self) -> datetime | None: ...
    @property
    def handed_in_at(self) -> datetime | None: ...


class Pinned(Protocol):
    """What of an attempt says what was asked."""

    @property
    def revision_id(self) -> int: ...


def is_overdue(attempt: Timed, now: datetime) -> bool:
    """Say whether the attempt is still open although its time and the grace are over."""
    return attempt.handed_in_at is None and attempt.deadline is not None and now > attempt.deadline + GRACE


def is_closed(attempt: Timed, now: datetime) -> bool:
    """Say whether no answer is taken any more."""
    return attempt.handed_in_at is not None or is_overdue(attempt, now)


def quiz_of(session: Session | Connection, attempt: Pinned) -> Quiz:
    """Return the quiz of the revision the attempt is pinned to."""
    quiz = catalogue.parsed_module(session, attempt.revision_id).quiz
    if quiz is None:
        raise LookupError(f"revision {attempt.revision_id} has an attempt and no quiz")
    return quiz


def item_ids_of(session: Session, attempt: Attempt) -> list[str]:
    """Return the ids of the items asked, in their order."""
    return list(
        session.scalars(
            select(AttemptItem.item_id)
            .where(AttemptItem.attempt_id == attempt.id)
            .order_by(AttemptItem.position)
        )
    )


def items_of(session: Session, attempt: Attempt) -> list[Item]:
    """Return the items asked, in their order."""
    quiz = quiz_of(session, attempt)
    return [quiz.item(item_id) for item_id in item_ids_of(session, attempt)]


def to_stored(answer: Answer) -> str:
    """Return *answer* as the one text the database keeps for it: equal answers, equal texts."""
    return json.dumps(answer_to_json(answer), ensure_ascii=False, separators=(",", ":"))


def from_stored(stored: str) -> Answer:
    """Return the answer that `to_stored` wrote."""
    return answer_from_json(json.loads(stored))


def current_answers(session: Session, attempt: Attempt) -> dict[str, CurrentAnswer]:
    """Return what counts for every item that was answered, the cleared ones included."""
    ranked = (
        select(
            Response.item_id,
            Response.number,
            Response.base,
            Response.answer,
            func.row_number()
            .over(partition_by=Response.item_id, order_by=Response.number.desc())
            .label("rank"),
        )
        .where(Response.attempt_id == attempt.id, Response.counts)
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.item_id, ranked.c.number, ranked.c.base, ranked.c.answer)
        .where(ranked.c.rank <= 2)
        .order_by(ranked.c.item_id, ranked.c.rank)
    )
    found: dict[str, CurrentAnswer] = {}
    bases: dict[str, int] = {}
    for item_id, number, base, stored in rows:
        answer = from_stored(stored)
        latest = found.get(item_id)
        if latest is None:
            found[item_id] = CurrentAnswer(number, answer)
            bases[item_id] = base
        elif bases[item_id] < number and answer != latest.answer:
            found[item_id] = CurrentAnswer(latest.number, latest.answer, elsewhere=answer)
    return found


def latest_grade(session: Session, attempt: Attempt) -> Grade | None:
    """Return the grade that counts; None while the attempt is open."""
    return session.scalar(
        select(Grade).where(Grade.attempt_id == attempt.id).order_by(Grade.id.desc()).limit(1)
    )


def latest_grade_id(attempt: type[Attempt] = Attempt) -> ScalarSelect[int]:
    """Return, as SQL, the id of the grade that counts for *attempt*: the highest."""
    later = aliased(Grade)
    return (
        select(func.max(later.id)).where(later.attempt_id == attempt.id).correlate(attempt).scalar_subquery()
    )
