"""Completions of modules and courses: dated facts with their reason and evidence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.base import Base, pk
from elearn.records.catalogue.models import Release
from elearn.records.enrolments.models import Enrolment


class CompletionReason(StrEnum):
    """Why something counts as complete."""

    #: Read, passed, or both, as the module asks; for a course: everything required is complete.
    REQUIREMENT_MET = "requirement met"
    #: A release took away what was still to be done.
    REQUIREMENT_REMOVED = "requirement removed"


class ModuleCompletion(Base):
    """A learner met what a module asks; nothing takes it back."""

    __tablename__ = "module_completions"
    __table_args__ = (UniqueConstraint("enrolment_id", "module_id"), Index(None, "module_id"))

    id: Mapped[pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    completed_at: Mapped[datetime]
    reason: Mapped[str]
    #: The evidence: the revision that was live, and the attempt that passed where a quiz is asked.
    revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))


class CourseCompletion(Base):
    """A learner completed a course under one release; its scores and gain are those of that day."""

    __tablename__ = "course_completions"
    __table_args__ = (Index(None, "completed_at"),)

    id: Mapped[pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), unique=True)
    completed_at: Mapped[datetime]
    reason: Mapped[str]
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"))
    #: In ten-thousandths; empty where there is no such test.
    pretest_score: Mapped[int | None]
    posttest_score: Mapped[int | None]
    #: Normalised gain (post − pre) ÷ (1 − pre), Hake 1998, in ten-thousandths, may be negative;
    #: empty without a pre-test taken before the first post-test began, or where it was 100%.
    gain: Mapped[int | None]

    enrolment: Mapped[Enrolment] = relationship()
    release: Mapped[Release] = relationship()
