"""Sessions: one row a device, known by the digest of a random token."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from elearn.records.accounts import queries
from elearn.records.accounts.models import User, UserSession


def open_session(session: Session, user: User, *, device: str, now: datetime) -> str:
    """Start a session for *user* and return its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_digest=queries.token_digest(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            device=device[:200],
        )
    )
    session.flush()
    return token


def end_session(session: Session, token: str, now: datetime) -> None:
    """End the session of *token*, if it is open."""
    session.execute(
        sa.update(UserSession)
        .where(UserSession.token_digest == queries.token_digest(token), UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_own_session(session: Session, user: User, session_id: int, now: datetime) -> bool:
    """End one of *user*'s own sessions; say whether it was theirs and open."""
    ended = session.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(UserSession.id)
    ).first()
    return ended is not None


def end_sessions_of(
    session: Session, user: User, now: datetime, *, except_token: str | None = None
) -> list[str]:
    """End every open session of *user* but the one of *except_token*; return the devices that were signed in.

    One that nobody used for too long had ended by itself and is not told of.
    """
    used = {row.id for row in queries.sessions_of(session, user.id, now)}
    statement = sa.update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    if except_token is not None:
        statement = statement.where(UserSession.token_digest != queries.token_digest(except_token))
    ended = session.execute(
        statement.values(ended_at=now)
        .returning(UserSession.id, UserSession.device)
        .execution_options(synchronize_session=False)
    ).all()
    return [device for session_id, device in sorted(ended) if session_id in used]
