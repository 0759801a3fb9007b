"""Engines as this product needs them: one that writes durably, one that the database keeps from writing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

#: Milliseconds a SQLite connection waits for another's transaction.
BUSY_TIMEOUT = 5000
#: One connection for each of the server's threads: a thread never waits for a connection.
POOL_SIZE = 16
POOL_OVERFLOW = 64


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
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if not reading:
        # A server that is set to forget fast must not make "tersimpan" a promise that nobody keeps.
        return sa.create_engine(url, connect_args={"options": "-c synchronous_commit=on"}, **options)
    return sa.create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"options": "-c default_transaction_read_only=on"},
        **options,
    )


def _sqlite(url: sa.URL, *, reading: bool) -> sa.Engine:
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if reading:
        options["isolation_level"] = "AUTOCOMMIT"
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

        @event.listens_for(engine, "begin")
        def begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
