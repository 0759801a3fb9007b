"""What somebody has not seen yet."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.notices.models import Notice, NoticeKind


def unseen(session: Session, user_id: int, kind: NoticeKind | None = None) -> list[Notice]:
    """Return a person's notices that wait to be seen, the newest first."""
    query = (
        select(Notice)
        .where(Notice.user_id == user_id, Notice.seen_at.is_(None))
        .order_by(Notice.created_at.desc(), Notice.id.desc())
    )
    if kind is not None:
        query = query.where(Notice.kind == kind)
    return list(session.scalars(query))


def notices_of(session: Session, user_id: int) -> list[Notice]:
    """Return every notice of a person, for the download of one's own data."""
    return list(session.scalars(select(Notice).where(Notice.user_id == user_id).order_by(Notice.id)))
