"""What people change about their own account: how they sign in, and the password that shows it is they."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts import passwords, queries
from elearn.records.accounts.claims import refuse_taken
from elearn.records.accounts.errors import KeyTakenError, WrongPasswordError
from elearn.records.accounts.keys import SignInKey, given_email, given_phone
from elearn.records.accounts.limits import check_rate
from elearn.records.accounts.models import User
from elearn.records.accounts.sessions import end_sessions_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.errors import RefusedError, _

#: Wrong passwords, and keys tried, that are taken from one account in a window.
OWN_TRIES, OWN_WINDOW = 10, timedelta(minutes=15)


def change_password(
    session: Session, user: User, old: str | None, new: str | None, *, token: str | None, now: datetime
) -> list[str]:
    """Set *new* where *old* is right and end all sessions; return the devices beside that of *token*.

    The caller opens a new session. Tries are counted: commit also after a refusal.
    """
    own, stored = (user.phone, user.email, user.username, user.name), user.password_hash
    # Hashing takes its time, and the write lock should not wait for it.
    session.rollback()
    matches = passwords.password_matches(stored, old or "")
    hashed = passwords.hash_password(passwords.check_new_password(new, of=own)) if matches else None
    _count_try(session, user, now)
    if hashed is None:
        raise WrongPasswordError
    user.password_hash = hashed
    devices = end_sessions_of(session, user, now, except_token=token)
    end_sessions_of(session, user, now)
    session.flush()
    _record_for_role(session, user, "account.own_password", {}, {}, now)
    return devices


def prove(session: Session, user: User, password: str | None, *, now: datetime) -> None:
    """Refuse whoever does not know *user*'s password: a phone may be lent while it is signed in.

    Tries are counted: commit also after a refusal.
    """
    stored = user.password_hash
    session.rollback()
    matches = passwords.password_matches(stored, password or "")
    _count_try(session, user, now)
    if not matches:
        raise WrongPasswordError


def change_keys(
    session: Session, user: User, *, phone: str | None, email: str | None, password: str | None, now: datetime
) -> None:
    """Let *user* sign in by another number or address where *password* is theirs.

    Being taken may be told here, as at sign-up. Tries are counted: commit also after a refusal.
    """
    number, address = given_phone(phone), given_email(email)
    if number is None and address is None and user.username is None:
        raise RefusedError(_("Isi nomor HP atau e-mail, supaya Anda tetap bisa masuk."), field="phone")
    stored = user.password_hash
    session.rollback()
    matches = passwords.password_matches(stored, password or "")
    _count_try(session, user, now)
    # While it was compared, somebody may have erased the person or changed the password.
    session.refresh(user, with_for_update=True)
    if not matches or user.password_hash != stored:
        raise WrongPasswordError
    before = {"phone": user.phone, "email": user.email}
    if number is not None and number != user.phone:
        refuse_taken(session, SignInKey("phone", number), field="phone")
    if address is not None and address != user.email:
        refuse_taken(session, SignInKey("email", address), field="email")
    changed = "phone" if number != user.phone else "email"
    try:
        with session.begin_nested():
            if user.contact_phone == user.phone:
                # Where to call was the number to sign in with, not one of its own.
                user.contact_phone = number or user.contact_phone
            user.phone, user.email = number, address
    except IntegrityError:
        # Somebody else took the key between our look and our change.
        raise KeyTakenError(changed) from None
    _record_for_role(session, user, "account.own_keys", before, {"phone": number, "email": address}, now)


def _count_try(session: Session, user: User, now: datetime) -> None:
    check_rate(session, f"password:{user.id}", limit=OWN_TRIES, window=OWN_WINDOW, now=now)


def _record_for_role(
    session: Session,
    user: User,
    action: str,
    before: dict[str, str | None],
    after: dict[str, str | None],
    now: datetime,
) -> None:
    """Note on the trail what somebody with a role changed; a learner's own acts need none."""
    if not queries.roles_of(session, user.id) or (before == after and before):
        return
    record(
        session,
        actor=user,
        way=Way.PAGE,
        action=action,
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        personal_before=before,
        personal_after=after,
        now=now,
    )
