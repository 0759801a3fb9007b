"""A trainer mends a course while people are in the middle of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.conftest import COURSES
from tests.journeys.steps import Pick, Window, answer_all, hand_in, new_learner, sign_in, start_quiz

COURSE = "kedai-ubah"
MODULE = f"/kursus/{COURSE}/kenali-lembaga"
FILE = "01-kenali-lembaga.md"
OLD = (COURSES / COURSE / FILE).read_text("utf-8")
MENDED = (
    OLD.replace("diterbitkan oleh lembaga pemeriksa.", "diterbitkan oleh badan penyelenggara.")
    .replace("- [x] Lembaga pemeriksa", "- [ ] Lembaga pemeriksa")
    .replace("- [ ] Badan penyelenggara", "- [x] Badan penyelenggara")
)
MISTAKE = "- [v] Badan penyelenggara"
BROKEN = MENDED.replace("- [x] Badan penyelenggara", MISTAKE)
LINE = BROKEN.splitlines().index(MISTAKE) + 1
NOTE = "Penerbit sertifikat dibetulkan"

OLD_KEY = {"Siapa yang menerbitkan": Pick(("Lembaga pemeriksa",))}
NEW_KEY = {"Siapa yang menerbitkan": Pick(("Badan penyelenggara",))}


def test_a_trainer_mends_a_key_and_those_in_the_middle_keep_what_they_have(
    open_window: Callable[..., Window],
) -> None:
    finished = open_window(scripts=False)
    begin_the_quiz(finished, "Rahma Yunita")
    hand_in(finished)
    finished.heading("Bagus, Anda lulus kuis ini")
    halfway = open_window(scripts=False)
    begin_the_quiz(halfway, "Hasan Basri")

    desk = open_window(phone=False)
    open_the_file(desk)
    write_with_a_mistake(desk)
    publishing_is_refused(desk)
    mend(desk)
    publish_with_a_note(desk)

    hand_in(halfway)
    halfway.heading("Bagus, Anda lulus kuis ini")
    expect(halfway.page.get_by_text("Jawaban yang tepat:").locator("..")).to_contain_text("Lembaga pemeriksa")

    see_it_completed(finished)
    finished.open(MODULE)
    expect(finished.page.get_by_text("diterbitkan oleh badan penyelenggara.")).to_be_visible()
    # The new attempt asks the new text: what was right is wrong now, and what was learnt is not taken away.
    finished.press("Buka kuis lagi")
    start_quiz(finished)
    answer_all(finished, OLD_KEY)
    hand_in(finished)
    finished.heading("Belum lulus. Baca ulang sebentar, lalu coba lagi.")
    see_it_completed(finished)
    finished.open(f"{MODULE}/kuis")
    start_quiz(finished)
    answer_all(finished, NEW_KEY)
    hand_in(finished)
    finished.heading("Bagus, Anda lulus kuis ini")


def begin_the_quiz(window: Window, name: str) -> None:
    """Sign up, enrol, and answer by the old text up to the page before handing in."""
    new_learner(window, name, COURSE)
    window.open(f"{MODULE}/kuis")
    start_quiz(window)
    answer_all(window, OLD_KEY)


def see_it_completed(window: Window) -> None:
    window.open(f"/kursus/{COURSE}")
    line = window.page.locator("#isi-kursus").get_by_role("listitem").filter(has_text="Kenali lembaga")
    expect(line).to_contain_text("Selesai")


def open_the_file(desk: Window) -> None:
    sign_in(desk, "pelatih")
    desk.press("Pelatih")
    desk.take_picture("pelatih-kursus-saya")
    desk.press("Kedai yang Berubah")
    desk.take_picture("pelatih-kursus")
    desk.press("Kenali lembaga")
    expect(desk.page.get_by_label("Isi file (Markdown)")).to_have_value(OLD)


def write_with_a_mistake(desk: Window) -> None:
    page = desk.page
    page.get_by_label("Isi file (Markdown)").fill(BROKEN)
    # Saved by itself: the preview is renewed, and the problem stands there with its line.
    expect(page.locator("#masalah")).to_contain_text(f"Baris {LINE}")
    expect(page.locator("#masalah")).to_contain_text("K11")
    expect(page.locator("#masalah")).to_contain_text(MISTAKE)
    expect(page.locator("#pratinjau")).to_contain_text("diterbitkan oleh badan penyelenggara.")
    expect(page.locator("#status")).to_contain_text("Tersimpan pukul")
    page.get_by_role("link", name=f"Baris {LINE}").click()
    assert page.evaluate("getSelection().toString()") == MISTAKE
    desk.take_picture("pelatih-penyunting")


def publishing_is_refused(desk: Window) -> None:
    page = desk.page
    desk.press("Terbitkan")
    expect(page.get_by_text("Bisa diterbitkan setelah 1 hal dibetulkan.")).to_be_visible()
    expect(page.get_by_role("link", name=f"{FILE}, baris {LINE}")).to_be_visible()
    expect(page.get_by_role("button", name="Terbitkan")).to_be_disabled()
    desk.take_picture("pelatih-tertahan")
    token = page.locator("main [name=csrf_token]").first.input_value()
    answer = page.request.post(page.url, form={"csrf_token": token, "catatan": NOTE})
    assert answer.status == 422
    assert f"{FILE}, baris {LINE}" in answer.text()
    desk.open(f"/pelatih/kursus/{COURSE}/riwayat")
    expect(page.get_by_role("rowheader")).to_have_text(["Ke-1"])


def mend(desk: Window) -> None:
    page = desk.page
    desk.open(f"/pelatih/kursus/{COURSE}/file/{FILE}#baris-{LINE}")
    page.get_by_label("Isi file (Markdown)").fill(MENDED)
    desk.press("Simpan konsep")
    expect(page.get_by_text("Konsep tersimpan.")).to_be_visible()
    expect(page.locator("#masalah")).to_contain_text("Tidak ada yang perlu dibetulkan.")


def publish_with_a_note(desk: Window) -> None:
    page = desk.page
    desk.press("Terbitkan")
    expect(page.get_by_text("karena kunci soal yang sudah dijawab berubah")).to_be_visible()
    expect(page.locator("main")).to_contain_text("K84")
    desk.take_picture("pelatih-terbitkan")
    desk.press("Terbitkan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Terbitkan")
    desk.take_picture("pelatih-terbitkan-tanpa-catatan")
    page.get_by_label(re.compile("^Catatan")).fill(NOTE)
    desk.press("Terbitkan")
    expect(page.get_by_text("Terbit. Ini terbitan ke-2.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Ke-2")
    expect(row).to_contain_text(NOTE)
    expect(row).to_contain_text("Ratna Dewi")
    expect(row).to_contain_text("Tayang")
    desk.take_picture("pelatih-riwayat")
