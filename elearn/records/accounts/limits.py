"""How often something may be tried: one counter row a window, written by one atomic upsert."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from elearn.records.accounts.models import RateCounter
from elearn.records.errors import TooManyError, _

#: Milliseconds a technical row is waited for.
PATIENCE = 100


def check_rate(where: Session | sa.Engine, key: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """Count one try of *key* and raise `TooManyError` above *limit* in the present *window*.

    With a session the count belongs to its transaction; with an engine it is a technical row of its
    own, waited for 100 ms at most. *key* is stored as a digest.
    """
    if isinstance(where, Session):
        count = where.execute(_upsert(where.get_bind().dialect.name, key, window, now)).scalar_one()
    else:
        with where.connect() as connection:
            count = _count_quickly(connection, key, window, now)
    if count > limit:
        raise _too_many(window, now)


def refuse_above(session: Session, key: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """Raise `TooManyError` where *limit* tries of *key* were counted already; counts nothing itself."""
    count = session.scalar(
        sa.select(RateCounter.count).where(
            RateCounter.key == _digest(key), RateCounter.window_starts_at == _window_start(now, window)
        )
    )
    if (count or 0) >= limit:
        raise _too_many(window, now)


def _too_many(window: timedelta, now: datetime) -> TooManyError:
    ends = _window_start(now, window) + window
    seconds = max(1, math.ceil((ends - now).total_seconds()))
    if seconds <= 60:
        sentence = _("Terlalu banyak percobaan. Tunggu satu menit, lalu coba lagi.")
    else:
        sentence = _(
            "Terlalu banyak percobaan. Tunggu %(minutes)s menit, lalu coba lagi.",
            minutes=math.ceil(seconds / 60),
        )
    return TooManyError(sentence, retry_after=seconds)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def forget_old_counters(session: Session, *, now: datetime) -> None:
    """Throw away counters whose window is over."""
    session.execute(sa.delete(RateCounter).where(RateCounter.window_starts_at < now - timedelta(days=2)))


def _count_quickly(connection: sa.Connection, key: str, window: timedelta, now: datetime) -> int:
    name = connection.dialect.name
    raw = connection.connection.driver_connection
    before = 0
    if name == "sqlite":
        before = raw.execute("PRAGMA busy_timeout").fetchone()[0]  # type: ignore[union-attr]
        raw.execute(f"PRAGMA busy_timeout = {PATIENCE}")  # type: ignore[union-attr]
    else:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}ms'")
    try:
        count: int = connection.execute(_upsert(name, key, window, now)).scalar_one()
        connection.commit()
    finally:
        connection.rollback()
        if name == "sqlite":
            raw.execute(f"PRAGMA busy_timeout = {int(before)}")  # type: ignore[union-attr]
    return count


def _upsert(dialect: str, key: str, window: timedelta, now: datetime) -> sa.Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(RateCounter).values(
        key=_digest(key), window_starts_at=_window_start(now, window), count=1
    )
    return statement.on_conflict_do_update(
        index_elements=["key", "window_starts_at"], set_={"count": RateCounter.count + 1}
    ).returning(RateCounter.count)


def _window_start(now: datetime, window: timedelta) -> datetime:
    length = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
