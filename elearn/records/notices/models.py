"""Notices: something happened that a person wants to know, and whether they have seen it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base, pk


class NoticeKind(StrEnum):
    """What a notice is about."""

    #: Somebody answered the person's question; the subject is the inquiry.
    ANSWER = "answer"


class Notice(Base):
    """One thing to be told; as long as it was not seen, the same thing is not told twice."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "uq_notices_unseen",
            "user_id",
            "kind",
            "subject_id",
            unique=True,
            sqlite_where=text("seen_at IS NULL"),
            postgresql_where=text("seen_at IS NULL"),
        ),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    #: The row it is about; which table, the kind says.
    subject_id: Mapped[int]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
