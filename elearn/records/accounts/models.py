"""Accounts, roles, sessions, one-time codes and what else belongs to a person."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from elearn.records.base import Base, pk

#: The regency of whoever lives outside the province.
OUTSIDE = "luar"


class Role(StrEnum):
    """What a person may do on top of learning; none implies another."""

    LEARNER = "learner"
    TRAINER = "trainer"
    STAFF = "staff"
    ADMIN = "admin"


class User(Base):
    """Someone who can sign in: by phone number, e-mail address or username, each unique.

    A row is never deleted; erasing a person empties it. The four members Flask-Login asks for
    are the session's, not the user's (`web/sessions.py`), so this class knows nothing of it.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(
            "phone IS NOT NULL OR email IS NOT NULL OR username IS NOT NULL OR erased_at IS NOT NULL",
            name="a_key_or_erased",
        ),
    )

    id: Mapped[pk]
    #: One free-text field, as typed: one word is fine, so are titles and any script.
    name: Mapped[str]
    #: E.164, ``+6281234567890``.
    phone: Mapped[str | None] = mapped_column(unique=True)
    #: Lower case.
    email: Mapped[str | None] = mapped_column(unique=True)
    #: ``[a-z][a-z0-9._-]*``, so that it looks like neither number nor address.
    username: Mapped[str | None] = mapped_column(unique=True)
    #: Where to call, E.164; may repeat, because a family shares a phone.
    contact_phone: Mapped[str | None]
    #: Argon2; empty until the person has set a password.
    password_hash: Mapped[str | None]
    #: The language of pages, empty for the site's.
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    #: When the person confirmed the name as it will be printed; cleared when the name changes.
    name_confirmed_at: Mapped[datetime | None]
    #: An admin switched the account off.
    disabled_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    roles: Mapped[list[UserRole]] = relationship(
        back_populates="user", foreign_keys="UserRole.user_id", cascade="all, delete-orphan"
    )


class UserRole(Base):
    """A role a person holds; every account can learn without a row here."""

    __tablename__ = "user_roles"
    __table_args__ = (CheckConstraint("role IN ('trainer', 'staff', 'admin')", name="known_role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(back_populates="roles", foreign_keys=[user_id])


class UserRegency(Base):
    """Where a person's business is, from a day on: the latest row counts, none is overwritten."""

    __tablename__ = "user_regencies"
    __table_args__ = (Index(None, "user_id", "since_on", "id"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: Kemendagri code with the dot (``18.71``), or ``luar``.
    regency: Mapped[str]
    since_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class UserSession(Base):
    """One signed-in device; the browser holds a random token, the row its SHA-256."""

    __tablename__ = "user_sessions"
    __table_args__ = (Index(None, "user_id", "ended_at"),)

    id: Mapped[pk]
    token_digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: What the browser calls itself, cut to 200 characters.
    device: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship()


class CodeKind(StrEnum):
    """Where a one-time code came from, which decides how long it lasts."""

    #: Told by staff or a trainer: 24 hours.
    TOLD = "told"
    #: Printed on an activation slip: 30 days.
    SLIP = "slip"
    #: Sent by mail: 30 minutes.
    MAILED = "mailed"


class OneTimeCode(Base):
    """A link or code that lets its person set a password once; kept as SHA-256."""

    __tablename__ = "one_time_codes"
    __table_args__ = (Index(None, "user_id", "kind"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Consent(Base):
    """A person agreed to a version of the privacy text."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("user_id", "text_version"),)

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text_version: Mapped[str]
    given_at: Mapped[datetime]


class RateCounter(Base):
    """How often something was tried in one window: a technical row, written apart and thrown away."""

    __tablename__ = "rate_counters"

    #: What is counted and for whom, as a digest: never a phone number in clear.
    key: Mapped[str] = mapped_column(primary_key=True)
    window_starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
