"""Is the database at the revision this code was written for?"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError


class SchemaState(StrEnum):
    """How the database's schema compares with the code's."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    #: Holds a revision this code has never heard of: made by a later version.
    NEWER = "newer"
    #: Tables of something else.
    FOREIGN = "foreign"


def readiness(engine: sa.Engine, migrations: Path) -> str:
    """Return why pages cannot be served; nothing where the database answers and has this code's tables."""
    try:
        with engine.connect() as connection:
            state = schema_state(connection, migrations)
    except SQLAlchemyError:
        return "database does not answer"
    return "" if state is SchemaState.CURRENT else f"database schema is {state}"


@cache
def known_revisions(migrations: Path) -> tuple[str, ...]:
    """Return every revision in *migrations*, the newest first."""
    return tuple(script.revision for script in ScriptDirectory(str(migrations)).walk_revisions())


def schema_state(connection: sa.Connection, migrations: Path) -> SchemaState:
    """Compare the database behind *connection* with the folder *migrations*."""
    current = MigrationContext.configure(connection).get_current_revision()
    known = known_revisions(migrations)
    if current is None:
        return SchemaState.FOREIGN if sa.inspect(connection).get_table_names() else SchemaState.EMPTY
    if current == known[0]:
        return SchemaState.CURRENT
    return SchemaState.OLDER if current in known else SchemaState.NEWER
