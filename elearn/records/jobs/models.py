"""The table of work to be done later, and when its worker was last seen."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base, pk

_WAITS = text("done_at IS NULL AND given_up_at IS NULL")


class Job(Base):
    """One piece of work: enqueued in the transaction that wants it, done once in effect.

    Whoever works at it has pushed *run_at* forward: that is the lease. A worker that dies does not come
    back to it, so the job falls due again by itself.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("done_at IS NULL OR given_up_at IS NULL", name="one_end"),
        Index("ix_jobs_waiting", "run_at", "id", postgresql_where=_WAITS, sqlite_where=_WAITS),
    )

    id: Mapped[pk]
    #: What is to be done; ``mail.…`` is a letter.
    kind: Mapped[str]
    #: Whoever enqueues under the same key again adds nothing; empty for work that may come twice.
    key: Mapped[str | None] = mapped_column(unique=True)
    #: JSON: ids and names of things, nothing personal and nothing secret.
    payload: Mapped[str]
    created_at: Mapped[datetime]
    #: When it was to be done; a day later it is given up.
    due_at: Mapped[datetime]
    #: When it may be tried next.
    run_at: Mapped[datetime]
    #: How often it was begun; also tells one lease from the next.
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class JobWorker(Base):
    """When a worker last looked for work: one technical row."""

    __tablename__ = "job_worker"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[pk]
    seen_at: Mapped[datetime]
