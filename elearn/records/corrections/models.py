"""Corrections of answer keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from elearn.records.base import Base, pk


class Correction(Base):
    """What is right in a question with responses was changed by a publication.

    Opened by publishing, with the note it needs; old attempts keep their grade until somebody
    decides what the change means for them.
    """

    __tablename__ = "corrections"
    __table_args__ = (Index(None, "course_id", "closed_at"),)

    id: Mapped[pk]
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"))
    item_id: Mapped[str]
    from_revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    to_revision_id: Mapped[int] = mapped_column(ForeignKey("module_revisions.id"))
    note: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
