"""A real browser takes the site for one that can be installed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.accessibility.conftest import Site

pytestmark = pytest.mark.browser


def test_the_browser_finds_nothing_in_the_way_of_installing(
    site: Site, windows: Callable[[str], Page]
) -> None:
    page = windows("learner")
    page.goto("/belajar")
    session = page.context.new_cdp_session(page)

    found = session.send("Page.getAppManifest")
    hindrances = session.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert found["url"] == f"{site.address}/manifest.webmanifest"
    assert found["errors"] == []
    assert json.loads(found["data"])["start_url"] == "/belajar"
    # A window like that of these tests is never offered it, and nothing else is wrong.
    assert {one["errorId"] for one in hindrances} <= {"in-incognito"}
