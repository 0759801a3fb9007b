"""Roles, and accounts switched off and on: what only admins and commands do."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts import queries
from elearn.records.accounts.errors import PersonNotFoundError
from elearn.records.accounts.models import Role, User, UserRole
from elearn.records.accounts.names import clean_line
from elearn.records.accounts.sessions import end_sessions_of
from elearn.records.audit.models import Way
from elearn.records.audit.services import record
from elearn.records.errors import RefusedError, _

REASON_LENGTH = 500


def grant_role(
    session: Session, user: User, role: Role, *, actor: User | None, way: Way, now: datetime
) -> None:
    """Give *user* a role; learning needs none. Twice changes nothing."""
    refuse_unless_admin(session, actor, way)
    if role is Role.LEARNER or role in queries.roles_of(session, user.id):
        return
    try:
        with session.begin_nested():
            session.add(UserRole(user_id=user.id, role=role, granted_at=now, granted_by=id_of(actor)))
    except IntegrityError:
        return  # Pressed twice: the other press has given it.
    _record_role(session, user, "role.grant", role, actor, way, now)


def revoke_role(
    session: Session, user: User, role: Role, *, actor: User | None, way: Way, now: datetime
) -> None:
    """Take a role from *user*; the last admin keeps theirs."""
    refuse_unless_admin(session, actor, way)
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
    refuse_unless_admin(session, actor, way)
    reason = given_reason(reason)
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
    refuse_unless_admin(session, actor, way)
    reason = given_reason(reason)
    if user.disabled_at is None:
        return
    user.disabled_at = None
    _record_state(session, user, "account.enable", reason, actor, way, now)


def refuse_unless_admin(session: Session, actor: User | None, way: Way) -> None:
    """Commands may do everything: whoever runs them has the machine. On pages only admins touch roles."""
    if way is Way.COMMAND:
        return
    if actor is None or Role.ADMIN not in queries.roles_of(session, actor.id):
        raise PersonNotFoundError


def refuse_upward(session: Session, user: User, actor: User | None) -> None:
    """Nobody but an admin changes somebody who holds a role."""
    if actor is None or Role.ADMIN in queries.roles_of(session, actor.id):
        return
    if queries.roles_of(session, user.id):
        raise RefusedError(_("Orang ini memegang peran. Hanya admin yang bisa mengubah datanya."))


def given_reason(text: str | None) -> str:
    """Return why something is done, in one line; it has to be said."""
    return clean_line(text, most=REASON_LENGTH, field="reason", missing=_("Tulis alasannya, ya."))


def _keep_one_admin(session: Session, user: User) -> None:
    # The rows are locked, so that two admins cannot take the role from each other at once.
    session.execute(select(UserRole.user_id).where(UserRole.role == Role.ADMIN).with_for_update()).all()
    if user.disabled_at is None and queries.active_admin_count(session) <= 1:
        raise RefusedError(_("Ini admin terakhir. Beri peran admin kepada orang lain dulu."))


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


def id_of(user: User | None) -> int | None:
    """Return whose number stands in a row as who did it."""
    return None if user is None else user.id
