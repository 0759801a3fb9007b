"""The schema: a migrated database is the one the code describes, and it keeps facts as they are."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from elearn.records import engines
from elearn.records.search.models import is_words_table
from elearn.records.tables import metadata
from tests.conftest import ROOT, alembic_config

#: The last migration there is.
HEAD = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
#: A later migration that rebuilds a table others refer to, as one that drops a column does on SQLite.
REBUILD = """
from alembic import op

revision = "later"
down_revision = "{head}"


def upgrade() -> None:
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("users", recreate=recreate) as table:
        table.alter_column("name", nullable=False)
    op.execute("{statement}")


def downgrade() -> None:
    pass
"""


def schema_of(connection: sa.Connection) -> dict[str, Any]:
    """Describe every table as the database sees it, in an order of our own."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(table)
            },
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(
                (str(key["name"]), key["constrained_columns"], key["referred_table"], str(key["options"]))
                for key in inspector.get_foreign_keys(table)
            ),
            "unique": sorted(
                (str(one["name"]), one["column_names"]) for one in inspector.get_unique_constraints(table)
            ),
            "checks": sorted(
                (str(check["name"]), str(check["sqltext"]))
                for check in inspector.get_check_constraints(table)
            ),
            "indexes": sorted(
                (str(index["name"]), str(index["column_names"]), bool(index["unique"]), _condition(index))
                for index in inspector.get_indexes(table)
            ),
        }
        for table in sorted(set(inspector.get_table_names()) - {"alembic_version"})
    }


def _condition(index: Any) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", ""))).strip("()")


def counts_of(connection: sa.Connection) -> dict[str, int]:
    """Count the rows of every table."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


@pytest.fixture
def fresh(engine: sa.Engine, make_postgresql: Callable[[], str], tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine on a database of the same kind without any table."""
    if engine.dialect.name == "sqlite":
        empty = engines.make_engine(f"sqlite:///{tmp_path / 'fresh.db'}", reading=False)
    else:
        empty = engines.make_engine(make_postgresql(), reading=False)
        with empty.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    yield empty
    empty.dispose()


@pytest.fixture
def later(tmp_path: Path) -> Callable[..., str]:
    """Make a folder of our migrations with one more behind them."""

    def make(*, statement: str = "SELECT 1") -> str:
        folder = tmp_path / "migrations"
        shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
        text = REBUILD.format(statement=statement, head=HEAD)
        (folder / "versions" / "later_rebuild.py").write_text(text)
        return str(folder)

    return make


def make_person(connection: sa.Connection, *, user_id: int = 1) -> None:
    """Put in a person with an open session, and one act on the trail."""
    moment = "'2026-11-23 03:42:00'" if connection.dialect.name == "sqlite" else "'2026-11-23 03:42:00+00'"
    for statement in (
        f"INSERT INTO users (id, name, username, created_at) VALUES ({user_id}, 'Sari', 'sari', {moment})",
        "INSERT INTO user_sessions (id, token_digest, user_id, created_at, last_seen_at, device) "
        f"VALUES (1, 'digest', {user_id}, {moment}, {moment}, '')",
        "INSERT INTO audit_events (id, at, actor_id, way, action, subject_type, subject_id, before, after, "
        f"reason, personal_digest, previous_hash, hash) VALUES (1, {moment}, {user_id}, 'page', 'a', 'b', 'c', "
        "'{}', '{}', '', '', '0', '1')",
    ):
        connection.exec_driver_sql(statement)


def test_a_migrated_database_is_the_one_the_tables_describe(engine: sa.Engine, fresh: sa.Engine) -> None:
    with engine.connect() as connection:
        ours = {"include_name": lambda name, kind, _parents: kind != "table" or not is_words_table(name)}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), metadata) == []
        migrated = schema_of(connection)
    metadata.create_all(fresh)
    with fresh.connect() as connection:
        assert migrated == schema_of(connection)


def test_going_down_leaves_nothing_and_up_again_gives_the_same(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        before = schema_of(connection)
        make_person(connection)
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
    with engine.connect() as connection:
        assert schema_of(connection) == {}
        if engine.dialect.name == "postgresql":
            left = sa.text("SELECT 1 FROM pg_proc WHERE proname = 'refuse_change'")
            assert connection.execute(left).first() is None
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
    with engine.begin() as connection:
        assert schema_of(connection) == before
        make_person(connection)


def test_a_table_that_is_rebuilt_keeps_its_rows_and_those_that_refer_to_it(
    engine: sa.Engine, later: Callable[..., str]
) -> None:
    with engine.begin() as connection:
        make_person(connection)
        before, rows = schema_of(connection), counts_of(connection)
    with engine.connect() as connection:
        config = alembic_config(connection)
        config.set_main_option("script_location", later())
        command.upgrade(config, "head")
    with engine.connect() as connection:
        assert counts_of(connection) == rows
        assert schema_of(connection) == before
        if engine.dialect.name == "sqlite":
            # The connection goes back to the pool with foreign keys on.
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_a_migration_that_fails_changes_nothing(engine: sa.Engine, later: Callable[..., str]) -> None:
    with engine.begin() as connection:
        make_person(connection)
        before = schema_of(connection)
    with engine.connect() as connection:
        config = alembic_config(connection)
        config.set_main_option("script_location", later(statement="INSERT INTO nowhere VALUES (1)"))
        with pytest.raises(DBAPIError):
            command.upgrade(config, "head")
    with engine.connect() as connection:
        assert schema_of(connection) == before
        assert MigrationContext.configure(connection).get_current_revision() == HEAD


def test_a_migration_that_would_break_references_is_taken_back(
    make_sqlite: Callable[[], str], later: Callable[..., str]
) -> None:
    engine = engines.make_engine(make_sqlite(), reading=False)
    with engine.begin() as connection:
        make_person(connection)
    with engine.connect() as connection:
        config = alembic_config(connection)
        config.set_main_option("script_location", later(statement="DELETE FROM users"))
        with pytest.raises(RuntimeError, match="broken references"):
            command.upgrade(config, "head")
    with engine.connect() as connection:
        assert counts_of(connection)["users"] == 1
    engine.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET reason = 'lain'",
        "UPDATE audit_events SET actor_id = NULL",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE id = 1",
    ],
)
def test_the_database_itself_keeps_the_audit_trail(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        make_person(connection)
    with engine.connect() as connection, pytest.raises(IntegrityError, match="never changed"):
        connection.exec_driver_sql(statement)
    with engine.connect() as connection:
        assert counts_of(connection)["audit_events"] == 1
