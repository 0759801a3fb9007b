"""The site with everybody on it, served from this process, and browsers in which they are signed in."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, template_rendered
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server

from elearn.app import create_app
from elearn.records import engines
from elearn.records.accounts import passwords
from elearn.records.audit.models import Way
from elearn.records.authoring import publish
from elearn.records.catalogue.models import Origin
from elearn.web.clock import utc_now
from elearn.web.extensions import db
from elearn.web.settings import Settings
from tests.conftest import ROOT
from tests.security.world import KEYS, PASSWORD, World, build

COURSE = ROOT / "courses" / "sertifikasi-halal"


@dataclass
class Site:
    """A running site; it notes which templates it has shown."""

    app: Flask
    address: str
    world: World
    shown: set[str] = field(default_factory=set)

    @contextmanager
    def records(self) -> Iterator[Session]:
        """A session of one's own, committed at the end of the block."""
        with self.app.app_context(), Session(db.engine) as session:
            yield session
            session.commit()


@pytest.fixture(scope="session")
def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("accessible")
    shutil.copy(sqlite_template, folder / "elearn.sqlite3")
    server = make_server("127.0.0.1", 0, _not_yet, threaded=True)
    settings = Settings(
        data_dir=folder,
        secret_key="0123456789abcdefghijklmnopqrstuvwxyz-kunci-uji",
        base_url=f"http://127.0.0.1:{server.server_port}",
        contact_whatsapp="6281234567890",
        contact_text="Senin sampai Jumat, 08.00 sampai 16.00 WIB",
    )
    # Every request would be a line.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(settings)
    site = Site(app, settings.base_url, _fill(settings))

    def note(_app: Flask, template: Any, **_more: Any) -> None:
        site.shown.add(template.name)

    server.app = app
    with template_rendered.connected_to(note, app), _served(server):
        yield site
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _not_yet(_environ: dict[str, Any], _start_response: Any) -> list[bytes]:
    raise RuntimeError("the port is only known before the site is built")


def _fill(settings: Settings) -> World:
    engine = engines.make_engine(settings.url, reading=False)
    now = utc_now()
    with Session(engine) as session:
        # Only here: the site outlives the tests of this folder, and others look at the real cost.
        hasher, passwords._HASHER = passwords._HASHER, PasswordHasher(1, 8, 1)
        try:
            world = build(session, settings, now)
        finally:
            passwords._HASHER = hasher
        # A course as trainers write it: long lessons with tables, pictures, alerts and checklists.
        publish(
            session,
            slug=COURSE.name,
            files={str(path.relative_to(COURSE)): path.read_bytes() for path in COURSE.rglob("*.*")},
            note="",
            origin=Origin.FOLDER,
            actor=None,
            way=Way.COMMAND,
            now=now,
            today=now.date(),
        )
        session.commit()
    engine.dispose()
    return world


@contextmanager
def _served(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.fixture(scope="session")
def windows(chromium: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """Give the one window in which somebody is signed in; `nobody` has a new one each time."""
    contexts: dict[str, BrowserContext] = {}

    def window(who: str) -> Page:
        if who not in contexts:
            contexts[who] = chromium.new_context(base_url=site.address, locale="id-ID")
            contexts[who].set_default_timeout(20_000)
            page = contexts[who].new_page()
            if who in KEYS:
                sign_in(page, who)
        return contexts[who].pages[0]

    yield window
    for context in contexts.values():
        context.close()


def sign_in(page: Page, who: str) -> None:
    page.goto("/masuk")
    page.locator("[name=kunci]").fill(KEYS[who])
    page.locator("[name=sandi]").fill(PASSWORD)
    page.locator("form:has([name=sandi]) button.btn").click()
    page.wait_for_url("**/belajar")
