"""Cohorts, and who is in them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.cohorts.models import Cohort, CohortCourse, CohortMembership


def cohorts(session: Session) -> list[Cohort]:
    """Return every cohort, the one that starts last first."""
    return list(session.scalars(select(Cohort).order_by(Cohort.starts_on.desc(), Cohort.name)))


def members(session: Session, cohort: Cohort) -> list[tuple[CohortMembership, User]]:
    """Return every membership of *cohort* with its person, by name; those that ended too."""
    rows = session.execute(
        select(CohortMembership, User)
        .join(User, User.id == CohortMembership.user_id)
        .where(CohortMembership.cohort_id == cohort.id)
        .order_by(User.name, CohortMembership.joined_on, CohortMembership.id)
    )
    return [(membership, user) for membership, user in rows]


def active_cohorts_of(session: Session, user_id: int, course_id: int, on: date) -> list[Cohort]:
    """Return the cohorts with the course in which a person is a member on the day *on*."""
    return list(
        session.scalars(
            select(Cohort)
            .join(CohortCourse, CohortCourse.cohort_id == Cohort.id)
            .join(CohortMembership, CohortMembership.cohort_id == Cohort.id)
            .where(
                CohortMembership.user_id == user_id,
                CohortCourse.course_id == course_id,
                CohortMembership.joined_on <= on,
                or_(CohortMembership.left_on.is_(None), CohortMembership.left_on >= on),
            )
            .order_by(Cohort.starts_on, Cohort.id)
        )
    )
