"""Who wishes to be erased, and who was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from elearn.records.accounts.models import UserSession
from elearn.records.attempts.models import Attempt, Response
from elearn.records.certificates.models import Certificate
from elearn.records.enrolments.models import Enrolment, Tick
from elearn.records.inquiries.models import Inquiry
from elearn.records.privacy.errors import RequestNotFoundError
from elearn.records.privacy.models import Erasure, ErasureRequest

_IS_OPEN = ErasureRequest.withdrawn_at.is_(None) & ErasureRequest.done_at.is_(None)


@dataclass(frozen=True, slots=True)
class Held:
    """How much is held about a person, by kind."""

    courses: int
    attempts: int
    answers: int
    ticks: int
    certificates: int
    inquiries: int
    devices: int


def what_is_held(session: Session, user_id: int) -> Held:
    """Count what is held about a person."""
    enrolments = select(Enrolment.id).where(Enrolment.user_id == user_id)
    attempts = select(Attempt.id).where(Attempt.enrolment_id.in_(enrolments))
    counts = {
        "courses": select(func.count()).where(Enrolment.user_id == user_id),
        "attempts": select(func.count()).where(Attempt.enrolment_id.in_(enrolments)),
        "answers": select(func.count()).where(Response.attempt_id.in_(attempts)),
        "ticks": select(func.count()).where(Tick.enrolment_id.in_(enrolments)),
        "certificates": select(func.count()).where(Certificate.enrolment_id.in_(enrolments)),
        "inquiries": select(func.count()).where(Inquiry.user_id == user_id),
        "devices": select(func.count()).where(UserSession.user_id == user_id),
    }
    row = session.execute(select(*(count.scalar_subquery().label(name) for name, count in counts.items())))
    return Held(**row.one()._mapping)


def open_request_of(session: Session, user_id: int) -> ErasureRequest | None:
    """Return the wish of a person that waits; None where there is none."""
    return session.scalar(select(ErasureRequest).where(ErasureRequest.user_id == user_id, _IS_OPEN))


def requests_of(session: Session, user_id: int) -> Sequence[ErasureRequest]:
    """Return every wish of a person, the oldest first."""
    found = select(ErasureRequest).where(ErasureRequest.user_id == user_id)
    return session.scalars(found.order_by(ErasureRequest.id)).all()


def open_requests(session: Session) -> Sequence[ErasureRequest]:
    """Return the wishes that wait, the oldest first."""
    return session.scalars(
        select(ErasureRequest)
        .where(_IS_OPEN)
        .options(joinedload(ErasureRequest.user))
        .order_by(ErasureRequest.id)
    ).all()


def open_request_count(session: Session) -> int:
    """Count the wishes that wait."""
    return session.scalar(select(func.count()).select_from(ErasureRequest).where(_IS_OPEN)) or 0


def open_request(session: Session, request_id: int, *, lock: bool = False) -> ErasureRequest:
    """Return a wish that waits; raises `RequestNotFoundError` where it is done, withdrawn, or was never."""
    found = select(ErasureRequest).where(ErasureRequest.id == request_id, _IS_OPEN)
    if lock:
        found = found.with_for_update()
    request = session.scalar(found)
    if request is None:
        raise RequestNotFoundError
    return request


def erasures(session: Session) -> Sequence[Erasure]:
    """Return who was erased, in the order it happened: what a restored backup has to repeat."""
    return session.scalars(select(Erasure).order_by(Erasure.id)).all()
