"""What people and the office do with accounts: sign up and in, codes, corrections, roles."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from elearn.records.accounts import passwords
from elearn.records.accounts.claims import insert_user, refuse_taken
from elearn.records.accounts.codes import (
    CODE_LIFETIMES,
    ask_for_link,
    code_is_valid,
    give_code,
    mailed_code,
    redeem_code,
)
from elearn.records.accounts.errors import AccountOffError, SignInError
from elearn.records.accounts.keys import sign_in_key
from elearn.records.accounts.limits import check_rate, refuse_above
from elearn.records.accounts.models import Consent, User
from elearn.records.accounts.names import clean_name
from elearn.records.accounts.own import change_keys, change_password, prove
from elearn.records.accounts.people import (
    add_regency,
    confirm_name,
    correct_person,
    create_user,
    free_username,
    release_number,
)
from elearn.records.accounts.regencies import check_regency
from elearn.records.accounts.roles import disable, enable, grant_role, revoke_role
from elearn.records.accounts.sessions import end_own_session, end_session, end_sessions_of, open_session
from elearn.records.errors import RefusedError, _

__all__ = [
    "CODE_LIFETIMES",
    "SIGN_IN_TRIES",
    "SIGN_IN_WINDOW",
    "ask_for_link",
    "change_keys",
    "change_password",
    "check_rate",
    "code_is_valid",
    "confirm_name",
    "correct_person",
    "create_user",
    "disable",
    "enable",
    "end_own_session",
    "end_session",
    "end_sessions_of",
    "free_username",
    "give_code",
    "grant_role",
    "mailed_code",
    "open_session",
    "prove",
    "redeem_code",
    "release_number",
    "revoke_role",
    "sign_in",
    "sign_up",
]

#: Wrong passwords for one key that are taken in a window.
SIGN_IN_TRIES, SIGN_IN_WINDOW = 10, timedelta(minutes=15)


def sign_up(
    session: Session,
    *,
    name: str | None,
    key: str | None,
    password: str | None,
    regency: str | None,
    consent_version: str,
    today: date,
    now: datetime,
) -> User:
    """Make a learner's account; refused with the field's sentence. Being taken may be told here.

    Tries for one key are counted: commit also after a refusal.
    """
    name = clean_name(name)
    found = sign_in_key(key)
    if found.kind == "username":
        raise RefusedError(_("Isi nomor HP atau e-mail. Contoh: 0812 3456 7890"), field="key")
    password = passwords.check_new_password(password, of=(found.value, name))
    if regency:
        regency = check_regency(regency)
    # Before the first statement: hashing takes its time, and the write lock should not wait for it.
    hashed = passwords.hash_password(password)
    counted = f"sign-up:{found.kind}:{found.value}"
    check_rate(session, counted, limit=SIGN_IN_TRIES, window=SIGN_IN_WINDOW, now=now)
    refuse_taken(session, found, field="key")
    user = User(name=name, password_hash=hashed, created_at=now)
    setattr(user, found.kind, found.value)
    if found.kind == "phone":
        user.contact_phone = found.value
    insert_user(session, user, field="key")
    session.add(Consent(user_id=user.id, text_version=consent_version, given_at=now))
    if regency:
        add_regency(session, user, regency, by=None, today=today, now=now)
    session.flush()
    return user


def sign_in(session: Session, *, key: str | None, password: str | None, now: datetime) -> User:
    """Return whose key and password these are; raises `SignInError` with one sentence for every reason.

    Wrong tries are counted for the key, whoever has it or not: commit also after a refusal. Once there
    were too many, the right password is refused like any other until the window is over.
    """
    try:
        found = sign_in_key(key)
    except RefusedError as error:
        raise SignInError from error
    counted = f"sign-in:{found.kind}:{found.value}"
    refuse_above(session, counted, limit=SIGN_IN_TRIES, window=SIGN_IN_WINDOW, now=now)
    user = session.scalar(
        select(User).where(getattr(User, found.kind) == found.value, User.erased_at.is_(None))
    )
    stored = None if user is None else user.password_hash
    # Nothing is written yet: the write lock is not held while the password is compared.
    session.rollback()
    right = passwords.password_matches(stored, password or "")
    if right:
        refuse_above(session, counted, limit=SIGN_IN_TRIES, window=SIGN_IN_WINDOW, now=now)
    else:
        check_rate(session, counted, limit=SIGN_IN_TRIES, window=SIGN_IN_WINDOW, now=now)
    if user is None or not right:
        raise SignInError
    if user.disabled_at is not None:
        raise AccountOffError
    if passwords.is_outdated(stored):
        _hash_again(session, user.id, stored, password or "")
    return user


def _hash_again(session: Session, user_id: int, stored: str | None, password: str) -> None:
    """Keep *password* at the cost that new ones have, unless it was changed meanwhile."""
    session.rollback()
    hashed = passwords.hash_password(password)
    session.execute(
        update(User).where(User.id == user_id, User.password_hash == stored).values(password_hash=hashed)
    )
