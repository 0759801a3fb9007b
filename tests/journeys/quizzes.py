"""A learner who sits at an open quiz with all eight kinds of question, and what the server has of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.faults.server import Site, Visitor
from tests.journeys.steps import PASSWORD, Window

COURSE = "kedai-uji"
QUIZ = f"/kursus/{COURSE}/catat-bahan/kuis"
EVENT = re.compile(r".*/jawaban$")
#: What the browser says while the network is cut on purpose.
NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_NETWORK_CHANGED")


@dataclass
class Sitting:
    """One learner in one window, at an attempt that was started over HTTP."""

    window: Window
    attempt: str
    key: str
    kinds: list[str]

    @property
    def page(self) -> Page:
        return self.window.page

    def place(self, kind: str) -> int:
        """Where in this attempt the question of *kind* stands."""
        return self.kinds.index(kind) + 1

    def open(self, kind: str) -> None:
        self.window.open(f"{self.attempt}?soal={self.place(kind)}")
        if self.window.scripts:
            self.wait_for_all()

    def wait_for_all(self) -> None:
        """Wait until the other questions are here: from now on going to one makes no request."""
        self.page.wait_for_load_state("networkidle")

    def another_window(self) -> Sitting:
        """Open the same attempt in a second tab of the same browser."""
        other = Window(self.page.context.new_page(), self.window.scripts)
        return Sitting(_reading_nothing(other), self.attempt, self.key, self.kinds)

    def choices(self) -> Locator:
        return self.page.locator("fieldset.q [name=answer]")

    def line(self) -> Locator:
        return self.page.locator("[data-simpan]")

    def is_saved(self) -> None:
        expect(self.line()).to_contain_text("Tersimpan pukul")

    def state(self, kind: str) -> Locator:
        """The number of a question, whose name says its state."""
        return self.page.locator(f'[data-nomor="{self.place(kind)}"]')

    def says(self, kind: str, words: str) -> None:
        expect(self.state(kind)).to_have_attribute("aria-label", f"Soal {self.place(kind)}, {words}")

    def on_server(self, kind: str) -> dict[str, Any]:
        """Return answer and number of a question as the server has them."""
        data = json.loads(self.page.request.get(f"{self.attempt}/soal.json").text())
        found: dict[str, Any] = data["items"][self.place(kind) - 1]
        return found

    def forgive(self, *kinds: str) -> None:
        """Forget what the browser says of a network that was cut, or of a refusal, on purpose."""
        allowed = re.compile("|".join(kinds))
        self.window.troubles[:] = [one for one in self.window.troubles if not allowed.search(one)]

    def sign_in_here(self) -> None:
        """Sign in on the page that asks for it."""
        self.page.get_by_label("Nomor HP, e-mail, atau nama pengguna").fill(self.key)
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.window.press("Masuk")


def sit_down(site: Site, open_window: Callable[..., Window], **settings: bool) -> Sitting:
    """Sign up and start the quiz over HTTP, and give the session to a new window."""
    visitor = Visitor(site.address)
    key = f"kuis-{uuid4().hex[:10]}@contoh.com"
    form = {"nama": "Sari", "kunci": key, "sandi": PASSWORD, "kabupaten": "18.71", "setuju": "y"}
    reply = visitor.post("/daftar", form, csrf=visitor.get("/daftar").csrf)
    assert reply.status == 303, reply.text[:500]
    lesson = QUIZ.removesuffix("/kuis")
    assert visitor.post(f"{lesson}/dibaca", {}, csrf=visitor.get(lesson).csrf).status == 303
    started = visitor.post(QUIZ, {}, csrf=visitor.get(QUIZ).csrf)
    assert started.status == 303, started.text[:500]
    attempt = started.headers["location"]
    items = visitor.get(f"{attempt}/soal.json").json()["items"]
    window = open_window(**settings)
    window.page.context.add_cookies(
        [{"name": name, "value": value, "url": site.address} for name, value in visitor.cookies.items()]
    )
    return Sitting(_reading_nothing(window), attempt, key, [item["type"] for item in items])


def _reading_nothing(window: Window) -> Window:
    """Keep no bodies: with the network cut and pages left in the middle, some never come."""
    window.page.remove_listener("response", window._note_response)
    return window
