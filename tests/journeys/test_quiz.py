"""A quiz as it is taken: one question per screen or all at once, by touch and keyboard, on and off the network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.faults.server import Site
from tests.journeys.quizzes import NETWORK, Sitting, sit_down
from tests.journeys.steps import Window, hand_in

STEPS = ["Membuat NIB di OSS", "Menyusun daftar bahan", "Mengisi pengajuan", "Menerima sertifikat"]


def shown_steps(sitting: Sitting) -> list[str]:
    return sitting.page.locator("[data-langkah] li > span:nth-child(2)").all_inner_texts()


def test_answers_given_without_the_network_wait_and_are_sent_when_it_comes_back(
    site: Site, open_window: Callable[..., Window]
) -> None:
    sitting = sit_down(site, open_window)
    page = sitting.page
    sitting.open("single")
    sitting.choices().first.check()
    sitting.is_saved()

    page.context.set_offline(True)
    strip = page.locator("[data-jaringan]")
    expect(strip).to_contain_text("Internet terputus. Jawaban tetap tersimpan di HP ini")
    sitting.choices().nth(1).check()
    expect(sitting.line()).to_contain_text("Menunggu dikirim. Tersimpan di HP ini")
    sitting.says("single", "menunggu dikirim")
    # To other questions without the network, forth and back; and no way to one that needs it.
    sitting.state("essay").click()
    page.locator("fieldset.q textarea").fill("Minyak curah,\nkarena asalnya tidak tertulis.")
    sitting.says("essay", "menunggu dikirim")
    page.go_back()
    expect(sitting.choices().nth(1)).to_be_checked()
    here = page.url
    sitting.window.act("Periksa dan kirim").click()
    expect(strip).to_contain_text("Internet terputus")
    assert page.url == here
    sitting.window.take_picture("kuis-terputus")

    page.context.set_offline(False)
    expect(strip).to_contain_text("Sudah tersambung. Jawaban Anda sudah dikirim.")
    sitting.is_saved()
    sitting.says("essay", "sudah dijawab")
    assert sitting.on_server("single")["number"] == 2
    assert sitting.on_server("essay")["answer"].startswith("Minyak curah,\n")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kelas:'))") == []
    sitting.forgive(*NETWORK)


def test_after_a_dead_battery_the_same_question_stands_there_with_what_was_typed(
    site: Site, open_window: Callable[..., Window]
) -> None:
    sitting = sit_down(site, open_window)
    context = sitting.page.context
    sitting.open("text")
    sitting.choices().fill("nib")
    sitting.is_saved()
    sitting.state("essay").click()
    context.set_offline(True)
    sitting.page.locator("fieldset.q textarea").fill("Belum sempat dikirim.")
    expect(sitting.line()).to_contain_text("Menunggu dikirim")
    # Nothing the page would do at its end helps: the phone is off.
    sitting.page.close(run_before_unload=False)
    context.set_offline(False)

    sitting.forgive(*NETWORK)
    again = sitting.another_window()
    again.window.open(sitting.attempt)
    expect(again.page.locator("fieldset.q textarea")).to_have_value("Belum sempat dikirim.")
    again.is_saved()
    again.says("text", "sudah dijawab")
    assert again.on_server("essay")["answer"] == "Belum sempat dikirim."
    assert again.window.troubles == []


def test_an_ordering_is_made_by_buttons_keyboard_and_dragging_and_says_each_new_place(
    site: Site, open_window: Callable[..., Window]
) -> None:
    sitting = sit_down(site, open_window)
    page = sitting.page
    sitting.open("order")
    sitting.says("order", "belum dijawab")
    before = shown_steps(sitting)
    page.get_by_role("button", name=f"Turunkan: {before[0]}").click()
    expect(page.locator("[data-suara]")).to_have_text(f"{before[0]}: sekarang urutan ke-2 dari 4")
    sitting.is_saved()
    assert shown_steps(sitting) == [before[1], before[0], *before[2:]]
    page.keyboard.press("Enter")  # the button that was pressed has the focus still
    assert shown_steps(sitting) == [before[1], before[2], before[0], before[3]]

    grips = page.locator("[data-langkah] .grip")
    page.locator("[data-langkah]").evaluate(
        "(list) => list.scrollIntoView({block: 'center', behavior: 'instant'})"
    )
    start, goal = grips.nth(3).bounding_box(), grips.nth(0).bounding_box()
    assert start is not None
    assert goal is not None
    assert min(start["width"], start["height"]) >= 44
    page.mouse.move(start["x"] + 9, start["y"] + 9)
    page.mouse.down()
    page.mouse.move(start["x"] + 9, start["y"] - 60, steps=4)
    page.mouse.move(goal["x"] + 9, goal["y"] + 2, steps=8)
    page.mouse.up()
    expect(page.locator("[data-suara]")).to_have_text(f"{before[3]}: sekarang urutan ke-1 dari 4")
    dragged = shown_steps(sitting)
    assert dragged == [before[3], before[1], before[2], before[0]]
    sitting.is_saved()
    sitting.window.take_picture("kuis-urutkan")

    sitting.window.open(page.url)
    expect(page.locator("[data-tempat]")).to_be_hidden()
    assert shown_steps(sitting) == dragged
    sitting.says("order", "sudah dijawab")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_all_questions_stand_on_one_page_and_what_is_open_is_named_before_handing_in(
    site: Site, open_window: Callable[..., Window], scripts: bool
) -> None:
    sitting = sit_down(site, open_window, scripts=scripts, phone=not scripts)
    window, page = sitting.window, sitting.page
    window.open(sitting.attempt)
    window.press("Lihat semua soal")
    expect(page.locator("fieldset.q")).to_have_count(8)
    for kind in ("single", "multiple"):
        form = page.locator(f"#soal-{sitting.place(kind)}")
        form.locator("[name=answer]").first.check()
        if scripts:
            expect(form.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
        else:
            with page.expect_navigation():
                form.get_by_role("button", name="Simpan", exact=True).click()
        sitting.says(kind, "sudah dijawab")
    number = page.locator(f"#soal-{sitting.place('number')}")
    number.locator("[name=answer]").fill("kira-kira lima")
    if scripts:
        expect(number.locator("[data-simpan]")).to_contain_text("Angka ini belum jelas")
    else:
        with page.expect_navigation():
            number.get_by_role("button", name="Simpan", exact=True).click()
        expect(number.locator(".err")).to_contain_text("Angka ini belum jelas")
    window.take_picture(f"kuis-semua-{scripts}")

    window.press("Periksa dan kirim")
    expect(page.get_by_text("6 soal belum lengkap.")).to_be_visible()
    expect(page.get_by_role("button", name="Kirim jawaban")).to_be_hidden()
    page.get_by_text("Kirim tanpa melengkapi").click()
    places = sorted(sitting.place(kind) for kind in ("true_false", "text", "order", "match", "essay"))
    listed = f"Soal {', '.join(map(str, places[:-1]))} dan {places[-1]} belum dijawab."
    expect(page.get_by_text(listed)).to_be_visible()
    expect(page.get_by_text(f"Soal {sitting.place('number')} belum jelas.")).to_be_visible()
    window.take_picture(f"kuis-periksa-{scripts}")
    hand_in(window)
    wrong = page.get_by_role("listitem").filter(has_text="Lembaga mana yang menerbitkan")
    if "Belum tepat" in wrong.inner_text():
        expect(wrong.get_by_role("link")).to_have_text(
            re.compile("Baca ulang: Kelompok bahan, di modul “Catat semua bahan”")
        )
    window.take_picture(f"kuis-hasil-{scripts}")
