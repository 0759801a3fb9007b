"""Looking for a word from the catalogue and from one's own home, and getting to the place where it stands."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.steps import new_learner


@pytest.mark.parametrize(("phone", "scripts"), [(True, False), (False, True)])
def test_a_word_leads_to_the_heading_below_which_it_stands(open_window, phone, scripts):
    window = open_window(phone=phone, scripts=scripts)
    page = window.page
    new_learner(window, "Sumarni", "kedai-uji")
    for start in ("/", "/belajar"):
        window.open(start)
        box = page.get_by_role("searchbox", name="Cari kursus dan pelajaran")
        box.fill("mengelompokkan")
        with page.expect_navigation():
            box.press("Enter")
        window.look()
        window.heading("Hasil untuk “mengelompokkan”")
    expect(page.locator("mark").first).to_have_text(re.compile("kelompok", re.IGNORECASE))
    window.take_picture(f"cari-{'hp' if phone else 'meja'}")
    place = page.locator(".hits h3 a[href*='#isi-']").first
    anchor = str(place.get_attribute("href")).partition("#")[2]
    # With the keyboard alone: the link is reached and followed by Enter.
    place.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    window.look()
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_results_are_for_everybody_and_fit_every_screen(open_window):
    window = open_window(phone=True)
    page = window.page
    for typed in ("bahan", "kedia", "zzzz", "x" * 100):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": 320, "height": 600})
            window.open(f"/?cari={typed}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
    assert page.context.cookies() == []
