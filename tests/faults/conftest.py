"""Servers of these tests: each on a database of its own that holds the course made for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from elearn.records import authoring, engines
from tests.faults.killing import FOLDER
from tests.faults.server import Site, environment, running


@dataclass
class Installation:
    """A database with the course in it, and the environment of a server on it."""

    url: str
    env: dict[str, str]


def publish_course(url: str) -> None:
    """Publish the course of these tests into the migrated database at *url*."""
    engine = engines.make_engine(url, reading=False)
    # The server has the clock of this machine, and so have its courses.
    now = datetime.now(UTC)
    with Session(engine) as session:
        authoring.publish_folder(
            session, FOLDER, note="", overwrite=False, actor=None, now=now, today=now.date()
        )
        session.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_with_course(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the course, to be copied."""
    path = tmp_path_factory.mktemp("faults") / "course.sqlite3"
    shutil.copy(sqlite_template, path)
    publish_course(f"sqlite:///{path}")
    return path


@pytest.fixture
def on_sqlite(sqlite_with_course: Path, tmp_path: Path) -> Installation:
    """An installation on SQLite in its data folder."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_with_course, data / "elearn.sqlite3")
    return Installation(f"sqlite:///{data / 'elearn.sqlite3'}", environment(data))


@pytest.fixture
def on_postgresql(make_postgresql: Callable[[], str], tmp_path: Path) -> Installation:
    """An installation on PostgreSQL."""
    url = make_postgresql()
    publish_course(url)
    return Installation(url, environment(tmp_path / "data", url))


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest) -> Installation:
    """An installation: the test runs once on each kind of database."""
    found: Installation = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture
def site(installation: Installation) -> Iterator[Site]:
    """A running server on it."""
    with running(Site(installation.env)) as site:
        yield site
