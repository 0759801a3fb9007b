"""Taking one's own data home, and asking to be erased; the admin who carries it out; with scripts and without."""

from __future__ import annotations

import json
import zipfile

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import PASSWORD, new_learner, sign_in


@pytest.mark.parametrize(("phone", "scripts"), [(True, False), (False, True)])
def test_a_learner_takes_everything_home_and_is_erased(open_window, phone, scripts):
    name = f"Hj. Siti Ma'rifah {'HP' if phone else 'Meja'}"
    window = open_window(phone=phone, scripts=scripts)
    page = window.page
    key = new_learner(window, name, "kedai-uji")
    window.open("/akun")
    window.press("Buka data saya")
    window.heading("Data saya")
    form = page.locator("#unduh")
    form.get_by_label("Kata sandi Anda").fill(PASSWORD)
    with page.expect_download() as download:
        form.get_by_role("button", name="Unduh data saya").click()
    assert download.value.suggested_filename == "data-saya.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert json.loads(archive.read("data.json"))["akun"]["nama"] == name

    page.get_by_text("Saya ingin data saya dihapus").click()
    page.get_by_label("Ikut dihapus.").check()
    page.locator("#hapus").get_by_label("Kata sandi Anda").fill("bukan-kata-sandinya")
    window.press("Minta penghapusan")
    expect(page.locator("#hapus .err")).to_be_visible()
    # What was chosen stands there still; only the password is asked for again.
    expect(page.get_by_label("Ikut dihapus.")).to_be_checked()
    page.locator("#hapus").get_by_label("Kata sandi Anda").fill(PASSWORD)
    window.press("Minta penghapusan")
    expect(page.locator("#hapus")).to_contain_text("Petugas akan melaksanakannya")
    window.take_picture(f"data-saya-{'hp' if phone else 'meja'}")
    window.press("Batalkan permintaan")
    expect(page.get_by_text("Data Anda tetap ada")).to_be_visible()
    page.get_by_text("Saya ingin data saya dihapus").click()
    page.get_by_label("Tetap bisa dicek.").check()
    page.locator("#hapus").get_by_label("Kata sandi Anda").fill(PASSWORD)
    window.press("Minta penghapusan")

    admin = open_window(phone=phone, scripts=scripts)
    sign_in(admin, "admin")
    admin.open("/admin/orang")
    admin.press("Lihat permintaan")
    card = admin.page.locator("section", has_text=name)
    card.get_by_label("Saya sudah memeriksa.").check()
    with admin.page.expect_navigation():
        card.get_by_role("button", name="Hapus data orang ini").click()
    admin.look()
    expect(admin.page.locator("main")).not_to_contain_text(name)

    window.open("/akun/data")
    window.heading("Masuk")
    page.get_by_label("Nomor HP, e-mail, atau nama pengguna").fill(key)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    window.press("Masuk")
    window.heading("Masuk")
