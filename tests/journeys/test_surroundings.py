"""What surrounds the learning: another language, wrong addresses, empty pages, a site closed for a while."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.faults.server import Site, run
from tests.journeys.quizzes import sit_down
from tests.journeys.steps import PASSWORD, Window, sign_up

LESSON, TITLE = "/kursus/kedai-baca/tiga-kendi", "Tiga kendi"
ESSAY = "Kendi retak, karena airnya merembes."
WAYS = pytest.mark.parametrize(
    ("phone", "scripts"), [(True, False), (False, True)], ids=["phone without scripts", "desk with scripts"]
)


@WAYS
def test_a_language_is_chosen_once_and_holds_from_the_first_lesson_to_the_other_device(
    open_window: Callable[..., Window], phone: bool, scripts: bool
) -> None:
    window = open_window(phone=phone, scripts=scripts)
    page = window.page
    window.open(LESSON)
    with page.expect_navigation():
        page.get_by_role("contentinfo").get_by_role("link", name="English").click()
    window.look()
    window.heading("Pilih bahasa")
    page.set_viewport_size({"width": 320, "height": 640})
    window.look()
    # By keyboard alone.
    page.get_by_role("button", name="English").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    window.look()
    # Back in the lesson: the frame speaks English, the course its own language.
    window.heading(TITLE)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    text = page.get_by_role("heading", level=1)
    assert text.evaluate("one => one.closest('[lang]').lang") == "id"
    window.take_picture(f"english-{phone}")

    window.press("Create a free account")
    key = f"english-{uuid4().hex[:10]}@contoh.example"
    page.get_by_label("Full name").fill("Wayan")
    page.get_by_label("Phone number or e-mail").fill("0812")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.locator("[name=setuju]").check()
    window.press("Create account")
    # One clear sentence in the same language, and what was typed is there.
    expect(page.locator(".err").first).to_contain_text(re.compile(r"^\W*[A-Z].* number"))
    expect(page.get_by_label("Full name")).to_have_value("Wayan")
    page.get_by_label("Phone number or e-mail").fill(key)
    page.get_by_label("Choose a password").fill(PASSWORD)
    window.press("Create account")
    window.heading(TITLE)

    # The account takes the language along, to a device that has chosen none.
    other = open_window(phone=not phone, scripts=scripts)
    other.open("/masuk?next=/bahasa")
    other.page.locator("[name=kunci]").fill(key)
    other.page.locator("[name=sandi]").fill(PASSWORD)
    other.press("Masuk")
    other.heading("Pilih bahasa")
    other.press("English")
    other.open("/belajar")
    expect(other.page.locator("html")).to_have_attribute("lang", "en")
    other.open("/bahasa?next=/belajar")
    other.press("Bahasa Indonesia")
    expect(other.page).to_have_url(re.compile("/belajar$"))
    window.open("/belajar")
    expect(page.locator("html")).to_have_attribute("lang", "id")


@WAYS
def test_wrong_addresses_and_empty_pages_lead_on(
    open_window: Callable[..., Window], phone: bool, scripts: bool
) -> None:
    window = open_window(phone=phone, scripts=scripts)
    page = window.page
    reply = page.goto("/kursus/tidak-ada")
    assert reply is not None
    assert reply.status == 404
    window.heading("Halaman tidak ketemu")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        window.take_picture(f"tidak-ada-{phone}-{scheme}")
    page.set_viewport_size({"width": 320, "height": 640})
    window.look()
    page.get_by_role("searchbox").fill("kendi")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    window.look()
    window.heading("Hasil untuk “kendi”")
    assert page.context.cookies() == []
    window.troubles[:] = [one for one in window.troubles if "status of 404" not in one]

    window.open("/daftar")
    sign_up(window, "Wati")
    expect(page.get_by_role("heading", name="Belum ada kursus")).to_be_visible()
    window.open("/kesiapan")
    expect(page.get_by_role("heading", name="Belum ada daftar kesiapan")).to_be_visible()
    window.press("Pilih kursus")
    expect(page).to_have_url(re.compile("/#kursus$"))
    window.open("/tanya")
    expect(page.get_by_label("Pertanyaan Anda")).to_be_visible()


@pytest.fixture
def close(site: Site) -> Iterator[Callable[[], None]]:
    """Close the site for maintenance; it is open again at the end."""

    def switch(*words: str) -> None:
        done = run(site.env, "maintenance", *words)
        assert done.returncode == 0, done.stdout + done.stderr

    yield lambda: switch("on", "--message", "Server dipindah.")
    switch("off")


@WAYS
def test_an_answer_typed_while_the_site_is_closed_is_not_lost(
    site: Site,
    open_window: Callable[..., Window],
    close: Callable[[], None],
    phone: bool,
    scripts: bool,
) -> None:
    sitting = sit_down(site, open_window, phone=phone, scripts=scripts)
    page = sitting.page
    sitting.open("essay")
    close()
    visitor = open_window(phone=phone, scripts=scripts)

    def is_closed() -> None:
        """Wait for the second in which the server has not noticed yet."""
        for _try in range(200):
            reply = visitor.page.goto("/belajar")
            assert reply is not None
            if reply.status == 503:
                return
        raise AssertionError("the site stays open")

    is_closed()
    visitor.heading("Tempat belajar sedang dirapikan")
    expect(visitor.page.get_by_text("Server dipindah.")).to_be_visible()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.look()
    visitor.take_picture(f"perawatan-{phone}")
    visitor.troubles[:] = [one for one in visitor.troubles if "status of 503" not in one]

    field = page.locator("fieldset.q textarea")
    field.fill(ESSAY)
    if scripts:
        expect(sitting.line()).to_contain_text("Menunggu dikirim")
        sitting.says("essay", "menunggu dikirim")
    else:
        sitting.page.get_by_role("button", name=re.compile("^Simpan dan")).click()
        expect(page.get_by_text("Yang baru Anda kirim belum tersimpan")).to_be_visible()
    run(site.env, "maintenance", "off")
    if scripts:
        sitting.is_saved()
    else:
        for _try in range(200):
            reply = visitor.page.goto("/")
            assert reply is not None
            if reply.ok:
                break
        # As the page says: it stays open, and sends later what it holds.
        expect(page.locator("blockquote")).to_have_text(ESSAY)
        sitting.window.press("Kirim sekarang")
    sitting.window.open(f"{sitting.attempt}?soal={sitting.place('essay')}")
    expect(field).to_have_value(ESSAY)
    assert sitting.on_server("essay")["number"] == 1
    sitting.forgive("status of 503")
    visitor.troubles[:] = [one for one in visitor.troubles if "status of 503" not in one]
