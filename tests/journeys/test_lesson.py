"""Reading a lesson: on a small screen and a wide one, with scripts and without; ticks that are never lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.faults.server import Site
from tests.journeys.steps import Window, new_learner, sign_in, sign_up

COURSE = "kedai-baca"
LESSON = f"/kursus/{COURSE}/tiga-kendi"
SECOND = f"/kursus/{COURSE}/empat-tungku"
LINES = ("Kendi kecil sudah saya foto", "Kendi besar sudah saya foto", "Semua kendi punya nomor")

#: A browser with an Indonesian voice that says nothing and ends when the test says so.
VOICE = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "en-US" }, { lang: "in_ID" }],
  speak: (one) => window.spoken.push(one),
  cancel: () => { window.silenced = (window.silenced || 0) + 1; },
  addEventListener() {},
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.mark.parametrize(("phone", "scripts"), [(True, True), (True, False), (False, True)])
def test_a_lesson_is_read_with_everything_in_it(
    open_window: Callable[..., Window], site: Site, phone: bool, scripts: bool
) -> None:
    window = open_window(phone=phone, scripts=scripts)
    page = window.page
    window.open(LESSON)

    page.get_by_text("Isi modul ini (3 bagian)").click()
    page.get_by_role("link", name="Daftar kendi").click()
    assert page.url.endswith("#isi-daftar-kendi")

    check_tables(page, phone=phone)
    check_explanations(page, scripts=scripts)
    check_sources(page)
    page.get_by_text("Apakah kendi retak boleh dijual?").click()
    expect(page.get_by_text("Tanyakan NIB pembuatnya.")).to_be_visible()
    shared = page.get_by_role("link", name="Bagikan lewat WhatsApp").get_attribute("href") or ""
    assert shared.startswith("https://wa.me/?text=Tiga%20kendi")
    assert shared.endswith("%2Fkursus%2Fkedai-baca%2Ftiga-kendi")
    expect(page.get_by_role("button", name="Salin tautan")).to_be_visible(visible=scripts)
    expect(page.get_by_role("button", name="Dengarkan")).to_be_hidden()

    page.set_viewport_size({"width": 320, "height": 568})
    window.look()
    if scripts:
        check_letters(window)
    window.take_picture(f"pelajaran-{'hp' if phone else 'meja'}-{'skrip' if scripts else 'tanpa'}")


def check_tables(page: Page, *, phone: bool) -> None:
    """A table of few columns is cards on a phone; a wide one is pushed aside in its own box, by keyboard too."""
    narrow = page.get_by_role("region", name="Tabel: Bayar sendiri, Dibantu")
    cell = narrow.get_by_text("Pendamping yang datang ke kedai")
    label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert ("Bayar sendiri" in label) is phone
    wide = page.get_by_role("region", name=re.compile("^Tabel: Kendi, Asal"))
    wide.focus()
    before = wide.evaluate("box => box.scrollWidth - box.clientWidth")
    assert (before > 0) is phone


def check_explanations(page: Page, *, scripts: bool) -> None:
    word = page.get_by_role("link", name="BPJPH").first
    meaning = "Badan Penyelenggara Jaminan Produk Halal"
    if scripts:
        word.press("Enter")
        expect(page.get_by_role("status").filter(has_text=f"BPJPH: {meaning}")).to_be_visible()
        expect(word).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("[data-arti]")).to_be_hidden()
        page.locator("abbr", has_text="BPJPH").nth(1).click()
        expect(page.locator("[data-arti]")).to_contain_text(meaning)
        page.get_by_role("button", name="Tutup").click()
        expect(page.locator("[data-arti]")).to_be_hidden()
        return
    word.click()
    assert page.url.endswith("#isi-istilah.1")
    expect(page.locator("[id='isi-istilah.1']")).to_contain_text(meaning)
    page.get_by_role("link", name="Kembali ke tulisan: BPJPH").click()
    assert page.url.endswith("#isi-istilah.1.1")


def check_sources(page: Page) -> None:
    sources = page.locator(".src li")
    expect(sources).to_have_count(2)
    expect(sources.nth(0)).to_contain_text("Pasal 4 · bpjph.halal.go.id · 10 September 2026")
    expect(sources.nth(1)).to_contain_text("2021")
    # What belongs together stands together: title above, facts right below, from the same edge.
    title, facts = sources.nth(0).locator("a").bounding_box(), sources.nth(0).locator("small").bounding_box()
    assert title is not None
    assert facts is not None
    assert abs(title["x"] - facts["x"]) < 1
    assert facts["y"] >= title["y"]


def check_letters(window: Window) -> None:
    page = window.page
    measure = (
        "document.querySelector('[data-teks]').firstElementChild.computedStyleMap().get('font-size').value"
    )
    sizes = [page.evaluate(measure)]
    for words in ("Huruf biasa", "Huruf besar"):
        page.get_by_role("button", name=words).click()
        sizes.append(page.evaluate(measure))
        window.look()
    assert sizes == [18, 21, 24]
    page.reload()
    assert page.evaluate(measure) == 24
    page.get_by_role("button", name="Huruf terbesar").click()
    assert page.evaluate(measure) == 18


def test_a_lesson_is_read_aloud_paragraph_by_paragraph(open_window: Callable[..., Window]) -> None:
    window = open_window()
    page = window.page
    page.add_init_script(VOICE)
    window.open(LESSON)

    def spoken() -> list[str]:
        return list(page.evaluate("window.spoken.map((one) => one.text)"))

    page.get_by_role("button", name="Dengarkan").click()
    expect(page.locator(".voice")).to_have_text("Kendi pertama dicatat di BPJPH, lalu BPJPH memeriksanya.")
    assert page.evaluate("window.spoken[0].lang") == "in_ID"
    for _step in range(3):
        page.evaluate("window.spoken.at(-1).onend({ type: 'end' })")
    assert spoken()[1:] == ["Dua jalur", "Tabel: Bayar sendiri, Dibantu", "Tabel lebar"]

    page.get_by_role("button", name="Jeda").click()
    page.evaluate("window.spoken.at(-1).onend({ type: 'end' })")
    assert len(spoken()) == 4
    page.get_by_role("button", name="Lanjutkan").click()
    # The paragraph that was broken off says late that it has ended.
    page.evaluate("window.spoken[3].onend({ type: 'end' })")
    assert spoken()[4:] == ["Tabel lebar"]
    page.get_by_role("button", name="Berhenti").click()
    expect(page.get_by_role("button", name="Dengarkan")).to_be_visible()
    expect(page.get_by_role("button", name="Berhenti")).to_be_hidden()
    assert page.locator(".voice").count() == 0

    page.get_by_role("button", name="Dengarkan").click()
    assert spoken()[5:] == [spoken()[0]]
    for _step in range(20):
        page.evaluate("window.spoken.at(-1).onend({ type: 'end' })")
    # A question is read, its hidden answer is not; at the end the button is as it was.
    assert any("kendi retak" in words for words in spoken())
    assert not any("NIB pembuatnya" in words for words in spoken())
    expect(page.get_by_role("button", name="Dengarkan")).to_be_visible()


# --- Ticks -------------------------------------------------------------------------------------------


def tick(page: Page, words: str) -> None:
    page.get_by_label(re.compile(words)).click()


def expect_ticks(page: Page, *on: bool) -> None:
    for words, ticked in zip(LINES, on, strict=False):
        expect(page.get_by_label(re.compile(words))).to_be_checked(checked=ticked)


def stored(page: Page) -> dict[str, Any]:
    """Return what waits in the browser."""
    found = page.evaluate("JSON.stringify({...localStorage})")
    return {key: json.loads(value) for key, value in json.loads(found).items() if "centang" in key}


def forgive(window: Window, words: str) -> None:
    """Leave out what the browser itself says about replies that the test wanted to fail."""
    window.troubles[:] = [trouble for trouble in window.troubles if words not in trouble]


def other_tab(window: Window) -> Window:
    return Window(window.page.context.new_page(), scripts=False)


def test_ticks_are_saved_at_once_in_two_tabs_and_wait_while_the_network_is_away(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    page = window.page
    new_learner(window, "Wayan Kendi", COURSE)
    window.open(LESSON)
    other = other_tab(window)
    other.open(LESSON)

    tick(page, LINES[0])
    expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    expect(page.locator(".checks li").first).to_contain_text("tersimpan")
    expect_ticks(other.page, True, False, False)
    tick(other.page, LINES[1])
    expect(other.page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    expect_ticks(page, True, True, False)

    page.context.set_offline(True)
    tick(page, LINES[2])
    tick(page, LINES[0])
    expect(page.locator("[data-simpan]")).to_contain_text("Belum tersimpan")
    expect(page.locator(".checks li").nth(2)).to_contain_text("menunggu dikirim")
    expect_ticks(page, False, True, True)
    page.context.set_offline(False)
    expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    forgive(window, "ERR_INTERNET_DISCONNECTED")
    assert stored(page) == {}
    other.page.close()

    # A dead battery before the network is back: the tick waits in the browser for the next look.
    def cut(route: Route) -> None:
        route.abort()

    page.route("**/tiga-kendi/daftar", cut)
    tick(page, LINES[0])
    expect(page.locator("[data-simpan]")).to_contain_text("Belum tersimpan")
    forgive(window, "ERR_FAILED")
    page.unroute("**/tiga-kendi/daftar", cut)
    window.open(LESSON)
    expect_ticks(page, True, True, True)
    expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    assert stored(page) == {}
    window.open(LESSON)
    expect_ticks(page, True, True, True)


def test_on_a_shared_phone_waiting_ticks_are_sent_and_shown_only_under_their_own_account(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    page = window.page
    first = new_learner(window, "Nyoman Kendi", COURSE)
    window.open(LESSON)
    other = other_tab(window)
    other.open("/akun")
    other.press("Keluar")

    tick(page, LINES[0])
    expect(page.locator("[data-simpan]")).to_contain_text("Anda sudah keluar. Masuk dulu, ya.")
    forgive(window, "status of 401")
    new_learner(other, "Ketut Tungku", COURSE)
    # The tab of the first learner stands open still: what it sends is refused, not taken for the second.
    with page.expect_response("**/tiga-kendi/daftar") as refused:
        tick(page, LINES[1])
    assert refused.value.status == 403
    expect(page.locator("[data-simpan]")).to_contain_text("Anda sudah keluar")
    other.open(LESSON)
    expect_ticks(other.page, False, False, False)
    other.open("/akun")
    other.press("Keluar")
    other.page.close()

    sign_in(window, first)
    forgive(window, "status of 403")
    window.open(LESSON)
    expect_ticks(page, True, True, False)
    expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    assert stored(page) == {}


def test_what_a_visitor_ticked_is_taken_over_for_all_lessons_with_one_press(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    page = window.page
    window.open(LESSON)
    tick(page, LINES[0])
    expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan di HP ini")
    tick(page, LINES[2])
    window.open(SECOND)
    tick(page, "Tungku sudah dingin")
    window.open("/daftar?next=/belajar")
    sign_up(window, "Made Tungku")

    window.open(LESSON)
    expect_ticks(page, False, False, False)
    expect(page.get_by_text("Daftar ini pernah dicentang di HP ini sebelum masuk.")).to_be_visible()
    window.open("/belajar")
    page.get_by_role("button", name="Ambil centang itu").click()
    expect(page.get_by_text("Centang sudah diambil")).to_be_visible()
    window.open(LESSON)
    expect_ticks(page, True, False, True)
    expect(page.get_by_role("button", name="Ambil centang itu")).to_be_hidden()
    window.open(SECOND)
    expect(page.get_by_label("Tungku sudah dingin")).to_be_checked()
    window.open("/belajar")
    expect(page.get_by_role("button", name="Ambil centang itu")).to_be_hidden()


def test_without_scripts_a_stale_form_changes_only_what_was_pressed_in_it(
    open_window: Callable[..., Window],
) -> None:
    window = open_window(scripts=False)
    page = window.page
    new_learner(window, "Putu Kendi", COURSE)
    window.open(LESSON)
    other = other_tab(window)
    other.open(LESSON)
    tick(other.page, LINES[0])
    other.press("Simpan daftar")
    other.page.close()

    tick(page, LINES[1])
    window.press("Simpan daftar")
    expect(page.get_by_text("Daftar Anda tersimpan.")).to_be_visible()
    expect_ticks(page, True, True, False)
    tick(page, LINES[0])
    window.press("Simpan daftar")
    expect_ticks(page, False, True, False)
