"""Requests to be erased, and who was erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.accounts.models import User
from elearn.records.base import Base, pk

_OPEN = "withdrawn_at IS NULL AND done_at IS NULL"


class ErasureRequest(Base):
    """A person wishes to be erased; they may withdraw it until the office has carried it out.

    What was wished never changes: whoever wants something else withdraws it and asks again.
    """

    __tablename__ = "erasure_requests"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR done_at IS NULL", name="one_end"),
        CheckConstraint("done_by IS NULL OR done_at IS NOT NULL", name="done_by_somebody"),
        Index(
            "one_open_erasure_request",
            "user_id",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[datetime]
    #: Whether certificates go on naming their holder, so that anybody can check them.
    keep_certificates: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    #: Empty for a command.
    done_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Erasure(Base):
    """A person was erased: a fact by number only, never changed, so that a restored backup can repeat it.

    A second row of the same person stands where certificates were kept at first and are to go as well.
    """

    __tablename__ = "erasures"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    erased_at: Mapped[datetime]
    keep_certificates: Mapped[bool]
