"""Engines as this product needs them: one that writes durably, one that the database keeps from writing."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError

#: Milliseconds a SQLite connection waits for another's transaction.
BUSY_TIMEOUT = 5000
#: One connection for each of the server's threads: a thread never waits for a connection.
POOL_SIZE = 16
POOL_OVERFLOW = 64
#: Seconds a connection to PostgreSQL may lie unused before it is asked whether it still lives.
TRUSTED_FOR = 1.0


def make_engine(url: str | sa.URL, *, reading: bool) -> sa.Engine:
    """Return an engine on *url* (SQLite or PostgreSQL).

    The writing engine begins SQLite transactions with ``BEGIN IMMEDIATE``, because a transaction that
    reads first and writes later fails at once where another wrote in between, whatever the busy
    timeout; ``synchronous=FULL`` puts every commit on the disk. The reading engine is in AUTOCOMMIT,
    and the database itself refuses a change through it.
    """
    url = make_url(url) if isinstance(url, str) else url
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, reading=reading)
    return _postgresql(url, reading=reading)


def first_row(engine: sa.Engine, text: str, arguments: Sequence[Any] | dict[str, Any]) -> Any:
    """Return the first row of one statement as the driver gives it, or None; for the reading engine.

    Straight to the driver over a connection of the pool: what SQLAlchemy does around a statement takes
    several times as long as such a statement itself. Whoever listens to the engine hears of it all the
    same, and its errors are SQLAlchemy's. A connection that turns out to be gone is replaced once,
    which costs nobody anything, because nothing is written.
    """
    try:
        return _first_row(engine, text, arguments)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return _first_row(engine, text, arguments)


def _first_row(engine: sa.Engine, text: str, arguments: Sequence[Any] | dict[str, Any]) -> Any:
    failure = engine.dialect.loaded_dbapi.Error
    pooled = None
    try:
        pooled = engine.raw_connection()
        for listener in engine.dispatch.before_cursor_execute:
            listener(pooled, None, text, arguments, None, False)
        cursor = pooled.cursor()
        cursor.execute(text, arguments)
        row = cursor.fetchone()
        cursor.close()
    except failure as error:
        gone = pooled is None or engine.dialect.is_disconnect(error, pooled.driver_connection, None)
        if pooled is not None and gone:
            pooled.invalidate(error)
        elif pooled is not None:
            pooled.close()
        raise DBAPIError.instance(
            text,
            None,
            error,
            failure,
            connection_invalidated=pooled is not None and gone,
            dialect=engine.dialect,
        ) from error
    pooled.close()
    return row


class Prepared:
    """A statement that is turned into text once per database, and then goes to the driver as it is."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        self._statement = statement
        self._texts: dict[str, tuple[str, dict[str, Any], list[str] | None]] = {}

    def row(self, engine: sa.Engine, **values: str) -> Any:
        """Return the first row, or None."""
        text, fixed, order = self._text(engine.dialect)
        given = fixed | values
        arguments: Any = tuple(given[name] for name in order) if order is not None else given
        return first_row(engine, text, arguments)

    def _text(self, dialect: sa.Dialect) -> tuple[str, dict[str, Any], list[str] | None]:
        found = self._texts.get(dialect.name)
        if found is None:
            compiled: Any = self._statement.compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
            order = list(compiled.positiontup) if compiled.positional else None
            found = self._texts[dialect.name] = (str(compiled), dict(compiled.params), order)
        return found


class Direct:
    """A statement inside somebody's transaction: turned into text once per database, values by their types.

    For what is done for every answer: putting a statement together and finding its text again costs
    SQLAlchemy several times what the database needs for it.
    """

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.Insert, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: sa.Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Run it, and return the rows of a SELECT."""
        ready = self._ready.get(connection.dialect.name)
        if ready is None:
            ready = self._ready[connection.dialect.name] = self._prepare(connection.dialect)
        for name, given in ready.given:
            values[name] = given(values[name])
        arguments: Any = tuple(values[name] for name in ready.order) if ready.order is not None else values
        if not connection.in_transaction():
            connection.begin()
        rows = _all_rows(connection, ready.text, arguments)
        return [
            tuple(read(value) if read else value for read, value in zip(ready.read, row, strict=True))
            for row in rows
        ]

    def _prepare(self, dialect: sa.Dialect) -> _Ready:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=list(self._names) or None)
        given = [
            (name, processor)
            for bind, name in compiled.bind_names.items()
            if (processor := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        ]
        columns = self._statement.selected_columns if isinstance(self._statement, sa.Select) else ()
        read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        order = list(compiled.positiontup) if compiled.positional else None
        return _Ready(str(compiled), order, given, read)


def _all_rows(connection: sa.Connection, text: str, arguments: Any) -> list[Any]:
    """Run one statement straight on the driver, as `first_row` does; errors are SQLAlchemy's."""
    failure = connection.dialect.loaded_dbapi.Error
    cursor = connection.connection.cursor()
    try:
        for listener in connection.engine.dispatch.before_cursor_execute:
            listener(connection, cursor, text, arguments, None, False)
        cursor.execute(text, arguments)
        return list(cursor.fetchall()) if cursor.description is not None else []
    except failure as error:
        driver = connection.connection.driver_connection
        gone = connection.dialect.is_disconnect(error, driver, None)
        if gone:
            connection.invalidate(error)
        raise DBAPIError.instance(
            text, None, error, failure, connection_invalidated=gone, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


@dataclass(frozen=True, slots=True)
class _Ready:
    """The text of a statement for one database, and what turns values into the driver's and back."""

    text: str
    order: list[str] | None
    given: list[tuple[str, Callable[[Any], Any]]]
    read: Sequence[Callable[[Any], Any] | None]


def _postgresql(url: sa.URL, *, reading: bool) -> sa.Engine:
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if reading:
        options["isolation_level"] = "AUTOCOMMIT"
        options["pool_reset_on_return"] = None
        options["connect_args"] = {"options": "-c default_transaction_read_only=on"}
    else:
        # A server that is set to forget fast must not make "tersimpan" a promise that nobody keeps.
        options["connect_args"] = {"options": "-c synchronous_commit=on"}
    engine = sa.create_engine(url, **options)

    # The same as `pool_pre_ping`, but without a way to the database for a connection just used.
    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _fairy: object) -> None:
        if time.monotonic() - record.info.get("used", 0.0) > TRUSTED_FOR:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    return engine


class _Queue:
    """Where the threads of one process wait for SQLite's one writer, each woken when it is its turn.

    SQLite itself lets those who wait sleep and try again: who comes late may win each time, and who
    waits longest is told "locked". The lock that counts is still the database's, which other processes
    wait for too.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def enter(self, patience: Callable[[], float]) -> bool:
        """Wait for the turn, at most *patience* seconds; say whether it came."""
        return self._turn.acquire(blocking=False) or self._turn.acquire(timeout=patience())

    def leave(self) -> None:
        """Let the next one go."""
        self._turn.release()


class _QueuedConnection(sqlite3.Connection):
    """A SQLite connection that leaves the queue with the end of its transaction, however that ends."""

    queue: _Queue | None = None

    def patience(self) -> float:
        """Return how long this connection waits for another's transaction, in seconds."""
        return float(self.execute("PRAGMA busy_timeout").fetchone()[0]) / 1000

    def leave(self) -> None:
        """Leave the queue, if this connection stands at its head."""
        queue, self.queue = self.queue, None
        if queue is not None:
            queue.leave()

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            if not self.in_transaction:
                self.leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.leave()


def _sqlite(url: sa.URL, *, reading: bool) -> sa.Engine:
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if reading:
        options["isolation_level"] = "AUTOCOMMIT"
        options["pool_reset_on_return"] = None
    else:
        options["connect_args"] = {"factory": _QueuedConnection}
    engine = sa.create_engine(url, **options)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: `begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
        if not reading:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        if reading:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    if not reading:
        queue = _Queue()

        @event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            driver: Any = connection.connection.driver_connection
            if not queue.enter(driver.patience):
                busy = sqlite3.OperationalError("database is locked")
                raise OperationalError("BEGIN IMMEDIATE", None, busy)
            driver.queue = queue
            try:
                driver.execute("BEGIN IMMEDIATE")
            except BaseException as error:
                driver.leave()
                if isinstance(error, sqlite3.Error):
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                raise

    return engine
