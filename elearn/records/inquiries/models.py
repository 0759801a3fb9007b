"""Questions to trainers, the messages below them, and what trainers and staff did with them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.accounts.models import User
from elearn.records.base import Base, pk
from elearn.records.catalogue.models import Course, Module


class InquiryState(StrEnum):
    """Whose turn it is."""

    #: The asker wrote last.
    OPEN = "open"
    #: Somebody answered, or closed it because no answer is needed.
    ANSWERED = "answered"


class Visibility(StrEnum):
    """Who reads an answer."""

    #: The asker and the desk.
    PRIVATE = "private"
    #: Everybody, under the lesson.
    SHARED = "shared"
    #: As private, and only staff can share it again.
    HIDDEN = "hidden"


class InquiryEventKind(StrEnum):
    """What was done with an inquiry or with one of its answers."""

    SHARE = "share"
    UNSHARE = "unshare"
    HIDE = "hide"
    #: No answer is needed: a "thank you" of the asker.
    CLOSE = "close"
    #: What was shared went with the person whose words it was.
    ERASE = "erase"


class Inquiry(Base):
    """A learner's question to the trainers of a course.

    *state* and *last_at* are a summary of the messages and events, written in the same transaction;
    `doctor` compares. Only erasing the asker overwrites *text*.
    """

    __tablename__ = "inquiries"
    __table_args__ = (
        UniqueConstraint("user_id", "event"),
        CheckConstraint("state IN ('open', 'answered')", name="known_state"),
        Index(None, "user_id", "last_at"),
        Index(None, "course_id", "state", "last_at"),
        Index(None, "state", "last_at"),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    #: The lesson it was asked at; empty for the course as a whole.
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"))
    text: Mapped[str]
    asked_at: Mapped[datetime]
    #: The same press sent twice has the same event.
    event: Mapped[UUID] = mapped_column(Uuid())
    state: Mapped[str] = mapped_column(default=InquiryState.OPEN)
    #: When the last message came, whoever wrote it.
    last_at: Mapped[datetime]

    user: Mapped[User] = relationship()
    course: Mapped[Course] = relationship()
    module: Mapped[Module | None] = relationship()
    replies: Mapped[list[InquiryReply]] = relationship(
        back_populates="inquiry", order_by="InquiryReply.id", viewonly=True
    )


class InquiryReply(Base):
    """A further message in the thread of an inquiry: an answer, or the asker again.

    *visibility* is a summary of the events. Only erasing its author overwrites *text*.
    """

    __tablename__ = "inquiry_replies"
    __table_args__ = (
        UniqueConstraint("inquiry_id", "author_id", "event"),
        CheckConstraint("visibility IN ('private', 'shared', 'hidden')", name="known_visibility"),
    )

    id: Mapped[pk]
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str]
    at: Mapped[datetime]
    event: Mapped[UUID] = mapped_column(Uuid())
    visibility: Mapped[str] = mapped_column(default=Visibility.PRIVATE)

    inquiry: Mapped[Inquiry] = relationship()
    author: Mapped[User] = relationship()


class InquiryEvent(Base):
    """Something a trainer or the staff did with an inquiry, dated; never changed.

    The number of the last event at a module names what is shown under its lesson: while it is the same,
    the page is the same.
    """

    __tablename__ = "inquiry_events"
    __table_args__ = (
        CheckConstraint("(kind = 'close') = (reply_id IS NULL)", name="about_an_answer"),
        Index(None, "module_id", "id"),
        Index(None, "inquiry_id", "id"),
    )

    id: Mapped[pk]
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id"))
    #: The inquiry's module, so that the last event of a lesson is found at once.
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"))
    #: The answer; empty where the inquiry as a whole was closed.
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("inquiry_replies.id"))
    kind: Mapped[str]
    #: The question as everybody reads it: the trainer takes out what is only the asker's.
    question: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: Where it closes: the last message that was there.
    after_reply_id: Mapped[int] = mapped_column(default=0)
