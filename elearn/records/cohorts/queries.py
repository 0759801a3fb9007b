"""Cohorts, and who is in them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.cohorts.models import Cohort, CohortMembership


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
