"""Who is who: the signed-in viewer, people by key, roles, regencies, sessions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from elearn.records.accounts.errors import PersonNotFoundError
from elearn.records.accounts.keys import normalise_phone, sign_in_key
from elearn.records.accounts.models import Role, User, UserRegency, UserRole, UserSession
from elearn.records.accounts.names import is_unstorable
from elearn.records.base import as_moment
from elearn.records.engines import Prepared
from elearn.records.errors import RefusedError

#: A session that nobody used for so long has ended; shorter for whoever can see other people's data.
UNUSED_ENDS = timedelta(days=60)
UNUSED_ENDS_WITH_ROLE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page: what the session's row and its person say, no ORM object."""

    id: int
    name: str
    username: str | None
    roles: frozenset[Role]
    session_id: int
    language: str | None
    last_seen_at: datetime


#: Roles of the user of a row as one text, ``admin,staff``; for statements that load a viewer.
ROLES_TEXT = (
    select(func.aggregate_strings(UserRole.role, ","))
    .where(UserRole.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
VIEWER_COLUMNS = (
    User.id,
    User.name,
    User.username,
    ROLES_TEXT.label("roles"),
    UserSession.id.label("session_id"),
    User.language,
    UserSession.last_seen_at,
)
_SIGNED_IN = (
    select(*VIEWER_COLUMNS)
    .join(User, User.id == UserSession.user_id)
    .where(
        UserSession.token_digest == sa.bindparam("digest", "", type_=sa.String),
        UserSession.ended_at.is_(None),
        User.disabled_at.is_(None),
        User.erased_at.is_(None),
    )
)
_SIGNED_IN_PREPARED = Prepared(_SIGNED_IN)


def token_digest(token: str) -> str:
    """Return what is stored of a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def signed_in(reader: sa.Engine | sa.Connection | Session, token: str, now: datetime) -> Viewer | None:
    """Return whose session *token* is; None where it ended, was unused too long or the account is off.

    With an engine it goes straight to the driver: every signed-in request begins with this.
    """
    digest = token_digest(token)
    if isinstance(reader, sa.Engine):
        row = _SIGNED_IN_PREPARED.row(reader, digest=digest)
    else:
        row = reader.execute(_SIGNED_IN, {"digest": digest}).first()
    if row is None:
        return None
    user_id, name, username, roles, session_id, language, last_seen_at = row
    return viewer_of_row(user_id, name, username, roles, session_id, language, as_moment(last_seen_at), now)


def viewer_of_row(
    user_id: int,
    name: str,
    username: str | None,
    roles_text: str | None,
    session_id: int,
    language: str | None,
    last_seen_at: datetime,
    now: datetime,
) -> Viewer | None:
    """Return the viewer these columns describe, None where the session was unused too long."""
    roles = frozenset(Role(role) for role in (roles_text or "").split(",") if role)
    if now - last_seen_at > (UNUSED_ENDS_WITH_ROLE if roles else UNUSED_ENDS):
        return None
    return Viewer(user_id, name, username, roles | {Role.LEARNER}, session_id, language, last_seen_at)


def touch_session(connection: sa.Connection, session_id: int, now: datetime) -> None:
    """Note that a session was used: a technical row, written apart from the page."""
    connection.execute(
        sa.update(UserSession)
        .where(UserSession.id == session_id, UserSession.last_seen_at < now)
        .values(last_seen_at=now)
    )


def user_by_id(session: Session, user_id: int) -> User | None:
    """Return the person with this number."""
    return session.get(User, user_id)


def find_username(session: Session, username: str) -> User | None:
    """Return the person with this username."""
    return session.scalar(select(User).where(User.username == username))


def find_by_key(session: Session, key: str) -> User | None:
    """Return the person who signs in with *key*, in any of its forms; refused where it is none."""
    found = sign_in_key(key)
    return session.scalar(select(User).where(getattr(User, found.kind) == found.value))


def user_by_key(session: Session, key: str) -> User:
    """Return the person who signs in with *key*; raises `PersonNotFoundError`."""
    try:
        user = find_by_key(session, key)
    except RefusedError:
        user = None
    if user is None:
        raise PersonNotFoundError
    return user


def roles_of(session: Session, user_id: int) -> frozenset[Role]:
    """Return the roles a person holds beside learning."""
    return frozenset(
        Role(role) for role in session.scalars(select(UserRole.role).where(UserRole.user_id == user_id))
    )


def any_admin(session: Session) -> bool:
    """Say whether somebody can sign in as admin, or has a link to."""
    return session.scalar(select(UserRole.user_id).where(UserRole.role == Role.ADMIN).limit(1)) is not None


def active_admin_count(session: Session) -> int:
    """Return how many accounts that are on hold the role of admin."""
    found = session.scalar(
        select(func.count())
        .select_from(UserRole)
        .join(User, User.id == UserRole.user_id)
        .where(UserRole.role == Role.ADMIN, User.disabled_at.is_(None), User.erased_at.is_(None))
    )
    return found or 0


def list_users(session: Session, *, everybody: bool) -> list[User]:
    """Return role holders, or everybody, by name."""
    statement = select(User).where(User.erased_at.is_(None)).order_by(User.name, User.id)
    if not everybody:
        statement = statement.where(User.id.in_(select(UserRole.user_id)))
    return list(session.scalars(statement))


def regency_of(session: Session, user_id: int, on: date) -> str | None:
    """Return a person's regency as of the day *on*: the last one recorded for it, else the first one given later."""
    rows = select(UserRegency.regency).where(UserRegency.user_id == user_id).limit(1)
    known = rows.where(UserRegency.since_on <= on).order_by(
        UserRegency.since_on.desc(), UserRegency.id.desc()
    )
    later = rows.where(UserRegency.since_on > on).order_by(UserRegency.since_on, UserRegency.id)
    return session.scalar(known) or session.scalar(later)


def sessions_of(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """Return a person's open sessions, the last used first."""
    limit = UNUSED_ENDS_WITH_ROLE if roles_of(session, user_id) else UNUSED_ENDS
    return list(
        session.scalars(
            select(UserSession)
            .where(
                UserSession.user_id == user_id,
                UserSession.ended_at.is_(None),
                UserSession.last_seen_at >= now - limit,
            )
            .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        )
    )


def find_people(session: Session, text: str, *, limit: int = 50) -> list[User]:
    """Return people whose name holds *text*, or whose key it is, by name.

    Certificates come later in the story, so finding somebody by serial or number is the desk's
    (`records.desk`).
    """
    text = " ".join(text.split())
    if len(text) < 2 or any(is_unstorable(character) for character in text):
        return []
    pattern = "%" + text.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    wanted = [
        func.lower(User.name).like(pattern, escape="\\"),
        User.username == text.lower(),
        User.email == text.lower(),
    ]
    phone = normalise_phone(text)
    if phone is not None:
        wanted += [User.phone == phone, User.contact_phone == phone]
    return list(
        session.scalars(
            select(User)
            .where(User.erased_at.is_(None), or_(*wanted))
            .order_by(User.name, User.id)
            .limit(limit)
        )
    )


def learns_from(session: Session, user_id: int, trainer_id: int) -> bool:
    """Say whether a person is enrolled in a course of this trainer."""
    found = select(_ENROLMENTS.c.id).join(
        _COURSE_TRAINERS, _COURSE_TRAINERS.c.course_id == _ENROLMENTS.c.course_id
    )
    return (
        session.scalar(
            found.where(_ENROLMENTS.c.user_id == user_id, _COURSE_TRAINERS.c.user_id == trainer_id).limit(1)
        )
        is not None
    )


# Tables of later topics, by name, as their foreign keys name ours: whom a trainer may give a code is a
# question about people.
_ENROLMENTS = sa.table("enrolments", sa.column("id"), sa.column("user_id"), sa.column("course_id"))
_COURSE_TRAINERS = sa.table("course_trainers", sa.column("course_id"), sa.column("user_id"))
