"""Engines: what is committed is on the disk, and what only reads cannot write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from elearn.records import engines
from elearn.records.accounts.models import User
from elearn.records.base import UtcDateTime
from elearn.records.installation import InstallationFact
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


def test_another_process_is_waited_for_no_longer_than_the_timeout(sqlite: sa.Engine) -> None:
    # An engine of its own has a queue of its own, as another process has.
    other = engines.make_engine(sqlite.url, reading=False)
    sa.event.listen(other, "connect", lambda driver, _record: driver.execute("PRAGMA busy_timeout = 1"))
    with sqlite.connect() as one:
        one.execute(sa.text("SELECT 1"))
        for _each in range(2):
            with other.connect() as two, pytest.raises(DBAPIError, match="locked"):
                two.execute(sa.text("SELECT 1"))
        one.rollback()
        with other.connect() as two:
            assert two.execute(sa.text("SELECT 1")).scalar_one() == 1
    other.dispose()


def test_whoever_drops_a_connection_lets_the_next_one_write(sqlite: sa.Engine) -> None:
    with sqlite.connect() as one:
        one.execute(sa.text("SELECT 1"))
        one.invalidate()
        with sqlite.begin() as two:
            assert two.execute(sa.text("SELECT 1")).scalar_one() == 1


def test_many_who_write_at_once_all_come_to_their_turn(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO installation_facts (name, value) VALUES ('n', '0')")
    together = threading.Barrier(6)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            together.wait()
            for _each in range(5):
                with engine.begin() as connection:
                    row = select(InstallationFact.value).with_for_update()
                    value = int(connection.execute(row).scalar_one())
                    connection.execute(sa.update(InstallationFact).values(value=str(value + 1)))
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with engine.connect() as connection:
        assert connection.execute(select(InstallationFact.value)).scalar_one() == "30"


def test_the_first_row_comes_as_the_driver_gives_it(
    session: Session, reading_engine: sa.Engine, now: datetime
) -> None:
    user = make_user(session, now=now)
    session.commit()
    mark = "?" if reading_engine.dialect.name == "sqlite" else "%s"
    text = f"SELECT id, name FROM users WHERE id = {mark}"
    heard: list[str] = []
    sa.event.listen(
        reading_engine, "before_cursor_execute", lambda _c, _k, statement, *_rest: heard.append(statement)
    )

    assert tuple(engines.first_row(reading_engine, text, (user.id,))) == (user.id, user.name)
    assert engines.first_row(reading_engine, text, (user.id + 1,)) is None
    assert heard == [text, text]
    with pytest.raises(DBAPIError):
        engines.first_row(reading_engine, "SELECT nothing FROM nowhere", ())
    with pytest.raises(DBAPIError, match=r"read-?only"):
        engines.first_row(reading_engine, "DELETE FROM users", ())
    # What failed went back to the pool in order.
    assert tuple(engines.first_row(reading_engine, text, (user.id,))) == (user.id, user.name)


def test_a_connection_that_died_is_replaced_unseen(
    make_postgresql: Callable[[], str], postgresql_server: sa.URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make_postgresql()
    reading, writing = (engines.make_engine(url, reading=kind) for kind in (True, False))
    administration = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")

    def kill_all() -> None:
        name = sa.engine.make_url(url).database
        with administration.connect() as connection:
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": name},
            )

    for engine in (reading, writing):
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    kill_all()
    assert tuple(engines.first_row(reading, "SELECT 1", ())) == (1,)
    # One that was not used for a while is asked first.
    monkeypatch.setattr(engines, "TRUSTED_FOR", 0.0)
    with writing.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1
    for engine in (reading, writing, administration):
        engine.dispose()


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
