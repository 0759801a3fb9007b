"""A learner's way from the landing page to a certificate that anybody can verify, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.certificates import read_paper
from tests.journeys.conftest import COURSES
from tests.journeys.steps import (
    Answers,
    Match,
    Order,
    Pick,
    Window,
    Write,
    answer_all,
    give,
    hand_in,
    new_learner,
    sign_up,
    start_quiz,
)

COURSE = "kedai-uji"
TITLE = "Kedai Siap Halal"

PRETEST: Answers = {"Bahan mana yang dicatat": Pick(("Semua bahan, juga air dan garam",))}
#: Every kind of question; the first is answered wrongly, which still passes.
MODULE: Answers = {
    "Lembaga mana yang menerbitkan": Pick(("LPPOM",)),
    "Dokumen apa saja": Pick(("NIB", "Daftar bahan")),
    "Garam murni": Pick(("Salah",)),
    "Apa singkatan nomor induk": Write("nib"),
    "Laku 100 bungkus": Write("Rp 5 juta"),
    "Urutkan langkah": Order(
        ("Membuat NIB di OSS", "Menyusun daftar bahan", "Mengisi pengajuan", "Menerima sertifikat")
    ),
    "Pasangkan izin": Match({"NIB": "OSS", "Izin edar MD": "BPOM", "Sertifikat halal": "BPJPH"}),
    "Ceritakan satu bahan": Write("Minyak goreng curah, karena asalnya tidak tertulis."),
}
POSTTEST: Answers = {"Apakah air juga": Pick(("Ya",)), "Modal Rp 8.000": Write("10.000")}

#: What the course text says of the key and no page may say before the result: the words planted in feedback
#: and explanations, the answers that are accepted beside the one typed above, and how the source marks it.
TEXT = (COURSES / COURSE / "01-catat-bahan.md").read_text("utf-8")
SECRETS = [
    *re.findall(r"(?:Umpan|Penjelasan) (\w+)", TEXT),
    *("Yakut", "Topas", "NPWP", "4.873.195", "4873195", "5.126.805", "5126805", "[x]", "{50%}"),
]


@pytest.fixture(params=["with scripts", "without scripts"])
def window(request: pytest.FixtureRequest, open_window: Callable[..., Window]) -> Window:
    """A phone."""
    return open_window(scripts=request.param == "with scripts")


def test_a_learner_goes_from_the_landing_page_to_a_certificate_that_says_berlaku(
    window: Window, open_window: Callable[..., Window], tmp_path: Path
) -> None:
    look_around_without_an_account(window)
    sign_up_and_enrol(window)
    take_the_pretest(window)
    take_the_first_module(window)
    read_the_second_module(window)
    take_the_posttest(window)
    name = f"Sari Wulandari {'Binti' if window.scripts else 'Putri'} Ahmad"
    confirm_the_name(window, name)

    number, code = shown_facts(window)
    with window.page.expect_download() as downloading:
        window.act("Unduh PDF").click()
    path = tmp_path / "sertifikat.pdf"
    downloading.value.save_as(path)
    paper = read_paper(path)
    assert name in paper.text
    assert TITLE in paper.text
    assert number in paper.text
    assert code in paper.text
    assert paper.address == window.page.url

    stranger = open_window()
    stranger.open(paper.address)
    stranger.heading("Sertifikat ini asli dan berlaku")
    assert shown_facts(stranger) == (number, code)
    facts = stranger.page.get_by_role("main")
    expect(facts).to_contain_text(name)
    expect(facts).to_contain_text(TITLE)
    expect(stranger.act("Unduh PDF")).to_have_count(0)
    stranger.take_picture("cek-sertifikat")


def look_around_without_an_account(window: Window) -> None:
    window.open("/")
    window.take_picture("depan")
    window.press(TITLE)
    window.heading(TITLE)
    window.take_picture("kursus-tamu")
    window.press("Mulai belajar")
    window.heading("Catat semua bahan")
    window.take_picture("pelajaran-tamu")


def sign_up_and_enrol(window: Window) -> None:
    window.press("Buat akun, gratis")
    window.take_picture("daftar")
    sign_up(window, "Sari")
    window.heading("Catat semua bahan")
    window.press(TITLE)
    window.press("Ikut kursus ini")
    window.take_picture("kursus-peserta")


def take_the_pretest(window: Window) -> None:
    expect(window.act("Lewati, langsung ke modul")).to_be_visible()
    window.press("Kerjakan pretes")
    window.heading("Tes awal kedai")
    window.take_picture("pretes")
    start_quiz(window)
    answer_all(window, PRETEST)
    hand_in(window)
    window.heading("Terima kasih, tes awal sudah selesai")
    window.take_picture("pretes-hasil")


def take_the_first_module(window: Window) -> None:
    page = window.page
    window.press("Lanjut ke “Catat semua bahan”")
    tick_the_checklist(window)
    window.press("Tandai sudah dibaca")
    window.take_picture("pelajaran-dibaca")
    window.press("Kerjakan kuis")
    start_quiz(window)
    answer_all(window, MODULE, picture="soal")
    window.take_picture("periksa")
    hand_in(window)
    window.heading("Bagus, Anda lulus kuis ini")
    window.take_picture("hasil")
    expect(page.get_by_text("Anda menjawab tepat 6 dari 7 soal.")).to_be_visible()
    wrong = page.get_by_role("listitem").filter(has_text="Lembaga mana yang menerbitkan")
    expect(wrong).to_contain_text("Belum tepat")
    expect(wrong).to_contain_text("Umpan kecubung: LPPOM hanya memeriksa.")
    expect(wrong).to_contain_text("Jawaban yang tepat: BPJPH")
    expect(wrong).to_contain_text("Penjelasan biduri")
    again = wrong.get_by_role("link", name="Baca ulang:")
    expect(again).to_have_attribute("href", f"/kursus/{COURSE}/catat-bahan#isi-kelompok-bahan")


def tick_the_checklist(window: Window) -> None:
    """Tick one item of the personal list; it is kept."""
    box = window.page.get_by_label("Semua bahan sudah saya tulis")
    box.check()
    if window.scripts:
        expect(window.page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
    else:
        window.press("Simpan daftar")
    window.open(window.page.url)
    expect(box).to_be_checked()


def read_the_second_module(window: Window) -> None:
    window.press("Lanjut ke “Hitung harga jual”")
    window.press("Tandai sudah dibaca")
    expect(window.page.get_by_text("Modul ini sudah selesai")).to_be_visible()
    window.press("Kuis akhir kedai")


def take_the_posttest(window: Window) -> None:
    start_quiz(window)
    answer_all(window, POSTTEST)
    hand_in(window)
    window.heading("Bagus, Anda lulus kuis ini")
    expect(window.page.get_by_text("Selamat, Anda sudah menyelesaikan kursus ini.")).to_be_visible()
    window.take_picture("postes-hasil")


def confirm_the_name(window: Window, name: str) -> None:
    page = window.page
    window.press("Terbitkan sertifikat")
    expect(page.get_by_label("Nama lengkap")).to_have_value("Sari")
    page.get_by_label("Nama lengkap").fill(name)
    page.get_by_label("Kabupaten atau kota usaha Anda").select_option(label="Lampung Timur")
    window.take_picture("nama-sertifikat")
    window.press("Terbitkan sertifikat")
    window.heading("Sertifikat ini asli dan berlaku")
    window.take_picture("sertifikat")


def shown_facts(window: Window) -> tuple[str, str]:
    """Return number and code as the page of a certificate shows them."""
    facts = window.page.locator("dl.facts")
    return facts.locator("dt:text-is('Nomor') + dd").inner_text(), facts.locator(
        "dt:text-is('Kode cek') + dd"
    ).inner_text()


def test_nothing_a_learner_can_fetch_tells_the_key_before_the_result(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    page = window.page
    new_learner(window, "Wati", COURSE)
    window.open(f"/kursus/{COURSE}/catat-bahan")
    window.press("Tandai sudah dibaca")
    window.press("Kerjakan kuis")
    start_quiz(window)
    attempt = page.url.split("?")[0]
    answer_all(window, MODULE)
    for address in (
        *("/", "/belajar", f"/kursus/{COURSE}", f"/kursus/{COURSE}/catat-bahan", "/sertifikat"),
        *(f"/kursus/{COURSE}/catat-bahan/kuis", attempt, f"{attempt}/soal.json"),
        *(f"{attempt}/hasil", f"{attempt}/hasil.json", f"{attempt}?tinjau=1"),
    ):
        window.received.append((address, page.request.get(address).text()))

    everything = "\n".join(text for _address, text in window.received)
    for beginning in MODULE:
        assert beginning in everything
    assert sum(address.endswith("/jawaban") for address, _text in window.received) >= len(MODULE)
    assert len(SECRETS) > 15
    assert not [
        (secret, address)
        for secret in SECRETS
        for address, text in window.received
        if secret.casefold() in text.casefold()
    ]

    before = len(window.received)
    hand_in(window)
    told = "\n".join(text for _address, text in window.received[before:]).casefold()
    # The same search finds what the result may say, so it can find.
    assert "kecubung" in told
    assert "penjelasan giok" in told


def test_a_quick_press_right_after_the_answer_goes_on_to_the_next_question(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    page = window.page
    new_learner(window, "Joko", COURSE)
    window.open(f"/kursus/{COURSE}/catat-bahan")
    window.press("Tandai sudah dibaca")
    window.press("Kerjakan kuis")
    start_quiz(window)
    for place in range(1, 9):
        expect(page.get_by_text(f"Soal {place} dari 8.")).to_be_visible()
        text = page.locator(".prompt").inner_text()
        # Nobody waits for "tersimpan": the answer is on its way when the button is pressed.
        give(page, next(answer for beginning, answer in MODULE.items() if text.startswith(beginning)))
        window.press(re.compile(r"^Simpan dan (lanjut|periksa)$"))
    window.heading("Periksa sebelum dikirim")
    expect(page.get_by_text("Semua soal sudah dijawab.")).to_be_visible()
