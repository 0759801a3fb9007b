"""Attempts, the items they drew, every saved answer, grades and essay marks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.base import Base, pk
from elearn.records.catalogue.models import Module, ModuleRevision
from elearn.records.enrolments.models import Enrolment


class Outcome(StrEnum):
    """What one marking of an attempt came to."""

    GRADED = "graded"
    #: An essay waits for a person, and the automatic points do not decide.
    WAITING = "waiting"
    #: Handed in or overdue without any answer: a chance used up, no score.
    NOT_TAKEN = "not_taken"


class GradeReason(StrEnum):
    """Why a grade was given."""

    HANDED_IN = "handed in"
    ESSAY_MARKED = "essay marked"
    CORRECTED = "corrected"


class Attempt(Base):
    """One sitting of a quiz by one enrolled learner.

    Open until it is handed in; a second try is a second row. It points at the revision the learner
    was shown, so correcting a question later leaves what was asked as it was. What it earned stands
    in its grades, because a correction may mark it again.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "module_id", "number"),
        Index(
            "one_open_attempt",
            "enrolment_id",
            "module_id",
            unique=True,
            sqlite_where=text("handed_in_at IS NULL"),
            postgresql_where=text("handed_in_at IS NULL"),
        ),
        Index(
            "open_attempts_with_deadline",
            "deadline",
            sqlite_where=text("handed_in_at IS NULL AND deadline IS NOT NULL"),
            postgresql_where=text("handed_in_at IS NULL AND deadline IS NOT NULL"),
        ),
        Index(None, "revision_id"),
        CheckConstraint("pass_mark >= 0 AND pass_mark <= 10000", name="pass_mark_is_a_share"),
    )

    id: Mapped[pk]
    #: The name in addresses; says nothing about how many attempts there are.
    uuid: Mapped[UUID] = mapped_column(unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    #: 1 for the first sitting of this quiz, 2 for the second, and so on.
    number: Mapped[int]
    started_at: Mapped[datetime]
    #: Draws the questions, orders them and their choices, and makes their opaque ids; fixed at the start.
    seed: Mapped[int] = mapped_column(BigInteger)
    #: As the quiz asked it at the start, in ten-thousandths.
    pass_mark: Mapped[int]
    #: Set at the start, by the server's clock; empty without a time limit.
    deadline: Mapped[datetime | None]
    #: Empty while the attempt is open; an overdue one is handed in at its deadline.
    handed_in_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    module: Mapped[Module] = relationship()
    revision: Mapped[ModuleRevision] = relationship()


class AttemptItem(Base):
    """One question of an attempt, in the order it is asked; fixed at the start."""

    __tablename__ = "attempt_items"
    __table_args__ = (UniqueConstraint("attempt_id", "item_id"),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    #: From 1.
    position: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str]


class Response(Base):
    """One saved answer to one item of one attempt: an event, appended, never changed.

    The highest number that counts is the answer. *answer* is the JSON of positions in the source of
    the pinned revision, or of the string as typed.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("attempt_id", "item_id", "number"),
        UniqueConstraint("attempt_id", "event"),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    item_id: Mapped[str]
    #: 1, 2, 3 … per attempt and item, given by the server.
    number: Mapped[int]
    #: Random, made by the client; the same event again changes nothing.
    event: Mapped[UUID]
    #: The number the client had last seen for this item, 0 at first.
    base: Mapped[int]
    answer: Mapped[str]
    given_at: Mapped[datetime]
    #: False for an empty answer from a forgotten tab: kept, and not the answer.
    counts: Mapped[bool] = mapped_column(default=True)


class Grade(Base):
    """What one marking of an attempt gave; marking again adds a row, the highest id counts."""

    __tablename__ = "grades"
    __table_args__ = (
        Index(None, "attempt_id", "id"),
        CheckConstraint("(passed IS NULL) = (outcome <> 'graded')", name="passed_once_graded"),
        CheckConstraint("points IS NULL OR (points >= 0 AND points <= max_points)", name="points_within_max"),
    )

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    graded_at: Mapped[datetime]
    #: The person who marked the essay or applied the correction.
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    outcome: Mapped[str]
    #: In ten-thousandths of a point; so far, while an essay waits.
    points: Mapped[int | None]
    max_points: Mapped[int]
    #: In ten-thousandths; empty where nothing can be earned or an essay waits.
    score: Mapped[int | None]
    passed: Mapped[bool | None]


class GradeItem(Base):
    """What one item earned in one grade; *points* is empty while its essay waits."""

    __tablename__ = "grade_items"

    grade_id: Mapped[int] = mapped_column(ForeignKey("grades.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int | None]
    max_points: Mapped[int]
    right: Mapped[bool | None]


class EssayMark(Base):
    """A person marked an essay: points and a word to the learner; marking again adds a row."""

    __tablename__ = "essay_marks"
    __table_args__ = (Index(None, "attempt_id", "item_id", "id"),)

    id: Mapped[pk]
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    item_id: Mapped[str]
    points: Mapped[int]
    word: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime]
    marked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))


class ExtraAttempt(Base):
    """One more attempt than the quiz allows, granted with a reason."""

    __tablename__ = "extra_attempts"
    __table_args__ = (Index(None, "enrolment_id", "module_id"),)

    id: Mapped[pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    reason: Mapped[str]
    granted_at: Mapped[datetime]
    granted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
