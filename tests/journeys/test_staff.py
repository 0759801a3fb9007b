"""Staff enter people, see who finished what, and answer for a certificate."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.journeys.steps import (
    PASSWORD,
    Pick,
    Window,
    answer_all,
    hand_in,
    new_learner,
    sign_in,
    start_quiz,
)

COURSE = "kedai-kilat"
TITLE = "Kedai Kilat"
COHORT = "2026 gelombang uji"
GRADUATE, OTHER, NEWCOMER = "Lestari Handayani", "Dewi Anggraini", "Sumarni"
CORRECTED = "Lestari Handayani Putri"
REASON = "Tertukar dengan peserta lain"


def test_staff_enter_people_report_completions_and_revoke_a_certificate(
    open_window: Callable[..., Window], tmp_path: Path
) -> None:
    graduate = open_window(scripts=False)
    phone = finish_the_course(graduate, GRADUATE, "Pringsewu")
    certificate = graduate.page.url
    code = graduate.page.locator("dt:text-is('Kode cek') + dd").inner_text()
    number = graduate.page.locator("dt:text-is('Nomor') + dd").inner_text()
    finish_the_course(open_window(scripts=False), OTHER, "Metro")

    desk = open_window(phone=False)
    sign_in(desk, "petugas")
    make_a_cohort(desk)
    link = enter_somebody_new(desk)
    activate(open_window(), link)

    see_completions(desk)
    rows = download_completions(desk, tmp_path)
    assert [row["Nama"] for row in rows] == [GRADUATE]
    row = rows[0]
    assert row["Nomor HP"] == phone.replace(" ", "-")
    assert (row["Kabupaten/kota"], row["Kursus"], row["Status"]) == ("Pringsewu", TITLE, "Lulus")
    assert row["Nomor sertifikat"] == number

    correct_the_name(desk, code)
    revoke(desk, number)
    stranger = open_window()
    stranger.open(certificate)
    stranger.heading("Sertifikat ini sudah dicabut")
    expect(stranger.page.get_by_role("main")).to_contain_text(REASON)
    expect(stranger.page.get_by_role("main")).to_contain_text(GRADUATE)
    stranger.take_picture("cek-dicabut")


def finish_the_course(window: Window, name: str, regency: str, course: str = COURSE) -> str:
    """Sign up and take the shortest way to a certificate; return the phone number."""
    phone = new_learner(window, name, course, regency)
    window.open(f"/kursus/{course}/baca-sebentar")
    window.press("Tandai sudah dibaca")
    window.press("Kuis akhir kilat")
    start_quiz(window)
    answer_all(window, {"Apakah semua bahan": Pick(("Ya",))})
    hand_in(window)
    window.press("Terbitkan sertifikat")
    window.press("Terbitkan sertifikat")
    window.heading("Sertifikat ini asli dan berlaku")
    return phone


def make_a_cohort(desk: Window) -> None:
    page = desk.page
    desk.open("/staf/angkatan")
    desk.press("Angkatan baru")
    page.get_by_label("Nama angkatan").fill(COHORT)
    page.get_by_label("Mulai").fill(today(0))
    page.get_by_label(TITLE).check()
    desk.take_picture("petugas-angkatan-baru")
    desk.press("Buat angkatan")
    desk.heading(COHORT)
    page.get_by_label(re.compile("^Nama, nomor HP")).fill(GRADUATE)
    desk.press("Cari")
    desk.take_picture("petugas-angkatan-cari")
    desk.press("Masukkan ke angkatan")
    expect(page.get_by_text(f"{GRADUATE} masuk angkatan ini.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=GRADUATE)).to_contain_text("1 dari 1")
    desk.take_picture("petugas-angkatan")


def enter_somebody_new(desk: Window) -> str:
    """Make an account for somebody without a number; return the link of the slip."""
    page = desk.page
    desk.press("Orang baru")
    page.get_by_label("Nama lengkap").fill(NEWCOMER)
    page.get_by_label("Kabupaten atau kota usaha").select_option(label="Pringsewu")
    desk.take_picture("petugas-orang-baru")
    desk.press("Buat akun dan tampilkan slip")
    slip = page.get_by_role("region", name="Slip")
    expect(slip).to_contain_text(f"Untuk: {NEWCOMER}")
    expect(slip).to_contain_text("Masuk dengan: sumarni")
    expect(page.get_by_role("button", name="Cetak")).to_be_visible()
    desk.take_picture("petugas-slip")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    desk.take_picture("petugas-slip-cetak")
    page.emulate_media(media="screen")
    link = slip.locator(".link-once").inner_text()
    desk.press("Selesai")
    expect(page.get_by_role("row").filter(has_text=NEWCOMER)).to_be_visible()
    return link


def activate(window: Window, link: str) -> None:
    """Open the link of a slip twice: only the password that is set uses it up."""
    page = window.page
    for _ in range(2):
        window.open(link)
        window.heading("Buat kata sandi")
        assert NEWCOMER not in page.content()
    window.take_picture("aktivasi")
    page.get_by_label("Kata sandi baru").fill(PASSWORD)
    window.press("Simpan dan masuk")
    window.heading(f"Halo, {NEWCOMER}")
    window.take_picture("beranda-baru")
    window.open(link)
    window.heading("Tautan ini sudah tidak berlaku")


def see_completions(desk: Window) -> None:
    """Narrow the report by course, regency, cohort and period, one after the other."""
    page = desk.page
    desk.open("/staf/kelulusan")
    desk.take_picture("petugas-kelulusan")
    page.get_by_label("Kursus", exact=True).select_option(label=TITLE)
    desk.press("Terapkan")
    see_names(desk, OTHER, GRADUATE)
    page.get_by_label("Dari tanggal").fill(today(1))
    desk.press("Terapkan")
    see_names(desk)
    page.get_by_label("Dari tanggal").fill(today(0))
    page.get_by_label("Sampai tanggal").fill(today(0))
    desk.press("Terapkan")
    see_names(desk, OTHER, GRADUATE)
    page.get_by_label("Kabupaten/kota", exact=True).select_option(label="Metro")
    desk.press("Terapkan")
    see_names(desk, OTHER)
    page.get_by_label("Angkatan", exact=True).select_option(label=COHORT)
    desk.press("Terapkan")
    see_names(desk)
    page.get_by_label("Kabupaten/kota", exact=True).select_option(label="Pringsewu")
    desk.press("Terapkan")
    see_names(desk, GRADUATE)
    desk.take_picture("petugas-kelulusan-saring")


def see_names(desk: Window, *names: str) -> None:
    table = desk.page.locator("#tabel")
    expect(table.locator("tbody th")).to_have_text(list(names))
    if not names:
        expect(table.get_by_text("Tidak ada data untuk saringan ini.")).to_be_visible()


def download_completions(desk: Window, folder: Path) -> list[dict[str, str]]:
    with desk.page.expect_download() as downloading:
        desk.act(re.compile("^Unduh CSV")).click()
    path = folder / downloading.value.suggested_filename
    downloading.value.save_as(path)
    assert path.suffix == ".csv"
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def correct_the_name(desk: Window, code: str) -> None:
    page = desk.page
    desk.open("/staf/peserta")
    page.get_by_label(re.compile("^Nama, nomor HP")).fill(code)
    desk.press("Cari")
    assert page.url.endswith("/staf/peserta"), "what was looked for stands in no address"
    desk.take_picture("petugas-cari")
    desk.press(GRADUATE)
    desk.heading(GRADUATE)
    desk.press("Perbaiki data")
    page.get_by_label("Nama lengkap").fill(CORRECTED)
    page.get_by_label("Alasan").first.fill("Sesuai KTP")
    desk.take_picture("petugas-perbaiki")
    desk.press("Simpan perbaikan")
    desk.heading(CORRECTED)
    expect(page.locator("#jejak")).to_contain_text("Alasan: Sesuai KTP")


def revoke(desk: Window, number: str) -> None:
    page = desk.page
    page.get_by_text("Cabut sertifikat", exact=True).click()
    page.locator("textarea[name=alasan]").fill(REASON)
    desk.take_picture("petugas-orang")
    desk.press(f"Cabut {number}")
    expect(page.locator("aside").get_by_text("Dicabut", exact=True)).to_be_visible()
    expect(page.locator("#jejak")).to_contain_text(f"Alasan: {REASON}")


def today(days: int) -> str:
    """Return the day of the office, *days* from now, as a date field takes it."""
    return (datetime.now(ZoneInfo("Asia/Jakarta")) + timedelta(days=days)).date().isoformat()
