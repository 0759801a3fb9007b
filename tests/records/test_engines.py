"""Engines: what is committed is on the disk, and what only reads cannot write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from elearn.records import engines
from elearn.records.accounts.models import User
from elearn.records.base import UtcDateTime
from tests.factories import make_user


def pragma(connection: sa.Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


@pytest.fixture
def sqlite(make_sqlite: Callable[[], str]) -> Iterator[sa.Engine]:
    """The writing engine on SQLite."""
    engine = engines.make_engine(make_sqlite(), reading=False)
    yield engine
    engine.dispose()


def test_every_connection_to_sqlite_is_durable_and_keeps_references(sqlite: sa.Engine) -> None:
    with sqlite.connect() as one:
        one.rollback()
        with sqlite.connect() as two:
            for connection in (one, two):
                assert pragma(connection, "journal_mode") == "wal"
                assert pragma(connection, "synchronous") == 2
                assert pragma(connection, "foreign_keys") == 1
                assert pragma(connection, "busy_timeout") == 5000
                connection.rollback()


def test_a_writing_transaction_of_sqlite_holds_the_lock_from_its_first_statement(sqlite: sa.Engine) -> None:
    with sqlite.connect() as one, sqlite.connect() as two:
        one.execute(sa.text("SELECT 1"))
        driver = two.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(DBAPIError, match="locked"):
            two.execute(sa.text("SELECT 1"))
        driver.execute("PRAGMA busy_timeout = 5000")


def test_a_writing_transaction_of_postgresql_sees_what_others_committed(
    make_postgresql: Callable[[], str],
) -> None:
    engine = engines.make_engine(make_postgresql(), reading=False)
    with engine.connect() as connection:
        assert connection.get_isolation_level() == "READ COMMITTED"
    engine.dispose()


def test_the_reading_engine_is_kept_from_writing_by_the_database(
    session: Session, reading_engine: sa.Engine, now: datetime
) -> None:
    user = make_user(session, now=now)
    session.commit()

    with reading_engine.connect() as connection:
        assert connection.execute(sa.select(User.name)).scalar_one() == user.name
        with pytest.raises(DBAPIError, match=r"read-?only"):
            connection.execute(sa.update(User).values(name="lain"))
    with Session(reading_engine) as reading:
        reading.get_one(User, user.id).name = "lain"
        with pytest.raises(DBAPIError, match=r"read-?only"):
            reading.flush()


def test_reading_goes_on_while_somebody_writes(
    session: Session, reading_engine: sa.Engine, now: datetime
) -> None:
    make_user(session, now=now, name="Sari")
    found: list[object] = []

    def read() -> None:
        with reading_engine.connect() as connection:
            found.append(connection.execute(sa.select(sa.func.count()).select_from(User)).scalar_one())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join(timeout=5)

    # Not committed yet, so not there yet.
    assert found == [0]


def test_a_moment_without_a_zone_is_refused(session: Session, now: datetime) -> None:
    session.add(User(name="Sari", username="sari", created_at=now.replace(tzinfo=None)))
    with pytest.raises(StatementError, match="without a zone"):
        session.flush()


def test_a_moment_is_utc_again_and_nothing_stays_nothing(session: Session, now: datetime) -> None:
    user = make_user(session, now=now)
    session.commit()
    session.expire_all()
    assert (user.created_at, user.created_at.utcoffset()) == (now, now.utcoffset())
    assert user.erased_at is None
    assert UtcDateTime().process_bind_param(None, session.get_bind().dialect) is None
