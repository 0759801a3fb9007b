"""Getting in and staying in, on a phone: from landing to the first lesson in few steps, and the own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.steps import PASSWORD, Window, sign_in

TITLE, FIRST_LESSON = "Kedai Siap Halal", "Catat semua bahan"
#: How long one thing takes somebody of 50 with one thumb, in seconds: after published rules of thumb for
#: typing on glass (a word of the own name 4, a number 10, a password 12) and for finding a button (5),
#: and a page on a slow network (3).
TAPPING, WAITING, CHOOSING = 5, 3, 6
TYPING = {"nama": 10, "kunci": 12, "sandi": 14}


@dataclass
class Stopwatch:
    """What somebody has to do, counted while the test does it."""

    page: Page
    presses: int = 0
    typed: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    def fill(self, name: str, text: str) -> None:
        self.page.locator(f"main [name={name}]").fill(text)
        self.typed.append(name)

    def check(self, name: str) -> None:
        self.page.locator(f"main [name={name}]").check()
        self.chosen.append(name)

    def press(self, window: Window, words: str) -> None:
        window.press(words)
        self.presses += 1

    @property
    def seconds(self) -> int:
        taps = (self.presses) * (TAPPING + WAITING) + len(self.chosen) * CHOOSING
        return WAITING + taps + sum(TYPING[name] for name in self.typed)


def shown_fields(page: Page) -> dict[str, bool]:
    """Return the fields of the form by name, and whether each must be filled in."""
    found: list[Any] = page.locator("main form :is(input, select, textarea):not([type=hidden])").evaluate_all(
        "all => all.map(one => [one.name, one.required])"
    )
    return dict(found)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_landing_to_the_first_lesson_in_two_minutes(
    open_window: Callable[..., Window], scripts: bool
) -> None:
    window = open_window(scripts=scripts)
    page = window.page
    window.open("/")
    watch = Stopwatch(page)
    watch.press(window, TITLE)
    # Reading needs no account: the lesson is two presses away.
    watch.press(window, "Mulai belajar")
    window.heading(FIRST_LESSON)
    assert watch.presses == 2
    watch.press(window, "Buat akun, gratis")

    fields = shown_fields(page)
    assert len(fields) <= 6
    assert sum(not required for required in fields.values()) <= 2
    watch.fill("nama", "Suparmi")
    watch.fill("kunci", f"0812 7744 {1000 + scripts:04d}")
    watch.fill("sandi", PASSWORD)
    watch.check("setuju")
    assert set(watch.typed + watch.chosen) >= {name for name, required in fields.items() if required}
    watch.press(window, "Buat akun")

    # Signed in, and in the very lesson that was being read.
    window.heading(FIRST_LESSON)
    expect(page.get_by_role("main")).to_contain_text("Selamat belajar, Suparmi")
    assert watch.presses <= 5
    assert watch.seconds <= 120


def test_the_own_account_on_a_phone(open_window: Callable[..., Window]) -> None:
    window = open_window()
    page = window.page
    window.open("/daftar?next=/akun")
    name = "Ni’mah S. Al-Fārūq, A.Md."
    for field_name, text in (("nama", name), ("kunci", "(0812) 7755-1001"), ("sandi", PASSWORD)):
        page.locator(f"[name={field_name}]").fill(text)
    page.get_by_label("Saya setuju").check()
    window.press("Buat akun")
    expect(page.get_by_label("Nama lengkap")).to_have_value(name)
    expect(page.get_by_text("0812-7755-1001")).to_be_visible()

    other = open_window(phone=False)
    other.open("/masuk")
    expect(other.page.get_by_label("Tetap masuk di HP ini")).to_be_checked()
    sign_in(other, "62 812 7755 1001")
    other.open("/akun")
    expect(other.page.locator("#perangkat li")).to_have_count(2)

    # By keyboard alone: open the form, and change number and address.
    page.get_by_text("Ganti nomor atau e-mail").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nomor HP").fill("")
    page.get_by_label("E-mail").fill("nimah@contoh.example")
    page.locator("[name=sandi_kini]").fill("bukan ini")
    window.press("Simpan cara masuk")
    expect(page.get_by_text("Kata sandi yang sekarang belum cocok.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("nimah@contoh.example")
    window.take_picture("akun-salah")
    page.locator("[name=sandi_kini]").fill(PASSWORD)
    window.press("Simpan cara masuk")
    expect(page.get_by_role("status")).to_have_text("Cara Anda masuk sudah tersimpan.")

    page.locator("[name=sandi_lama]").fill(PASSWORD)
    page.locator("[name=sandi]").fill(PASSWORD + "9")
    window.press("Ganti kata sandi")
    expect(page.get_by_role("status")).to_have_text(re.compile("Perangkat lain sudah keluar: Chrome di "))
    other.open("/akun")
    other.heading("Masuk")

    window.open("/masuk?next=/akun")
    window.take_picture("akun")
    window.press("Keluar")
    window.open("/masuk?next=/akun")
    page.get_by_label("Nomor HP, e-mail, atau nama pengguna").fill("Nimah@contoh.example ")
    page.get_by_label("Kata sandi").fill(PASSWORD + "9")
    window.press("Masuk")
    window.heading("Akun")
