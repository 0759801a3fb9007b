"""Coming back: going on where one left, everything to be prepared on one page, courses put aside."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import Window, new_learner, sign_in

COURSE = "kedai-baca"
SECOND = f"/kursus/{COURSE}/empat-tungku"
TITLE = "Empat tungku"
WAYS = pytest.mark.parametrize(("phone", "scripts"), [(True, True), (True, False), (False, True)])


@WAYS
def test_one_goes_on_and_gets_ready(open_window: Callable[..., Window], phone: bool, scripts: bool) -> None:
    window = open_window(phone=phone, scripts=scripts)
    person = new_learner(window, "Sari Wulandari", COURSE)
    window.take_picture("kursus-peserta-baru")
    see_first_things_first(window, phone=phone)
    go_on_where_one_left(window)
    tick_on_the_page_with_all_lists(window)
    see_it_on_another_phone(open_window(), person)
    put_aside_and_take_up(window)


def see_first_things_first(window: Window, *, phone: bool) -> None:
    """What to do stands above what to know, one below the other on a phone."""
    page = window.page
    parts = [
        page.locator(".key"),
        page.get_by_text("Setelah belajar, Anda bisa"),
        page.get_by_role("heading", name="Isi kursus"),
        page.get_by_role("heading", name=re.compile("^Syarat")),
        page.get_by_role("heading", name="Tentang kursus ini"),
        window.act("Bagikan lewat WhatsApp"),
    ]
    tops = [box["y"] for part in parts if (box := part.bounding_box())]
    assert len(tops) == len(parts)
    if not phone:
        # Beside them: what completes the course.
        assert tops.pop(3) < tops[2]
    assert tops == sorted(tops)
    assert page.locator(".key a, .key button").first.bounding_box()["y"] < 740  # type: ignore[index]


def go_on_where_one_left(window: Window) -> None:
    """The lesson opened last is next, although it was not marked; without script it is the first one."""
    page = window.page
    if window.scripts:
        with page.expect_response(lambda reply: reply.url.endswith("/dibuka")) as noted:
            window.open(SECOND)
        assert noted.value.status == 204
    else:
        window.open(SECOND)
    window.open("/belajar")
    window.take_picture("beranda")
    heading = page.locator("#lanjut")
    if window.scripts:
        expect(heading).to_have_text(TITLE)
        expect(page.get_by_text(re.compile("Terakhir dibuka hari ini"))).to_be_visible()
        window.press("Lanjutkan belajar")
        window.heading(TITLE)
    else:
        expect(heading).not_to_have_text(TITLE)
        window.press("Mulai belajar")


def tick_on_the_page_with_all_lists(window: Window) -> None:
    page = window.page
    window.open("/belajar")
    window.press("Buka daftar kesiapan")
    window.heading("Daftar kesiapan")
    expect(page.get_by_text("0 dari 4 sudah siap").first).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 568})
    window.look()
    list_of_second = page.locator(f'form[action="{SECOND}/daftar"]')
    # By keyboard alone: the space bar ticks what has the focus.
    box = list_of_second.get_by_label("Tungku sudah dingin")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    if window.scripts:
        expect(list_of_second.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
        expect(list_of_second.get_by_role("button", name="Simpan daftar")).to_be_hidden()
        expect(page.get_by_role("button", name="Cetak")).to_be_visible()
    else:
        expect(page.get_by_role("button", name="Cetak")).to_be_hidden()
        with page.expect_navigation(wait_until="load"):
            list_of_second.get_by_role("button", name="Simpan daftar").click()
        window.look()
    expect(page.get_by_text("1 dari 4 sudah siap").first).to_be_visible()
    expect(list_of_second.get_by_text("1 dari 1 sudah siap")).to_be_visible()
    window.take_picture("kesiapan")

    window.press("Hanya yang belum")
    expect(page.get_by_label("Tungku sudah dingin")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(3)
    shared = window.act("Kirim lewat WhatsApp").get_attribute("href") or ""
    assert shared.startswith("https://wa.me/?text=Daftar%20kesiapan")
    page.emulate_media(media="print")
    expect(page.get_by_text("Sari Wulandari")).to_be_visible()
    expect(window.act("Kirim lewat WhatsApp")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.get_by_text("Sari Wulandari")).to_be_hidden()


def see_it_on_another_phone(other: Window, person: str) -> None:
    sign_in(other, person)
    other.open(SECOND)
    expect(other.page.get_by_label("Tungku sudah dingin")).to_be_checked()


def put_aside_and_take_up(window: Window) -> None:
    page = window.page
    window.open(f"/kursus/{COURSE}")
    page.get_by_text("Setelah belajar, Anda bisa").click()
    window.press("Sisihkan dulu")
    expect(page.get_by_text("Kursus disisihkan. Kemajuan Anda tetap tersimpan.")).to_be_visible()
    expect(page.locator("#lanjut")).to_have_count(0)
    window.press("Ambil lagi")
    expect(page.get_by_text("Selamat datang kembali. Kemajuan Anda masih ada.")).to_be_visible()
    expect(page.get_by_text("1 dari 4 sudah siap")).to_be_visible()
