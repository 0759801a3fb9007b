"""Statements straight to the driver, and the queue of those who write: what SQLAlchemy promises still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from elearn.records import engines
from elearn.records.accounts.models import User
from elearn.records.base import UtcDateTime

ENDS: dict[str, Callable[[sa.Connection], object]] = {
    "commit": sa.Connection.commit,
    "rollback": sa.Connection.rollback,
    "close": sa.Connection.close,
    "invalidate": sa.Connection.invalidate,
}
PLACE = {"sqlite": "?", "postgresql": "%s"}


def asks(engine: sa.Engine, value: str) -> object:
    text = f"SELECT CAST({PLACE[engine.dialect.name]} AS VARCHAR(20))"
    return engines.first_row(engine, text, (value,))[0]


def test_a_row_comes_back_and_a_missing_one_is_none(reading_engine: sa.Engine) -> None:
    assert asks(reading_engine, "kopi") == "kopi"
    assert engines.first_row(reading_engine, "SELECT id FROM users WHERE id = -1", ()) is None


def test_a_statement_that_is_wrong_is_an_error_of_sqlalchemy_and_holds_no_connection(
    reading_engine: sa.Engine,
) -> None:
    for _ in range(engines.POOL_SIZE + engines.POOL_OVERFLOW + 1):
        with pytest.raises(DBAPIError):
            engines.first_row(reading_engine, "SELECT nothing FROM nowhere", ())
    assert asks(reading_engine, "kopi") == "kopi"


def test_nothing_can_be_changed_that_way(reading_engine: sa.Engine) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        engines.first_row(reading_engine, "DELETE FROM users RETURNING id", ())


def test_a_connection_that_died_in_the_pool_is_replaced(reading_engine: sa.Engine) -> None:
    asks(reading_engine, "kopi")
    with reading_engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert driver is not None
    driver.close()

    assert asks(reading_engine, "kopi") == "kopi"


def test_who_listens_to_the_engine_hears_of_it(reading_engine: sa.Engine) -> None:
    seen: list[str] = []
    sa.event.listen(reading_engine, "before_cursor_execute", lambda _c, _k, text, *_rest: seen.append(text))

    asks(reading_engine, "kopi")

    assert len(seen) == 1


def writes_at_once(engine: sa.Engine) -> bool:
    """Try to begin a transaction without waiting for anybody."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout = 1")
        try:
            connection.execute(sa.update(User).values(name="Joko"))
            connection.commit()
        except DBAPIError as error:
            if "locked" not in str(error):
                raise
            return False
        finally:
            driver.execute("PRAGMA busy_timeout = 5000")
    return True


@pytest.mark.parametrize("end", list(ENDS))
def test_whoever_ends_a_transaction_lets_the_next_one_write(engine: sa.Engine, end: str) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    with engine.connect() as one:
        one.execute(sa.update(User).values(name="Sari"))
        assert not writes_at_once(engine)
        assert not writes_at_once(engine)
        ENDS[end](one)
        assert writes_at_once(engine)


def test_who_waits_for_another_process_in_vain_gives_the_turn_back(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    # Another engine has a queue of its own, as another process has.
    other = engines.make_engine(engine.url, reading=False)
    with other.connect() as theirs:
        theirs.execute(sa.select(User.id))
        assert not writes_at_once(engine)
        assert not writes_at_once(engine)
        theirs.commit()
        assert writes_at_once(engine)
    other.dispose()


TRIAL = sa.Table(
    "trial",
    sa.MetaData(),
    sa.Column("key", sa.Uuid, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("right", sa.Boolean),
)
ADD = engines.Direct(sa.insert(TRIAL).inline(), "key", "at", "right")
FIND = engines.Direct(
    sa.select(TRIAL.c.key, TRIAL.c.at, TRIAL.c.right).where(TRIAL.c.key == sa.bindparam("wanted"))
)


def test_a_direct_statement_keeps_the_types_and_stays_in_the_callers_transaction(engine: sa.Engine) -> None:
    TRIAL.create(engine)
    key, at = uuid4(), datetime(2026, 11, 23, 3, 42, 5, 7, tzinfo=UTC)
    with engine.connect() as connection:
        assert ADD.run(connection, key=key, at=at, right=True) == []
        assert FIND.run(connection, wanted=key) == [(key, at, True)]
        connection.rollback()
        assert FIND.run(connection, wanted=key) == []
        ADD.run(connection, key=key, at=at, right=None)
        connection.commit()
    with engine.connect() as connection:
        assert FIND.run(connection, wanted=key) == [(key, at, None)]
        assert connection.execute(sa.select(TRIAL)).one() == (key, at, None)


def test_a_direct_statement_that_fails_is_an_error_of_sqlalchemy_and_leaves_nothing(
    engine: sa.Engine,
) -> None:
    TRIAL.create(engine)
    key, at = uuid4(), datetime(2026, 11, 23, tzinfo=UTC)
    with engine.connect() as connection:
        ADD.run(connection, key=key, at=at, right=True)
        with pytest.raises(IntegrityError):
            ADD.run(connection, key=key, at=at, right=True)
    with engine.connect() as connection:
        assert FIND.run(connection, wanted=key) == []
        ADD.run(connection, key=key, at=at, right=True)
        connection.commit()
