"""Every page, light and dark, on a phone and on a desk: for every eye, by keyboard alone, at 320 px and at 200%.

A line of `pages.PAGES` is one test. A page is opened once and looked at in all its forms, so that the whole
takes no longer than it has to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.accessibility.conftest import Site
from tests.accessibility.pages import PAGES, Shown
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
#: The narrowest phone; and what is left of a desk's screen at 200%.
NARROW = ({"width": 320, "height": 640}, {"width": 640, "height": 450})
#: Everything axe knows that is certain; besides it the size of what is tapped, which axe leaves out by itself.
EVERYTHING: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
    "preload": False,
}
#: What depends on the colours alone.
COLOURS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "preload": False,
}
WALK = Path(__file__).with_name("walk.js").read_text("utf-8")


@pytest.fixture(scope="session")
def axe() -> str:
    return str(Axe().axe_script)


@pytest.mark.parametrize("shown", PAGES, ids=str)
def test_a_page_is_for_everybody(shown: Shown, site: Site, windows: Callable[[str], Page], axe: str) -> None:
    page = windows(shown.who)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    shown.open(page, site)
    assert shown.template in site.shown, f"{page.url} shows another template: {page.title()}"
    page.evaluate(axe)

    troubles = _violations(page, EVERYTHING, "phone, light")
    page.emulate_media(color_scheme="dark")
    troubles += _violations(page, COLOURS, "phone, dark")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    troubles += _violations(page, EVERYTHING, "desk, dark")
    page.emulate_media(color_scheme="light")
    troubles += _violations(page, COLOURS, "desk, light")
    for size in (*NARROW, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        troubles += _too_wide(page, size["width"])
    troubles += [f"moves: {one}" for one in page.evaluate(WALK + "; moving()")]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    troubles += _keyboard(page)

    assert not troubles, page.url + "\n" + "\n".join(troubles)


def test_every_template_of_a_page_is_in_the_table() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "elearn").rglob("*.html")}
    frames = {"base.html", "desk/base.html"}
    found = {
        _name(path)
        for path, text in texts.items()
        for extended in re.findall(r'{% extends "([^"]+)" %}', text)
        if extended in frames
    } - frames

    assert found - {shown.template for shown in PAGES} == set()
    assert {shown.template for shown in PAGES} - found == set()


def _name(path: Path) -> str:
    """Return what a template is called where it is rendered."""
    return str(path).rpartition("/templates/")[2]


def _violations(page: Page, options: dict[str, Any], form: str) -> list[str]:
    results = AxeResults(page.evaluate("options => axe.run(document, options)", options))
    return [
        f"{form}: {one['id']} ({one['help']}): "
        + "; ".join(
            f"{' '.join(map(str, node['target']))} {node['html'][:120]!r} {_why(node)}"
            for node in one["nodes"][:4]
        )
        for one in results.response["violations"]
    ]


def _why(node: dict[str, Any]) -> str:
    """Return the figures of a contrast that is too low, and of what is too small."""
    return ", ".join(one["message"] for one in [*node["any"], *node["all"], *node["none"]])[:220]


def _too_wide(page: Page, width: int) -> list[str]:
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    if wide <= width:
        return []
    return [f"at {width} px it is {wide} px wide: {page.evaluate(WALK + '; widest()')}"]


def _keyboard(page: Page) -> list[str]:
    """Walk with the Tab key from the top to the end: everything is met, in its order, and seen."""
    stops = page.evaluate(WALK + "; begin()")
    for _press in range(stops):
        page.keyboard.press("Tab")
    for _more in range(40):
        # Parts of a date are stops of their own, and a box that scrolls may be one.
        if page.evaluate("() => walk.isAtEnd()"):
            break
        page.keyboard.press("Tab")
    troubles: list[str] = page.evaluate("() => walk.troubles()")
    return [f"keyboard: {one}" for one in troubles]
