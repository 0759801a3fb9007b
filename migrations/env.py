"""How a migration runs: all of it in one transaction, on SQLite with foreign keys off and checked at the end."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from elearn.records.base import UtcDateTime
from elearn.records.search.models import is_words_table
from elearn.records.tables import metadata


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Write our own type as the one it is in the database, so that a migration needs no code of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave alone the index of words, which each database makes in its own way."""
    return not (kind == "table" and is_words_table(name))


def run(connection: sa.Connection) -> None:
    """Bring the database behind *connection* to the wanted revision, wholly or not at all."""
    is_sqlite = connection.dialect.name == "sqlite"
    driver: Any = connection.connection.driver_connection
    if is_sqlite:
        # Rebuilding a table drops it for a moment: with foreign keys on, the rows that refer to it would
        # go too. SQLite ignores this inside a transaction, so it stands before the first statement.
        driver.execute("PRAGMA foreign_keys = OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=is_sqlite,
            compare_type=True,
            render_item=render_item,
            include_name=include_name,
            # True on SQLite too, because our engine begins every transaction itself.
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"the migration would leave broken references: {broken[:5]}")
    finally:
        connection.rollback()
        if is_sqlite:
            driver.execute("PRAGMA foreign_keys = ON")


def main() -> None:
    """Use the connection that was handed over (tests), or one of the app's writing engine."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        run(connection)


main()
