"""A quiz while everything goes wrong: whatever happens, nothing that was typed is lost, and nothing counts twice."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.faults.server import Site
from tests.journeys.quizzes import EVENT, NETWORK, Sitting, sit_down
from tests.journeys.steps import Window

ESSAY = "Minyak curah, karena asalnya tidak tertulis."


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def sitting(request: pytest.FixtureRequest, site: Site, open_window: Callable[..., Window]) -> Sitting:
    """A learner at an open quiz."""
    return sit_down(site, open_window, scripts=request.param)


def save(sitting: Sitting) -> None:
    """Save what the form says; without scripts that leads to the next question."""
    if sitting.window.scripts:
        sitting.is_saved()
    else:
        sitting.window.press(re.compile(r"^Simpan dan (lanjut|periksa)$"))


def see(sitting: Sitting, kind: str) -> None:
    """Look at the question again, as the server has it."""
    sitting.window.open(f"{sitting.attempt}?soal={sitting.place(kind)}")


def test_two_tabs_show_both_answers_and_one_is_chosen_by_a_press(sitting: Sitting) -> None:
    sitting.open("single")
    other = sitting.another_window()
    other.open("single")
    ids = [sitting.choices().nth(n).get_attribute("value") for n in range(3)]
    words = [one.strip() for one in sitting.page.locator(".opt").all_inner_texts()]
    sitting.choices().nth(0).check()
    save(sitting)

    other.choices().nth(1).check()
    if other.window.scripts:
        other.page.wait_for_url(re.compile(r"soal="))
    else:
        save(other)
    both = other.page.locator("[data-beda]")
    expect(both).to_contain_text("Soal ini dijawab di dua tempat")
    expect(both.locator("blockquote")).to_have_text([words[1], words[0]])
    other.says("single", "dijawab di dua tempat")
    other.window.take_picture(f"kuis-dua-{other.window.scripts}")
    assert other.on_server("single")["answer"] == [ids[1]]

    other.page.get_by_role("button", name="Pakai yang ini").click()
    expect(both).to_have_count(0)
    expect(other.choices().nth(0)).to_be_checked()
    if other.window.scripts:
        other.is_saved()
    assert other.on_server("single")["answer"] == [ids[0]]
    see(sitting, "single")
    expect(sitting.page.locator("[data-beda]")).to_have_count(0)
    expect(sitting.choices().nth(0)).to_be_checked()
    assert other.window.troubles == []


def test_a_double_click_saves_once_and_goes_on_by_one_question(sitting: Sitting) -> None:
    kinds, page = sitting.kinds, sitting.page
    kind = next(kind for kind in ("single", "true_false", "multiple") if kinds.index(kind) < 7)
    sitting.open(kind)
    sitting.choices().first.check()
    sitting.window.act("Simpan dan lanjut").dblclick()
    expect(page.get_by_text(f"Soal {sitting.place(kind) + 1} dari 8.")).to_be_visible()
    sitting.says(kind, "sudah dijawab")
    assert sitting.on_server(kind)["number"] == 1

    sitting.window.open(f"{sitting.attempt}?tinjau=1")
    page.get_by_text("Kirim tanpa melengkapi").click()
    page.get_by_role("button", name="Kirim jawaban").dblclick()
    expect(page).to_have_url(re.compile(r"/hasil$"))
    expect(page.get_by_text("Percobaan ke-1.")).to_be_visible()


def test_back_shows_what_was_answered_and_a_change_there_is_the_answer(sitting: Sitting) -> None:
    page = sitting.page
    kind = next(kind for kind in ("text", "essay") if sitting.kinds.index(kind) < 7)
    sitting.open(kind)
    field = page.locator("fieldset.q [name=answer]")
    field.fill("tulisan pertama")
    sitting.window.press("Simpan dan lanjut")
    page.go_back()
    expect(page.get_by_text(f"Soal {sitting.place(kind)} dari 8.")).to_be_visible()
    expect(field).to_have_value("tulisan pertama")

    field.fill("tulisan kedua")
    sitting.window.press("Simpan dan lanjut")
    sitting.says(kind, "sudah dijawab")
    see(sitting, kind)
    expect(field).to_have_value("tulisan kedua")
    expect(page.locator("[data-beda]")).to_have_count(0)
    assert sitting.on_server(kind)["number"] == 2


def test_an_answer_whose_reply_was_lost_is_saved_once_and_what_comes_after_it_counts(
    sitting: Sitting,
) -> None:
    page = sitting.page
    seen: list[str] = []

    def lose(route: Route) -> None:
        seen.append(route.request.method)
        if len(seen) == 1:
            route.fetch(max_redirects=0)  # the server has it
            route.abort()
        else:
            route.continue_()

    kind = next(kind for kind in ("text", "essay") if sitting.kinds.index(kind) < 7)
    sitting.open(kind)
    page.route(EVENT, lose)
    field = page.locator("fieldset.q [name=answer]")
    field.fill("satu")
    if sitting.window.scripts:
        expect(sitting.line()).to_contain_text("Menunggu dikirim")
        field.fill("satu dua")
        sitting.is_saved()
    else:
        sitting.window.act("Simpan dan lanjut").click()
        expect(page).to_have_url(re.compile("chrome-error"))
        # The browser's own "try again" sends the same form once more.
        see(sitting, kind)
        expect(field).to_have_value("satu")
        field.fill("satu dua")
        sitting.window.press("Simpan dan lanjut")
    page.unroute(EVENT)
    see(sitting, kind)
    expect(field).to_have_value("satu dua")
    expect(page.locator("[data-beda]")).to_have_count(0)
    assert sitting.on_server(kind)["number"] == 2
    assert len(seen) >= 2
    sitting.forgive("ERR_FAILED")


def expire(site: Site, sitting: Sitting) -> None:
    """Let the learner's session lie unused for longer than any may."""
    folder = Path(site.env["ELEARN_DATA_DIR"])
    with contextlib.closing(sqlite3.connect(folder / "elearn.sqlite3", timeout=30)) as database, database:
        changed = database.execute(
            "update user_sessions set last_seen_at = '2020-01-01 00:00:00.000000'"
            " where user_id = (select id from users where email = ?)",
            [sitting.key],
        )
        assert changed.rowcount == 1


@pytest.mark.parametrize("end", ["signed out in another tab", "session expired", "cookie gone"])
def test_an_answer_typed_after_the_session_ended_is_saved_after_signing_in(
    site: Site, sitting: Sitting, end: str
) -> None:
    page = sitting.page
    sitting.open("essay")
    if end == "cookie gone":
        page.context.clear_cookies()
    elif end == "session expired":
        expire(site, sitting)
    else:
        token = page.locator('meta[name="csrf-token"]').get_attribute("content")
        left = page.request.post("/keluar", form={"csrf_token": token or ""}, headers={"Referer": page.url})
        assert left.ok, left.status
    page.locator("fieldset.q textarea").fill(ESSAY)
    if sitting.window.scripts:
        strip = page.locator("[data-jaringan]")
        expect(strip).to_contain_text("Anda sudah keluar. Jawaban menunggu di HP ini")
        sitting.says("essay", "belum terkirim")
        sitting.forgive("status of 40[13]")
        with page.expect_navigation():
            strip.get_by_role("link", name="Masuk lagi").click()
        sitting.sign_in_here()
        sitting.is_saved()
    else:
        page.get_by_role("button", name=re.compile("^Simpan dan")).click()
        expect(page.get_by_text("Yang Anda tulis masih ada di sini")).to_be_visible()
        sitting.forgive("status of 40[13]")
        sitting.sign_in_here()
        expect(page.get_by_text(ESSAY)).to_be_visible()
        sitting.window.press("Kirim sekarang")
    see(sitting, "essay")
    expect(page.locator("fieldset.q textarea")).to_have_value(ESSAY)
    assert sitting.on_server("essay")["number"] == 1
    sitting.forgive("status of 40[13]")


def test_what_waits_is_not_sent_under_another_account(site: Site, open_window: Callable[..., Window]) -> None:
    sitting = sit_down(site, open_window)
    neighbour = sit_down(site, open_window)
    page = sitting.page
    sitting.open("essay")
    theirs = neighbour.page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies(
        [{key: cookie[key] for key in ("name", "value", "domain", "path")} for cookie in theirs]
    )
    page.locator("fieldset.q textarea").fill(ESSAY)
    expect(page.locator("[data-jaringan]")).to_contain_text("Anda sudah keluar")
    neighbour_page = sitting.another_window()
    neighbour_page.window.open(f"{neighbour.attempt}?soal={neighbour.place('essay')}")
    expect(neighbour_page.page.locator("fieldset.q textarea")).to_have_value("")
    assert neighbour.on_server("essay")["number"] == 0
    kept = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('kelas:')).length")
    assert kept == 1
    sitting.forgive("status of 40[134]")


def test_the_link_to_the_content_and_the_way_back_from_it_fetch_nothing_anew(
    site: Site, open_window: Callable[..., Window]
) -> None:
    sitting = sit_down(site, open_window)
    page = sitting.page
    for address in (f"{sitting.attempt}?soal={sitting.place('essay')}", sitting.attempt):
        sitting.window.open(address)
        sitting.wait_for_all()
        page.evaluate("window.stillHere = true")
        shown = page.locator("fieldset.q").inner_text()
        page.context.set_offline(True)
        page.locator("a.skip").focus()
        page.keyboard.press("Enter")
        assert page.url.endswith("#isi")
        page.go_back()
        expect(page).to_have_url(re.compile(r"[^#]{20,}$"))
        assert page.evaluate("window.stillHere") is True
        assert page.locator("fieldset.q").inner_text() == shown
        page.context.set_offline(False)
    sitting.forgive(*NETWORK)


def test_where_the_browser_keeps_nothing_answers_are_sent_and_leaving_too_early_is_warned_of(
    site: Site, open_window: Callable[..., Window]
) -> None:
    sitting = sit_down(site, open_window)
    page = sitting.page
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    )
    sitting.open("essay")
    field = page.locator("fieldset.q textarea")
    field.fill(ESSAY)
    sitting.is_saved()
    assert sitting.on_server("essay")["answer"] == ESSAY

    warned = """() => {
        const leaving = new Event("beforeunload", { cancelable: true });
        return !dispatchEvent(leaving);
    }"""
    assert page.evaluate(warned) is False
    page.context.set_offline(True)
    field.fill(ESSAY + " Dan berbau.")
    expect(sitting.line()).to_contain_text(re.compile("elum|enunggu"))
    assert page.evaluate(warned) is True
    page.context.set_offline(False)
    sitting.is_saved()
    assert page.evaluate(warned) is False
    sitting.forgive(*NETWORK)
