"""A site with everybody on it, made once and copied for each test; browsers that are signed in when asked."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from elearn.app import create_app
from elearn.records import engines
from elearn.records.accounts import passwords
from elearn.web.settings import Settings
from tests.conftest import NOW
from tests.pages.conftest import (
    Page,
    _cheap_passwords,
    get,
    make_client,
    now,
    post,
    records,
    send,
    statements,
    visitor,
)
from tests.security.world import KEYS, PASSWORD, World, build

__all__ = ["_cheap_passwords", "make_client", "now", "records", "statements", "visitor"]

SECRET = "0123456789abcdefghijklmnopqrstuvwxyz-kunci-uji"


@dataclass
class Site:
    """The site under attack: its browsers by who sits before them."""

    app: Flask
    world: World
    make_client: Callable[[], FlaskClient]

    def browser(self, who: str) -> FlaskClient:
        """Return a new browser in which *who* is signed in."""
        client = self.make_client()
        if who == "visitor":
            return client
        page = get(client, "/masuk")
        answer = send(client, page, "/masuk", kunci=KEYS[who], sandi=PASSWORD)
        assert answer.status == 303 or who == "off", (who, answer.text)
        return client


def site_settings(folder: Path, url: str = "") -> Settings:
    return Settings(data_dir=folder, database_url=url, secret_key=SECRET, base_url="https://kelas.example")


def fill(url: str, settings: Settings) -> World:
    """Build the world in the empty database at *url*."""
    engine = engines.make_engine(url, reading=False)
    hasher = passwords._HASHER
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    try:
        with Session(engine) as session:
            world = build(session, settings, NOW)
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        passwords._HASHER = hasher
        engine.dispose()
    return world


@pytest.fixture(scope="session")
def world_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    path = tmp_path_factory.mktemp("world") / "world.db"
    shutil.copy(sqlite_template, path)
    return path, fill(f"sqlite:///{path}", site_settings(path.parent))


@pytest.fixture
def settings(tmp_path: Path, world_template: tuple[Path, World]) -> Settings:
    shutil.copy(world_template[0], tmp_path / "elearn.sqlite3")
    return site_settings(tmp_path)


@pytest.fixture
def world(world_template: tuple[Path, World]) -> World:
    return world_template[1]


@pytest.fixture
def app(settings: Settings, now: Callable[..., Any]) -> Iterator[Flask]:
    yield from running(settings)


def running(settings: Settings) -> Iterator[Flask]:
    """Yield the application of *settings*, as it runs for people."""
    application = create_app(settings)
    application.config["PROPAGATE_EXCEPTIONS"] = False
    yield application
    with application.app_context():
        from elearn.web.extensions import db

        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def site(app: Flask, world: World, make_client: Callable[[], FlaskClient]) -> Site:
    return Site(app, world, make_client)


@pytest.fixture
def snapshot(records: Any) -> Callable[[], dict[str, str]]:
    """What each table of records holds, as a digest; counters and sessions are technical rows."""
    technical = {"rate_counters", "user_sessions"}

    def take() -> dict[str, str]:
        with records() as session:
            names = set(sa.inspect(session.get_bind()).get_table_names()) - technical
            return {
                name: hashlib.sha256(
                    repr(sorted(map(repr, session.execute(sa.text(f'SELECT * FROM "{name}"'))))).encode()
                ).hexdigest()
                for name in sorted(names)
            }

    return take


__all__ += ["Page", "Site", "post"]
