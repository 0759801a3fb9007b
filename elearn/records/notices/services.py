"""Telling somebody something, and noting that it was seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.notices.models import Notice, NoticeKind


def notify(session: Session, user_id: int, kind: NoticeKind, subject_id: int, *, now: datetime) -> bool:
    """Tell *user_id* about *subject_id*; say whether that is news, because the same waits to be seen only once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(Notice)
        .values(user_id=user_id, kind=str(kind), subject_id=subject_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    return session.execute(statement).first() is not None


def mark_seen(session: Session, user_id: int, kind: NoticeKind, subject_id: int, *, now: datetime) -> None:
    """Note that a person has seen what they were told; twice changes nothing."""
    session.execute(
        sa.update(Notice)
        .where(
            Notice.user_id == user_id,
            Notice.kind == str(kind),
            Notice.subject_id == subject_id,
            Notice.seen_at.is_(None),
        )
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
