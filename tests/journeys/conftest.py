"""A browser, and one server process that all journeys travel on."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.faults.server import Site, environment, run, running
from tests.journeys.steps import PASSWORD, Window

COURSES = Path(__file__).parent / "courses"
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
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server in a process of its own with the courses of this folder, a trainer and a clerk."""
    site = Site(environment(tmp_path_factory.mktemp("journeys")))
    site.env["ELEARN_BASE_URL"] = site.address
    commands: list[tuple[tuple[str, ...], str]] = [
        # Not `init`, which would publish the courses of the repository too.
        (("db", "upgrade"), ""),
        (("courses", "publish", str(COURSES)), ""),
        (_create("trainer", "Ratna Dewi", "pelatih"), PASSWORD),
        (_create("staff", "Bagus Prakoso", "petugas"), PASSWORD),
        (("courses", "trainers", "kedai-ubah", "--add", "pelatih"), ""),
    ]
    for words, stdin in commands:
        done = run(site.env, *words, stdin=stdin)
        assert done.returncode == 0, done.stdout + done.stderr
    with running(site):
        yield site


def _create(role: str, name: str, username: str) -> tuple[str, ...]:
    return ("users", "create", "--role", role, "--name", name, "--username", username, "--password-stdin")


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
