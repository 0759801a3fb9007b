"""A learner asks at the end of a lesson, a trainer answers, and everybody may read it."""

from __future__ import annotations

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.journeys.steps import PASSWORD, Window, new_learner, sign_in

LESSON = "/kursus/kedai-ubah/langkah-lanjut"
ASK = "Kirim pertanyaan"


def test_from_a_question_to_an_answer_that_everybody_reads(open_window: Callable[..., Window]) -> None:
    phone = open_window()
    new_learner(phone, "Ucok Hutabarat", "kedai-ubah")
    phone.open(LESSON)
    ask(phone, "Saya Ucok. Kalau lewat https://contoh.example, boleh?")
    phone.heading("Tanya pelatih")
    expect(phone.page.get_by_text("Menunggu jawaban")).to_be_visible()
    phone.take_picture("tanya-menunggu")

    desk = open_window(phone=False)
    sign_in(desk, "pelatih")
    desk.open("/pelatih/")
    desk.press("Jawab")
    desk.take_picture("tanya-daftar-pelatih")
    desk.press(re.compile("^Saya Ucok"))
    desk.page.get_by_label("Jawaban Anda").fill("Boleh, Pak.\nCek dulu syaratnya.")
    desk.press("Kirim jawaban")
    expect(desk.page.get_by_text("Jawaban terkirim. Peserta diberi tahu.")).to_be_visible()
    desk.page.get_by_text("Baik untuk semua").click()
    desk.page.get_by_label("Pertanyaan yang dibaca semua orang").fill("Kalau lewat situs, boleh?")
    check_accessibility(desk)
    desk.take_picture("tanya-satu-pelatih")
    desk.press("Tampilkan di pelajaran")
    expect(desk.page.get_by_text("Dibaca semua orang", exact=True)).to_be_visible()

    visitor = open_window()
    visitor.open(LESSON)
    visitor.page.get_by_text("Kalau lewat situs, boleh?").click()
    shared = visitor.page.locator("#tanya-jawab")
    expect(shared.get_by_text("Cek dulu syaratnya.")).to_be_visible()
    expect(visitor.page.get_by_text("Ucok")).to_have_count(0)
    expect(visitor.page.locator("form")).to_have_count(0)
    visitor.take_picture("tanya-jawab")
    check_accessibility(visitor)

    phone.open("/tanya")
    expect(phone.page.get_by_text("Jawaban baru")).to_be_visible()
    seen = phone.page.get_by_role("button", name="Tandai sudah dibaca")
    seen.scroll_into_view_if_needed()
    expect(seen).to_be_hidden()
    check_accessibility(phone)
    phone.take_picture("tanya-dijawab")
    phone.open("/tanya")
    expect(phone.page.get_by_text("Jawaban baru")).to_have_count(0)
    phone.page.set_viewport_size({"width": 320, "height": 640})
    phone.look()
    phone.press("Langkah lanjut")
    phone.look()
    desk.page.set_viewport_size({"width": 320, "height": 640})
    desk.open("/pelatih/tanya?status=semua")


def test_without_scripts_and_signed_out_on_the_way_nothing_typed_is_lost(
    open_window: Callable[..., Window],
) -> None:
    asker = open_window(phone=False, scripts=False)
    key = new_learner(asker, "Mariana Simbolon", "kedai-ubah")
    asker.open(LESSON)
    asker.page.get_by_label("Pertanyaan Anda").fill("Apakah ini tetap ada?")
    asker.page.context.clear_cookies()
    asker.press(ASK)
    # The browser mentions that one is signed out.
    assert ["401" in trouble for trouble in asker.troubles] == [True]
    asker.troubles.clear()
    asker.page.get_by_label("Nomor HP, e-mail, atau nama pengguna").fill(key)
    asker.page.get_by_label("Kata sandi").fill(PASSWORD)
    asker.press("Masuk")
    asker.press("Kirim sekarang")
    expect(asker.page.get_by_text("Apakah ini tetap ada?")).to_be_visible()
    expect(asker.page).to_have_url(re.compile(r"/tanya/\d+$"))

    desk = open_window(phone=False, scripts=False)
    sign_in(desk, "pelatih")
    desk.open("/pelatih/tanya")
    desk.press(re.compile("^Apakah ini"))
    desk.page.get_by_label("Jawaban Anda").fill("Ada.")
    desk.press("Kirim jawaban")

    asker.open("/tanya")
    asker.press("Tandai sudah dibaca")
    expect(asker.page.get_by_text("Jawaban baru")).to_have_count(0)
    expect(asker.page.get_by_text("Ada.", exact=True)).to_be_visible()
    asker.press("Langkah lanjut")
    asker.page.get_by_label("Tulis lagi").fill("Terima kasih, Bu.")
    asker.press("Kirim pesan")
    desk.open("/pelatih/tanya")
    desk.press(re.compile("^Terima kasih"))
    desk.press("Tidak perlu dijawab")
    expect(desk.page.get_by_text("Terima kasih, Bu.")).to_have_count(0)


def ask(window: Window, text: str) -> None:
    window.page.get_by_label("Pertanyaan Anda").fill(text)
    window.press(ASK)


def check_accessibility(window: Window) -> None:
    """Let axe look at the page, light and dark."""
    for scheme in ("light", "dark"):
        window.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(window.page)
        assert found.violations_count == 0, found.generate_report()
    window.page.emulate_media(color_scheme="light")
