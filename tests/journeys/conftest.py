"""A browser, and one server process that all journeys travel on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records import authoring, engines
from elearn.records.accounts.models import Role
from elearn.records.accounts.people import create_user
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course
from tests.faults.server import Site, environment, running
from tests.journeys.steps import PASSWORD, Window

COURSES = Path(__file__).parent / "courses"
STAFF = (
    (Role.TRAINER, "Ratna Dewi", "pelatih"),
    (Role.STAFF, "Bagus Prakoso", "petugas"),
    (Role.ADMIN, "Admin", "admin"),
)
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 12; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything of this folder as driving a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let all tests that miss the browser be told in one line, as if skipped in the same place."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report


@pytest.fixture(scope="session")
def site(
    chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server in a process of its own with the courses of this folder, a trainer, a clerk and an admin."""
    folder = tmp_path_factory.mktemp("journeys")
    site = Site(environment(folder))
    site.env["ELEARN_BASE_URL"] = site.address
    shutil.copy(sqlite_template, folder / "elearn.sqlite3")
    _fill(folder / "elearn.sqlite3")
    with running(site):
        yield site


def _fill(database: Path) -> None:
    """Put in what the journeys begin with; commands, which others test, would start a process for each."""
    engine = engines.make_engine(f"sqlite:///{database}", reading=False)
    now = datetime.now(UTC)
    by: dict[str, Any] = {"actor": None, "way": Way.COMMAND, "now": now}
    with Session(engine) as session:
        for folder in sorted(COURSES.iterdir()):
            authoring.publish_folder(
                session, folder, note="", overwrite=False, actor=None, now=now, today=now.date()
            )
        people = {
            username: create_user(
                session, name=name, username=username, roles=[role], password=PASSWORD, **by
            )
            for role, name, username in STAFF
        }
        course = session.scalars(select(Course).where(Course.slug == "kedai-ubah")).one()
        authoring.set_trainers(session, course, add=[people["pelatih"]], remove=[], **by)
        session.commit()
    engine.dispose()


@pytest.fixture
def open_window(chromium: Browser, site: Site) -> Iterator[Callable[..., Window]]:
    """Open a browser window with cookies of its own; at the end nothing may have gone wrong in any of them."""
    opened: list[Window] = []

    def open_one(*, phone: bool = True, scripts: bool = True) -> Window:
        settings = PHONE if phone else DESK
        context = chromium.new_context(
            base_url=site.address, locale="id-ID", java_script_enabled=scripts, **settings
        )
        context.set_default_timeout(15_000)
        window = Window(context.new_page(), scripts)
        opened.append(window)
        return window

    yield open_one
    for window in opened:
        window.page.context.close()
    assert [trouble for window in opened for trouble in window.troubles] == []
