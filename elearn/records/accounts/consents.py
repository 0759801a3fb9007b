"""Which versions of the privacy text a person agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.accounts.models import Consent, User


def has_agreed(session: Session, user_id: int, version: str) -> bool:
    """Say whether a person agreed to this version of the text."""
    found = select(Consent.id).where(Consent.user_id == user_id, Consent.text_version == version)
    return session.scalar(found) is not None


def agree(session: Session, user: User, version: str, now: datetime) -> None:
    """Note that *user* agrees to a version of the text; twice is once."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    given = insert(Consent).values(user_id=user.id, text_version=version, given_at=now)
    session.execute(given.on_conflict_do_nothing(index_elements=["user_id", "text_version"]))


def latest_consent(session: Session, user_id: int) -> Consent | None:
    """Return the last version a person agreed to, and when."""
    found = select(Consent).where(Consent.user_id == user_id)
    return session.scalar(found.order_by(Consent.given_at.desc(), Consent.id.desc()).limit(1))
