"""Questions about enrolments and what hangs on them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.catalogue.models import Course
from elearn.records.enrolments.models import Enrolment, Tick
from elearn.records.errors import NotFoundError, _


def find_enrolment(session: Session, learner_id: int, course_id: int) -> Enrolment | None:
    """Return the learner's enrolment in the course, if there is one."""
    return session.scalar(
        select(Enrolment).where(Enrolment.user_id == learner_id, Enrolment.course_id == course_id)
    )


def enrolment_of(session: Session, learner_id: int, course_slug: str) -> Enrolment:
    """Return the learner's enrolment in the course *course_slug*; without one it is "not found"."""
    enrolment = session.scalar(
        select(Enrolment)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.user_id == learner_id, Course.slug == course_slug)
    )
    if enrolment is None:
        raise NotFoundError(_("Anda belum mengikuti kursus ini."))
    return enrolment


def ticks_of(session: Session, enrolment_id: int) -> set[str]:
    """Return the ids of the checklist lines ticked in this enrolment."""
    return set(session.scalars(select(Tick.item_id).where(Tick.enrolment_id == enrolment_id)))
