"""The audit trail: events that never change, and the personal values beside them that can be erased."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base, pk


class Way(StrEnum):
    """By which way an act was done."""

    PAGE = "page"
    COMMAND = "command"
    JOB = "job"


class AuditEvent(Base):
    """One act of a member of staff, a trainer, an admin, a command or the sweep.

    *before* and *after* are JSON objects without personal values; those stand in `audit_personal`,
    and the chain covers their salted digest, so that it still verifies after an erasure.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "subject_user_id", "id"),
        Index(None, "action", "id"),
    )

    id: Mapped[pk]
    at: Mapped[datetime]
    #: Empty for the sweep and for commands.
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    way: Mapped[str]
    #: What was done, as ``noun.verb``: ``certificate.revoke``.
    action: Mapped[str]
    #: On what: the table's noun and the row's id, ``course`` and ``7``.
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    #: On whom, where the act concerns a person.
    subject_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    before: Mapped[str] = mapped_column(default="{}")
    after: Mapped[str] = mapped_column(default="{}")
    #: Why, where it is about no person; else it stands with the personal values.
    reason: Mapped[str] = mapped_column(default="")
    #: SHA-256 over salt and personal values; empty where there are none.
    personal_digest: Mapped[str] = mapped_column(default="")
    #: SHA-256 of the event before, and of this one over everything above and *previous_hash*.
    previous_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)


class AuditPersonal(Base):
    """Personal values of one audit event (a name before and after): the part that can be erased."""

    __tablename__ = "audit_personal"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_events.id"), primary_key=True)
    salt: Mapped[str]
    #: JSON object ``{"before": {...}, "after": {...}, "reason": "..."}``; what there is none of is missing.
    personal: Mapped[str]


class AuditHead(Base):
    """The last link of the chain: the one row whose lock puts concurrent acts in order."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[pk]
    hash: Mapped[str]
    event_count: Mapped[int]
