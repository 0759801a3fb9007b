"""Who holds a key: it is one person's, and the database says whose where two ask at once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts.errors import KeyTakenError
from elearn.records.accounts.keys import SignInKey
from elearn.records.accounts.models import User


def refuse_taken(session: Session, key: SignInKey, *, field: str) -> None:
    """Refuse a key that somebody holds."""
    if session.scalar(select(User.id).where(getattr(User, key.kind) == key.value)) is not None:
        raise KeyTakenError(field)


def insert_user(session: Session, user: User, *, field: str) -> None:
    """Add *user*; refused where a key of theirs was taken meanwhile."""
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        # Somebody else took the key between our look and our insert: a second press, or a second person.
        raise KeyTakenError(field) from None


def flush_keys(session: Session, *, field: str) -> None:
    """Write changed keys; refused where one was taken meanwhile."""
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise KeyTakenError(field) from None
