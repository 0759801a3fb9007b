"""People as the office enters and corrects them, and as they confirm themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.accounts import passwords, queries
from elearn.records.accounts.claims import flush_keys, insert_user, refuse_taken
from elearn.records.accounts.keys import USERNAME, SignInKey, given_email, given_phone
from elearn.records.accounts.models import Role, User, UserRegency, UserRole
from elearn.records.accounts.names import clean_name
from elearn.records.accounts.regencies import check_regency
from elearn.records.accounts.roles import given_reason, id_of, refuse_unless_admin, refuse_upward
from elearn.records.accounts.sessions import end_sessions_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.errors import RefusedError, _


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
    today: date | None = None,
    password: str | None = None,
) -> User:
    """Enter a person; without any key, and on a page, a username is made from the name. Only an admin gives roles.

    A *regency* holds from *today* on, the day it is where the office is.
    """
    roles = sorted(set(roles) - {Role.LEARNER})
    if roles:
        refuse_unless_admin(session, actor, way)
    name = clean_name(name)
    user = User(name=name, created_at=now)
    user.phone = given_phone(phone, field="phone")
    user.email = given_email(email)
    user.contact_phone = given_phone(contact_phone, field="contact_phone") or user.phone
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
    _refuse_taken_keys(session, user)
    # Whom staff enter always gets one: a number typed for somebody else may be wrong, or shared.
    if user.username is None and (way is Way.PAGE or (user.phone is None and user.email is None)):
        user.username = free_username(session, name)
    insert_user(session, user, field="username")
    for role in roles:
        session.add(UserRole(user_id=user.id, role=role, granted_at=now, granted_by=id_of(actor)))
    if regency:
        if today is None:
            raise ValueError("a regency holds from a day on")
        add_regency(session, user, check_regency(regency), by=actor, today=today, now=now)
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


def _refuse_taken_keys(session: Session, user: User) -> None:
    kinds: tuple[Literal["phone", "email", "username"], ...] = ("phone", "email", "username")
    for kind in kinds:
        value = getattr(user, kind)
        if value is not None:
            refuse_taken(session, SignInKey(kind, value), field=kind)


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
    today: date,
    now: datetime,
    email: str | None = None,
    contact_phone: str | None = None,
) -> None:
    """Correct a person's name, numbers and regency, with the trail; the reason is required."""
    reason = given_reason(reason)
    refuse_upward(session, user, actor)
    name = clean_name(name)
    number = given_phone(phone, field="phone")
    address = given_email(email)
    before = _personal(session, user, today)
    if number is not None and number != user.phone:
        refuse_taken(session, SignInKey("phone", number), field="phone")
    if address is not None and address != user.email:
        refuse_taken(session, SignInKey("email", address), field="email")
    if number is None and address is None and user.username is None:
        raise RefusedError(_("Nomor ini dipakai untuk masuk, jadi tidak bisa dikosongkan."), field="phone")
    if name != user.name:
        user.name_confirmed_at = None
    contact = given_phone(contact_phone, field="contact_phone") or number
    with session.no_autoflush:
        user.name, user.phone, user.email, user.contact_phone = name, number, address, contact
        flush_keys(session, field="phone" if number is not None else "email")
    if regency and regency != queries.regency_of(session, user.id, today):
        add_regency(session, user, check_regency(regency), by=actor, today=today, now=now)
    session.flush()
    after = _personal(session, user, today)
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
    reason = given_reason(reason)
    refuse_upward(session, user, actor)
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
    session: Session,
    user: User,
    *,
    name: str | None,
    regency: str | None,
    today: date,
    now: datetime,
    confirm: bool = True,
) -> None:
    """Keep a person's own name as it will be printed, and regency; both are needed for a certificate.

    Without *confirm* the name was only corrected: whether another one can be printed is looked at when it
    is confirmed for a certificate, so a confirmation stays only with the name it was given for.
    """
    before = user.name
    user.name = clean_name(name)
    regency = check_regency(regency)
    if regency != queries.regency_of(session, user.id, today):
        add_regency(session, user, regency, by=None, today=today, now=now)
    if confirm:
        user.name_confirmed_at = now
    elif user.name != before:
        user.name_confirmed_at = None
    session.flush()


def add_regency(
    session: Session, user: User, regency: str, *, by: User | None, today: date, now: datetime
) -> None:
    """Note where a person's business is from *today* on, by the office's calendar."""
    session.add(
        UserRegency(user_id=user.id, regency=regency, since_on=today, recorded_at=now, recorded_by=id_of(by))
    )
    session.flush()


def _personal(session: Session, user: User, today: date) -> dict[str, str | None]:
    return {
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "contact_phone": user.contact_phone,
        "regency": queries.regency_of(session, user.id, today),
    }
