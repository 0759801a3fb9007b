"""What people and the office do with accounts: sign up, sign in, codes, corrections, roles."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts import passwords, queries
from elearn.records.accounts.errors import (
    AccountOffError,
    CodeError,
    KeyTakenError,
    PersonNotFoundError,
    SignInError,
)
from elearn.records.accounts.keys import USERNAME, SignInKey, normalise_email, normalise_phone, sign_in_key
from elearn.records.accounts.limits import check_rate, refuse_above
from elearn.records.accounts.models import (
    CodeKind,
    Consent,
    OneTimeCode,
    Role,
    User,
    UserRegency,
    UserRole,
    UserSession,
)
from elearn.records.accounts.names import clean_line, clean_name
from elearn.records.accounts.regencies import check_regency
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.errors import RefusedError, _

__all__ = ["check_rate"]

CODE_LIFETIMES = {
    CodeKind.TOLD: timedelta(hours=24),
    CodeKind.SLIP: timedelta(days=30),
    CodeKind.MAILED: timedelta(minutes=30),
}
#: Wrong passwords for one key, and code entries in all, that are taken in a window.
SIGN_IN_TRIES, SIGN_IN_WINDOW = 10, timedelta(minutes=15)
#: No look-alikes (0 O, 1 I L), so that a code can be read out over the phone: 10 characters, 49 bits.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
REASON_LENGTH = 500


def sign_up(
    session: Session,
    *,
    name: str | None,
    key: str | None,
    password: str | None,
    regency: str | None,
    consent_version: str,
    now: datetime,
) -> User:
    """Make a learner's account; refused with the field's sentence. Being taken may be told here."""
    name = clean_name(name)
    found = sign_in_key(key)
    if found.kind == "username":
        raise RefusedError(_("Isi nomor HP atau e-mail. Contoh: 0812 3456 7890"), field="key")
    password = passwords.check_new_password(password, of=(found.value, name))
    if regency:
        regency = check_regency(regency)
    # Before the first statement: hashing takes its time, and the write lock should not wait for it.
    hashed = passwords.hash_password(password)
    _refuse_taken(session, found, field="key")
    user = User(name=name, password_hash=hashed, created_at=now)
    setattr(user, found.kind, found.value)
    if found.kind == "phone":
        user.contact_phone = found.value
    _insert(session, user, field="key")
    session.add(Consent(user_id=user.id, text_version=consent_version, given_at=now))
    if regency:
        _add_regency(session, user, regency, by=None, now=now)
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
    return user


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


def end_sessions_of(session: Session, user: User, now: datetime, *, except_token: str | None = None) -> None:
    """End every open session of *user* but the one of *except_token*."""
    statement = sa.update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    if except_token is not None:
        statement = statement.where(UserSession.token_digest != queries.token_digest(except_token))
    session.execute(statement.values(ended_at=now))


def change_password(session: Session, user: User, old: str | None, new: str | None, now: datetime) -> None:
    """Set *new* where *old* is right, and end all sessions; the caller opens a new one."""
    check_rate(session, f"password:{user.id}", limit=SIGN_IN_TRIES, window=SIGN_IN_WINDOW, now=now)
    if not passwords.password_matches(user.password_hash, old or ""):
        raise RefusedError(_("Kata sandi yang lama belum cocok."), field="old")
    _set_password(session, user, new, now)


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
    session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.user_id == user.id, OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now)
        .values(expires_at=now)
    )
    code = "".join(secrets.choice(CODE_LETTERS) for _each in range(CODE_LENGTH))
    session.add(
        OneTimeCode(
            user_id=user.id,
            kind=kind,
            digest=code_digest(code),
            created_at=now,
            created_by=None if actor is None else actor.id,
            expires_at=now + CODE_LIFETIMES[kind],
        )
    )
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


def _may_give_code(session: Session, user: User, actor: User) -> bool:
    own = queries.roles_of(session, actor.id)
    if Role.ADMIN in own:
        return True
    if queries.roles_of(session, user.id):
        return False
    if Role.STAFF in own:
        return True
    return Role.TRAINER in own and queries.learns_from(session, user.id, actor.id)


def code_digest(code: str) -> str:
    """Return what is stored of a code; case, spaces and hyphens of a typed one are forgiven."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return queries.token_digest("code:" + plain)


def code_is_valid(session: Session, code: str, now: datetime) -> bool:
    """Say whether *code* could be used now; looking uses nothing up."""
    return _open_code(session, code, now) is not None


def redeem_code(session: Session, code: str | None, *, password: str | None, now: datetime) -> User:
    """Use *code* up, set *password* and return whose it is; a refused password leaves the code usable."""
    found = _open_code(session, code or "", now)
    if found is None:
        raise CodeError
    user = session.get_one(User, found.user_id)
    if user.disabled_at is not None or user.erased_at is not None:
        raise CodeError
    _set_password(session, user, password, now)
    used = session.execute(
        sa.update(OneTimeCode)
        .where(OneTimeCode.id == found.id, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
        .returning(OneTimeCode.id)
    ).first()
    if used is None:
        raise CodeError
    return user


def create_user(
    session: Session,
    *,
    name: str | None,
    actor: User | None,
    way: Way,
    now: datetime,
    phone: str | None = None,
    email: str | None = None,
    username: str | None = None,
    contact_phone: str | None = None,
    roles: Iterable[Role] = (),
    regency: str | None = None,
    password: str | None = None,
) -> User:
    """Enter a person; without any key a username is made from the name. Only an admin gives roles."""
    roles = sorted(set(roles) - {Role.LEARNER})
    if roles:
        _refuse_unless_admin(session, actor, way)
    name = clean_name(name)
    user = User(name=name, created_at=now)
    user.phone = _phone(phone, field="phone")
    user.email = _email(email)
    user.contact_phone = _phone(contact_phone, field="contact_phone") or user.phone
    if username is not None:
        if not USERNAME.fullmatch(username):
            raise RefusedError(
                _("Nama pengguna hanya huruf kecil, angka, titik, dan tanda hubung; dimulai huruf."),
                field="username",
            )
        user.username = username
    if password is not None:
        password = passwords.check_new_password(password, of=(user.phone, user.email, user.username, name))
        user.password_hash = passwords.hash_password(password)
    kinds: tuple[Literal["phone", "email", "username"], ...] = ("phone", "email", "username")
    for kind in kinds:
        value = getattr(user, kind)
        if value is not None:
            _refuse_taken(session, SignInKey(kind, value), field=kind)
    if user.phone is None and user.email is None and user.username is None:
        user.username = free_username(session, name)
    _insert(session, user, field="username")
    for role in roles:
        session.add(UserRole(user_id=user.id, role=role, granted_at=now, granted_by=_id(actor)))
    if regency:
        _add_regency(session, user, check_regency(regency), by=actor, now=now)
    record(
        session,
        actor=actor,
        way=way,
        action="account.create",
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        after={"roles": [str(role) for role in roles]},
        personal_after={"name": name, "phone": user.phone, "email": user.email, "username": user.username},
        now=now,
    )
    return user


def free_username(session: Session, name: str) -> str:
    """Return a username made from *name* that nobody has; looks like neither number nor address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain.split(",")[0])
    stem = ".".join(words)[:24].strip(".") or "peserta"
    taken = set(session.scalars(select(User.username).where(User.username.like(stem + "%"))))
    number = 1
    username = stem
    while username in taken:
        number += 1
        username = f"{stem}{number}"
    return username


def correct_person(
    session: Session,
    user: User,
    *,
    name: str | None,
    phone: str | None,
    regency: str | None,
    reason: str | None,
    actor: User | None,
    way: Way,
    now: datetime,
    email: str | None = None,
    contact_phone: str | None = None,
) -> None:
    """Correct a person's name, numbers and regency, with the trail; the reason is required."""
    reason = _reason(reason)
    _refuse_upward(session, user, actor)
    name = clean_name(name)
    number = _phone(phone, field="phone")
    address = _email(email)
    before = _personal(session, user, now)
    if number is not None and number != user.phone:
        _refuse_taken(session, SignInKey("phone", number), field="phone")
    if address is not None and address != user.email:
        _refuse_taken(session, SignInKey("email", address), field="email")
    if number is None and address is None and user.username is None:
        raise RefusedError(_("Nomor ini dipakai untuk masuk, jadi tidak bisa dikosongkan."), field="phone")
    if name != user.name:
        user.name_confirmed_at = None
    contact = _phone(contact_phone, field="contact_phone") or number
    with session.no_autoflush:
        user.name, user.phone, user.email, user.contact_phone = name, number, address, contact
        _flush_keys(session, field="phone" if number is not None else "email")
    if regency and regency != queries.regency_of(session, user.id, now.date()):
        _add_regency(session, user, check_regency(regency), by=actor, now=now)
    session.flush()
    after = _personal(session, user, now)
    if after != before:
        record(
            session,
            actor=actor,
            way=way,
            action="account.correct",
            subject_type="user",
            subject_id=user.id,
            subject_user_id=user.id,
            personal_before=before,
            personal_after=after,
            reason=reason,
            now=now,
        )


def release_number(
    session: Session, user: User, *, reason: str | None, actor: User | None, way: Way, now: datetime
) -> str:
    """Take a phone number from an account that holds it wrongly; it gets a username first, which is returned."""
    reason = _reason(reason)
    _refuse_upward(session, user, actor)
    if user.phone is None:
        raise RefusedError(_("Akun ini tidak memakai nomor HP untuk masuk."))
    number = user.phone
    if user.username is None:
        user.username = free_username(session, user.name)
    user.phone = None
    if user.contact_phone == number:
        user.contact_phone = None
    session.flush()
    end_sessions_of(session, user, now)
    record(
        session,
        actor=actor,
        way=way,
        action="account.release_number",
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        personal_before={"phone": number},
        personal_after={"username": user.username},
        reason=reason,
        now=now,
    )
    return user.username


def confirm_name(
    session: Session, user: User, *, name: str | None, regency: str | None, now: datetime
) -> None:
    """Keep a person's own name as it will be printed, and regency; both are needed for a certificate."""
    user.name = clean_name(name)
    regency = check_regency(regency)
    if regency != queries.regency_of(session, user.id, now.date()):
        _add_regency(session, user, regency, by=None, now=now)
    user.name_confirmed_at = now
    session.flush()


def grant_role(
    session: Session, user: User, role: Role, *, actor: User | None, way: Way, now: datetime
) -> None:
    """Give *user* a role; learning needs none. Twice changes nothing."""
    _refuse_unless_admin(session, actor, way)
    if role is Role.LEARNER or role in queries.roles_of(session, user.id):
        return
    session.add(UserRole(user_id=user.id, role=role, granted_at=now, granted_by=_id(actor)))
    session.flush()
    _record_role(session, user, "role.grant", role, actor, way, now)


def revoke_role(
    session: Session, user: User, role: Role, *, actor: User | None, way: Way, now: datetime
) -> None:
    """Take a role from *user*; the last admin keeps theirs."""
    _refuse_unless_admin(session, actor, way)
    if role not in queries.roles_of(session, user.id):
        return
    if role is Role.ADMIN:
        _keep_one_admin(session, user)
    session.execute(sa.delete(UserRole).where(UserRole.user_id == user.id, UserRole.role == role))
    session.expire(user, ["roles"])
    _record_role(session, user, "role.revoke", role, actor, way, now)


def disable(
    session: Session, user: User, *, reason: str | None, actor: User | None, way: Way, now: datetime
) -> None:
    """Switch an account off and end its sessions; the last admin's stays on."""
    _refuse_unless_admin(session, actor, way)
    reason = _reason(reason)
    if user.disabled_at is not None:
        return
    if Role.ADMIN in queries.roles_of(session, user.id):
        _keep_one_admin(session, user)
    user.disabled_at = now
    end_sessions_of(session, user, now)
    _record_state(session, user, "account.disable", reason, actor, way, now)


def enable(
    session: Session, user: User, *, reason: str | None, actor: User | None, way: Way, now: datetime
) -> None:
    """Switch an account on again."""
    _refuse_unless_admin(session, actor, way)
    reason = _reason(reason)
    if user.disabled_at is None:
        return
    user.disabled_at = None
    _record_state(session, user, "account.enable", reason, actor, way, now)


def _set_password(session: Session, user: User, password: str | None, now: datetime) -> None:
    checked = passwords.check_new_password(password, of=(user.phone, user.email, user.username, user.name))
    user.password_hash = passwords.hash_password(checked)
    end_sessions_of(session, user, now)
    session.flush()


def _open_code(session: Session, code: str, now: datetime) -> OneTimeCode | None:
    return session.scalar(
        select(OneTimeCode).where(
            OneTimeCode.digest == code_digest(code),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
    )


def _refuse_taken(session: Session, key: SignInKey, *, field: str) -> None:
    if session.scalar(select(User.id).where(getattr(User, key.kind) == key.value)) is not None:
        raise KeyTakenError(field)


def _refuse_unless_admin(session: Session, actor: User | None, way: Way) -> None:
    """Commands may do everything: whoever runs them has the machine. On pages only admins touch roles."""
    if way is Way.COMMAND:
        return
    if actor is None or Role.ADMIN not in queries.roles_of(session, actor.id):
        raise PersonNotFoundError


def _insert(session: Session, user: User, *, field: str) -> None:
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        # Somebody else took the key between our look and our insert: a second press, or a second person.
        raise KeyTakenError(field) from None


def _flush_keys(session: Session, *, field: str) -> None:
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise KeyTakenError(field) from None


def _refuse_upward(session: Session, user: User, actor: User | None) -> None:
    """Nobody but an admin changes somebody who holds a role."""
    if actor is None or Role.ADMIN in queries.roles_of(session, actor.id):
        return
    if queries.roles_of(session, user.id):
        raise RefusedError(_("Orang ini memegang peran. Hanya admin yang bisa mengubah datanya."))


def _keep_one_admin(session: Session, user: User) -> None:
    # The rows are locked, so that two admins cannot take the role from each other at once.
    session.execute(select(UserRole.user_id).where(UserRole.role == Role.ADMIN).with_for_update()).all()
    if user.disabled_at is None and queries.active_admin_count(session) <= 1:
        raise RefusedError(_("Ini admin terakhir. Beri peran admin kepada orang lain dulu."))


def _phone(text: str | None, *, field: str) -> str | None:
    if not (text or "").strip():
        return None
    number = normalise_phone(text or "")
    if number is None:
        raise RefusedError(_("Nomornya belum pas. Contoh: 0812 3456 7890"), field=field)
    return number


def _email(text: str | None) -> str | None:
    if not (text or "").strip():
        return None
    address = normalise_email(text or "")
    if address is None:
        raise RefusedError(_("Alamat e-mailnya belum lengkap. Contoh: sari@contoh.com"), field="email")
    return address


def _reason(text: str | None) -> str:
    return clean_line(text, most=REASON_LENGTH, field="reason", missing=_("Tulis alasannya, ya."))


def _add_regency(session: Session, user: User, regency: str, *, by: User | None, now: datetime) -> None:
    session.add(
        UserRegency(
            user_id=user.id, regency=regency, since_on=now.date(), recorded_at=now, recorded_by=_id(by)
        )
    )
    session.flush()


def _personal(session: Session, user: User, now: datetime) -> dict[str, str | None]:
    return {
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "contact_phone": user.contact_phone,
        "regency": queries.regency_of(session, user.id, now.date()),
    }


def _record_role(
    session: Session, user: User, action: str, role: Role, actor: User | None, way: Way, now: datetime
) -> None:
    record(
        session,
        actor=actor,
        way=way,
        action=action,
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        after={"role": str(role)},
        now=now,
    )


def _record_state(
    session: Session, user: User, action: str, reason: str, actor: User | None, way: Way, now: datetime
) -> None:
    session.flush()
    record(
        session,
        actor=actor,
        way=way,
        action=action,
        subject_type="user",
        subject_id=user.id,
        subject_user_id=user.id,
        reason=reason,
        now=now,
    )


def _id(user: User | None) -> int | None:
    return None if user is None else user.id
