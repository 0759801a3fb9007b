"""What people do on the site, step by step: the same with scripts and without."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Dialog, Error, Locator, Page, Response, expect

PASSWORD = "kopi-hitam-7"
#: Where pictures of the pages go; nowhere unless it is set.
PICTURES = os.environ.get("ELEARN_TEST_PICTURES", "")

NOTE_REPLIES = """
const real = window.fetch;
window.fetch = async (...asked) => {
  const reply = await real(...asked);
  await window.noteReply(reply.url, await reply.clone().text());
  return reply;
};
"""

expect.set_options(timeout=15_000)

_numbers = itertools.count(1)


@dataclass
class Window:
    """One browser window, and what was noticed in it."""

    page: Page
    scripts: bool
    #: Errors of the console, of scripts, and dialogs: there should be none.
    troubles: list[str] = field(default_factory=list)
    #: Every page and every reply to a script: (address, text).
    received: list[tuple[str, str]] = field(default_factory=list)
    _unread: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("dialog", self._note_dialog)
        self.page.on("response", self._note_response)
        if self.scripts:
            # The browser keeps no body of a fetch that outlives its page, so the page tells what it got.
            self.page.expose_function("noteReply", self._note_reply)
            self.page.add_init_script(NOTE_REPLIES)

    def _note_console(self, message: ConsoleMessage) -> None:
        # A form that is refused comes back as 422, which the browser mentions.
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            self.troubles.append(f"console at {self.page.url}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.troubles.append(f"script at {self.page.url}: {error}")

    def _note_response(self, response: Response) -> None:
        self._unread.append(response)

    def _note_reply(self, address: str, text: str) -> None:
        self.received.append((address, text))

    def _note_dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog at {self.page.url}: {dialog.message}")
        dialog.dismiss()

    def read(self) -> None:
        """Keep the bodies of what has come since the last time; the browser forgets them at the next page."""
        waiting, self._unread[:] = self._unread[:], []
        for response in waiting:
            is_page = response.headers.get("content-type", "").startswith("text/html")
            # What a script fetched was told by `noteReply`.
            is_page = is_page and response.request.is_navigation_request()
            if is_page and response.status not in range(300, 400):
                self.received.append((response.url, response.text()))

    def open(self, address: str) -> None:
        response = self.page.goto(address)
        assert response is not None
        assert response.ok, f"{address}: {response.status}"
        self.look()

    def press(self, words: str | re.Pattern[str]) -> None:
        """Press the button or link of these words, and look at the page it leads to."""
        with self.page.expect_navigation(wait_until="load"):
            self.act(words).click()
        self.look()

    def act(self, words: str | re.Pattern[str]) -> Locator:
        exact = isinstance(words, str)
        main = self.page.locator("main")
        buttons = main.get_by_role("button", name=words, exact=exact)
        return buttons.or_(main.get_by_role("link", name=words, exact=exact)).first

    def look(self) -> None:
        """See that the page has come whole and fits the screen."""
        self.page.wait_for_load_state()
        self.read()
        size = self.page.viewport_size
        assert size is not None
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{self.page.url} is {width} wide"

    def take_picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    def heading(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)


# --- Accounts ----------------------------------------------------------------------------------------


def sign_up(window: Window, name: str, regency: str = "") -> str:
    """Fill in the sign-up form with a new phone number; return the number."""
    phone = f"0812 7733 {next(_numbers):04d}"
    page = window.page
    page.get_by_label("Nama lengkap").fill(name)
    page.get_by_label("Nomor HP atau e-mail").fill(phone)
    page.get_by_label("Buat kata sandi").fill(PASSWORD)
    if regency:
        page.get_by_label("Kabupaten atau kota usaha Anda").select_option(label=regency)
    page.get_by_label("Saya setuju").check()
    window.press("Buat akun")
    return phone


def sign_in(window: Window, key: str) -> None:
    window.open("/masuk")
    window.page.get_by_label("Nomor HP, e-mail, atau nama pengguna").fill(key)
    window.page.get_by_label("Kata sandi").fill(PASSWORD)
    window.press("Masuk")


def new_learner(window: Window, name: str, course: str, regency: str = "") -> str:
    """Sign up and enrol; return the phone number."""
    window.open(f"/daftar?next=/kursus/{course}")
    phone = sign_up(window, name, regency)
    window.press("Ikut kursus ini")
    return phone


# --- Quizzes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pick:
    """Choices, by their words."""

    choices: tuple[str, ...]


@dataclass(frozen=True)
class Write:
    """What is typed."""

    text: str


@dataclass(frozen=True)
class Order:
    """Steps, from first to last."""

    steps: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """What belongs to what."""

    pairs: Mapping[str, str]


Answer = Pick | Write | Order | Match
#: How a question begins, and the answer to it.
Answers = Mapping[str, Answer]


def start_quiz(window: Window) -> None:
    """Press the button on the page before a quiz."""
    window.press(re.compile(r"^(Mulai kuis|Mulai lagi|Lanjutkan kuis)$"))
    expect(window.page).to_have_url(re.compile(r"/percobaan/"))


def answer_all(window: Window, answers: Answers, picture: str = "") -> None:
    """Answer every question as it comes, each seen to be saved, up to the page before handing in."""
    page = window.page
    count = page.get_by_role("navigation", name="Nomor soal").get_by_role("link").count()
    for place in range(1, count + 1):
        expect(page.get_by_text(f"Soal {place} dari {count}.")).to_be_visible()
        answer = answers[_asked(page, answers)]
        give(page, answer)
        if window.scripts:
            expect(page.locator("[data-simpan]")).to_contain_text("Tersimpan pukul")
        if picture:
            window.take_picture(f"{picture}-{type(answer).__name__.lower()}-{place}")
        here = page.url
        window.press(re.compile(r"^Simpan dan (lanjut|periksa)$"))
        expect(page.locator("[data-beda]")).to_have_count(0)
        if not window.scripts:
            _see_saved(window, here, place)
    window.heading("Periksa sebelum dikirim")
    expect(page.get_by_text("Semua soal sudah dijawab.")).to_be_visible()


def hand_in(window: Window) -> None:
    window.press("Kirim jawaban")
    expect(window.page).to_have_url(re.compile(r"/hasil$"))


def _asked(page: Page, answers: Answers) -> str:
    text = page.locator(".prompt").inner_text()
    return next(beginning for beginning in answers if text.startswith(beginning))


def _see_saved(window: Window, address: str, place: int) -> None:
    """Without scripts a saved answer is seen when one comes back to it."""
    after = window.page.url
    attempt = address.split("?")[0]
    window.open(f"{attempt}?soal={place}")
    expect(window.page.get_by_text("Tersimpan", exact=True)).to_be_visible()
    window.open(after)


def give(page: Page, answer: Answer) -> None:
    """Put *answer* into the form of the question."""
    question = page.locator("fieldset.q")
    match answer:
        case Pick(choices):
            for words in choices:
                question.get_by_label(words, exact=True).check()
        case Write(text):
            question.locator("[name=answer]").fill(text)
        case Order(steps):
            if question.locator("[data-tempat]").get_attribute("hidden") is not None:
                _move(question, steps)
                return
            for number, words in enumerate(steps, start=1):
                _choose(question.get_by_label(f"Urutan ke-{number}"), words)
        case Match(pairs):
            for left, right in pairs.items():
                _choose(question.get_by_label(left, exact=True), right)


def _move(question: Locator, steps: tuple[str, ...]) -> None:
    """Bring the steps into their order by their buttons, the first one to the top first."""
    shown = question.locator("[data-langkah] li > span:nth-child(2)")
    for place, words in enumerate(steps):
        while shown.all_inner_texts().index(words) > place:
            question.get_by_role("button", name=f"Naikkan: {words}", exact=True).click()


def _choose(field: Locator, words: str) -> None:
    """Choose the option that says *words*, whatever letter stands before it."""
    option = field.locator("option", has_text=re.compile(rf"(^|\. ){re.escape(words)}$"))
    value = option.get_attribute("value")
    assert value
    field.select_option(value)
