"""Enrolments with their stored summary, what was read, and personal checklists."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.accounts.models import User
from elearn.records.base import Base, pk
from elearn.records.catalogue.models import Course


class EnrolmentState(StrEnum):
    """Where a learner stands in a course, as the summary says."""

    LEARNING = "learning"
    COMPLETED = "completed"


class Enrolment(Base):
    """One learner in one course, for ever; everything a learner does hangs on it.

    The columns from *state* on are a summary of facts that stand elsewhere, written in the same
    transaction as the fact, because staff ask about a million enrolments; `doctor` compares.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("user_id", "course_id"),
        CheckConstraint(
            "required_done >= 0 AND required_done <= required_count", name="done_within_required"
        ),
        CheckConstraint("(completed_at IS NOT NULL) = (state = 'completed')", name="completed_has_a_date"),
        Index(None, "course_id", "state", "completed_at", "id"),
        Index(None, "course_id", "last_activity_at", "id"),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    enrolled_at: Mapped[datetime]
    #: The learner put the course aside; coming back clears it.
    put_aside_at: Mapped[datetime | None]

    state: Mapped[str] = mapped_column(default=EnrolmentState.LEARNING)
    #: Required modules and post-test of the live release, and how many of them are complete.
    required_count: Mapped[int]
    required_done: Mapped[int] = mapped_column(default=0)
    last_activity_at: Mapped[datetime]
    #: First graded pre-test, and the post-test that counts, in ten-thousandths.
    pretest_score: Mapped[int | None]
    posttest_score: Mapped[int | None]
    completed_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
    course: Mapped[Course] = relationship()


class ModuleRead(Base):
    """A learner pressed "Tandai sudah dibaca"."""

    __tablename__ = "module_reads"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    read_at: Mapped[datetime]


class ModuleOpening(Base):
    """When a learner last had a module's page before them, and which text of it.

    Noted by the page's script, so it may be missing: it says where to go on and which changes were
    looked at, and nothing else depends on it.
    """

    __tablename__ = "module_openings"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    opened_at: Mapped[datetime]


class Tick(Base):
    """A ticked line of a personal checklist: the current state, kept across revisions by item id."""

    __tablename__ = "ticks"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
