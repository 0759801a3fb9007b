"""One-time codes: who may give whom one, and setting a password by it once."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.accounts import queries
from elearn.records.accounts.errors import CodeError, PersonNotFoundError
from elearn.records.accounts.keys import sign_in_key
from elearn.records.accounts.limits import check_rate
from elearn.records.accounts.models import CodeKind, OneTimeCode, Role, User
from elearn.records.accounts.passwords import check_new_password, hash_password
from elearn.records.accounts.sessions import end_sessions_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.errors import RefusedError, _
from elearn.records.jobs.services import enqueue

CODE_LIFETIMES = {
    CodeKind.TOLD: timedelta(hours=24),
    CodeKind.SLIP: timedelta(days=30),
    CodeKind.MAILED: timedelta(minutes=30),
}
#: Links that are mailed for one key in a window.
LINKS, LINKS_WINDOW = 5, timedelta(hours=1)
#: No look-alikes (0 O, 1 I L), so that a code can be read out over the phone: 10 characters, 49 bits.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
#: One that is only pressed, never read out: 128 bits.
MAILED_LENGTH = 26


def give_code(
    session: Session, user: User, *, kind: CodeKind, actor: User | None, way: Way, now: datetime
) -> str:
    """Return a new one-time code for *user*, stored as its digest; older ones and all sessions end.

    Staff may give one to somebody who holds no role, trainers only to learners of their own courses,
    admins and commands to everybody.
    """
    if actor is not None and not _may_give_code(session, user, actor):
        raise PersonNotFoundError
    if user.disabled_at is not None:
        raise RefusedError(_("Akun ini sedang dimatikan."))
    _end_codes(session, user.id, now)
    code = _new_code(CODE_LENGTH)
    _keep_code(session, user, code, kind=kind, by=actor, now=now)
    end_sessions_of(session, user, now)
    record(
        session,
        actor=actor,
        way=way,
        action="account.give_code",
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        after={"kind": str(kind)},
        now=now,
    )
    return code


def mailed_code(session: Session, user: User, *, now: datetime) -> str:
    """Return a new code for a link that is mailed to *user*; nothing else changes by it.

    Anybody may ask for one in another's name, so that it must neither end sessions nor other codes.
    """
    code = _new_code(MAILED_LENGTH)
    _keep_code(session, user, code, kind=CodeKind.MAILED, by=None, now=now)
    session.flush()
    return code


def ask_for_link(session: Session, key: str | None, *, target: str, now: datetime) -> None:
    """Have a link mailed to whoever signs in with *key*, if there is somebody and they have an address.

    The same is done and said for a key that nobody has: the same statements, so that not even the time
    tells. The link is made when the letter is written, so that no job holds it; after it, one goes on to
    *target*. Tries are counted: commit also after a refusal.
    """
    found = sign_in_key(key)
    check_rate(session, f"link:{found.kind}:{found.value}", limit=LINKS, window=LINKS_WINDOW, now=now)
    user_id = session.scalar(select(User.id).where(getattr(User, found.kind) == found.value))
    enqueue(session, "mail.reset", {"user_id": user_id, "target": target}, now=now)


def code_is_valid(session: Session, code: str, now: datetime) -> bool:
    """Say whether *code* could be used now; looking uses nothing up."""
    return _open_code(session, code, now) is not None


def redeem_code(session: Session, code: str | None, *, password: str | None, now: datetime) -> User:
    """Use *code* up, set *password* and return whose it is; a refused password leaves the code usable."""
    found = _open_code(session, code or "", now)
    if found is None:
        raise CodeError
    code_id, user_id = found.id, found.user_id
    user = session.get_one(User, user_id)
    own = (user.phone, user.email, user.username, user.name)
    # Hashing takes its time, and the write lock should not wait for it.
    session.rollback()
    hashed = hash_password(check_new_password(password, of=own))
    if user.disabled_at is not None or user.erased_at is not None:
        raise CodeError
    user.password_hash = hashed
    end_sessions_of(session, user, now)
    session.flush()
    used = session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.id == code_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)
        .values(used_at=now)
        .returning(OneTimeCode.id)
    ).first()
    if used is None:
        raise CodeError
    # A letter that was sent twice holds two links; one of them is enough.
    _end_codes(session, user.id, now)
    return user


def code_digest(code: str) -> str:
    """Return what is stored of a code; case, spaces and hyphens of a typed one are forgiven."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return queries.token_digest("code:" + plain)


def _new_code(length: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _each in range(length))


def _keep_code(
    session: Session, user: User, code: str, *, kind: CodeKind, by: User | None, now: datetime
) -> None:
    session.add(
        OneTimeCode(
            user_id=user.id,
            kind=kind,
            digest=code_digest(code),
            created_at=now,
            created_by=None if by is None else by.id,
            expires_at=now + CODE_LIFETIMES[kind],
        )
    )


def _end_codes(session: Session, user_id: int, now: datetime) -> None:
    """Let no code of this person be used from now on."""
    session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.user_id == user_id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)
        .values(expires_at=now)
    )


def _may_give_code(session: Session, user: User, actor: User) -> bool:
    own = queries.roles_of(session, actor.id)
    if Role.ADMIN in own:
        return True
    if queries.roles_of(session, user.id):
        return False
    if Role.STAFF in own:
        return True
    return Role.TRAINER in own and queries.learns_from(session, user.id, actor.id)


def _open_code(session: Session, code: str, now: datetime) -> OneTimeCode | None:
    return session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.digest == code_digest(code),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    )
