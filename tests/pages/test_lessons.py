"""A lesson page: what chats are shown of it, whose page it is, and ticks that two tabs cannot undo."""

from __future__ import annotations

import re
import threading
import zlib
from html import unescape
from urllib.parse import unquote

import pytest

from elearn.pages.catalogue import cards
from elearn.pages.catalogue.cards import Card, CardBusyError, card_png
from tests.pages.conftest import get, post, send

COURSE = "/kursus/dapur-halal"
LESSON = f"{COURSE}/bahan"
SITE = "https://kelas.example"
NAMES = {"home": "/", "course": COURSE, "lesson": LESSON}


def said(text: str) -> dict[str, str]:
    """Return what the head of a page says of it."""
    found = re.findall(r'<(?:meta|link) (?:name|property|rel)="([^"]+)" (?:content|href)="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


# --- Link previews -----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", NAMES.values(), ids=NAMES)
def test_a_chat_is_told_title_sentence_address_and_picture(visitor, course, address):
    told = said(get(visitor, address).text)

    assert told["canonical"] == told["og:url"] == SITE + address
    assert told["og:title"]
    assert 20 <= len(told["description"]) <= 170
    assert told["og:description"] == told["description"]
    assert told["og:locale"] == "id_ID"
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:image"].startswith(f"{SITE}/kartu/")

    answer = visitor.get(told["og:image"], base_url=SITE)
    picture = answer.get_data()
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)
    assert len(picture) < 300_000


def test_a_lesson_is_described_by_how_it_begins(visitor, course):
    told = said(get(visitor, LESSON).text)

    assert told["og:title"] == "Kenali bahan"
    assert told["description"] == "Produk halal dimulai dari bahan yang jelas."


def test_whoever_looks_in_another_language_is_sent_the_same_picture(visitor, make_client, course):
    other = make_client()
    other.set_cookie("bahasa", "en", domain="kelas.example")

    assert said(get(visitor, LESSON).text)["og:image"] == said(get(other, LESSON).text)["og:image"]


def test_the_address_of_an_earlier_picture_leads_to_the_one_of_today(visitor, course):
    today = said(get(visitor, LESSON).text)["og:image"].removeprefix(SITE)
    earlier = re.sub(r"/kartu/[0-9a-f]+/", "/kartu/0123456789abcdef/", today)
    answer = get(visitor, earlier)

    assert (answer.status, answer.location) == (303, today)
    assert "public" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["x/tidak-ada.png", "x/dapur-halal/tidak-ada.png", "x/dapur-halal.svg"])
def test_there_is_no_picture_of_what_is_not_there(visitor, course, path):
    assert get(visitor, f"/kartu/{path}").status == 404


def test_a_picture_is_drawn_once_and_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    begun, done = threading.Event(), threading.Event()

    def draw(card: Card) -> bytes:
        drawn.append(card.title)
        begun.set()
        done.wait(10)
        return b"picture"

    monkeypatch.setattr(cards, "_draw", draw)
    monkeypatch.setattr(cards, "PATIENCE", 0.05)
    card = Card("Uji gambar", "Kursus", "Kelas", "Dinas")
    first = threading.Thread(target=card_png, args=(card,))
    first.start()
    begun.wait(10)
    with pytest.raises(CardBusyError):
        card_png(Card("Uji lain", "Kursus", "Kelas", "Dinas"))
    done.set()
    first.join()

    assert card_png(card) == b"picture"
    assert drawn == ["Uji gambar"]


def test_while_pictures_are_drawn_a_chat_is_asked_to_come_back(visitor, course, monkeypatch):
    def busy(_card: Card) -> bytes:
        raise CardBusyError

    monkeypatch.setattr("elearn.pages.catalogue.pictures.card_png", busy)
    answer = get(visitor, said(get(visitor, LESSON).text)["og:image"])

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"


def test_a_long_title_and_strange_letters_fit_the_picture() -> None:
    for title in ("Kata " * 60, "ﺱﻼﻣ ꦱꦸꦒꦼꦁ 日本 <b>&\"'#", "x" * 200):
        picture = card_png(Card(title, title, "Kelas UMKM", "Dinas", "b"))
        assert int.from_bytes(picture[16:20]) == 1200
        assert zlib.crc32(picture)


def test_a_site_that_does_not_know_its_address_leads_nowhere_outside(app, visitor, course, settings):
    import dataclasses

    app.extensions["elearn_settings"] = app.jinja_env.globals["site"] = dataclasses.replace(
        settings, base_url=""
    )
    text = get(visitor, LESSON).text

    assert "og:image" not in text
    assert "canonical" not in text
    assert "wa.me" not in text
    assert f'data-salin="{LESSON}"' in text


def test_a_lesson_is_passed_on_with_its_title_and_address(visitor, course):
    found = re.search(r'href="https://wa\.me/\?text=([^"]+)"', get(visitor, LESSON).text)

    assert found
    assert unquote(found[1]).splitlines() == ["Kenali bahan (Dapur Halal)", SITE + LESSON]


# --- Ticks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "seen", "ticked", "after"),
    [
        ("", "", "x", "x"),
        ("x", "x", "", ""),
        ("x", "", "y", "xy"),
        ("x", "", "", "x"),
        ("xy", "x", "x", "xy"),
        ("xy", "y", "", "x"),
        ("", "x", "", ""),
        ("", "x", "xy", "y"),
    ],
)
def test_only_what_was_changed_where_one_ticked_is_changed(learner, course, before, seen, ticked, after):
    def ids(letters: str) -> list[str]:
        return [f"c-4k2m9{letter}" for letter in letters]

    page = get(learner.client, LESSON)
    send(learner.client, page, f"{LESSON}/daftar", c=ids(before))
    answer = post(
        learner.client,
        f"{LESSON}/daftar",
        {"c": ids(ticked), "dulu": ids(seen)},
        **{"X-CSRFToken": page.token(), "Accept": "application/json"},
    )

    assert answer.status == 200
    assert re.findall(r"c-4k2m9\w", answer.text) == ids(after)
    text = get(learner.client, LESSON).text
    assert re.findall(r'value="(c-\w+)" form="daftar" checked', text) == ids(after)
    assert re.findall(r'name="dulu" value="(c-\w+)"', text) == ids(after)


def test_nobody_is_enrolled_by_an_empty_list(learner, course, records):
    page = get(learner.client, LESSON)
    send(learner.client, page, f"{LESSON}/daftar", dulu=["c-4k2m9x"])

    assert "Ikut kursus ini" in get(learner.client, COURSE).text


def test_scripts_know_accounts_apart_and_visitors_have_none(visitor, make_person, course):
    def account(client) -> str:
        """Ask twice: the second answer comes from memory."""
        found = [re.search(r'data-akun="([^"]*)"', get(client, LESSON).text) for _ in range(3)]
        assert found[0] == found[1] or (found[0] and found[1] and found[0][1] == found[1][1] == found[2][1])
        return found[0][1] if found[0] else ""

    one, other = make_person(), make_person()
    names = [account(one.client), account(other.client)]
    assert len(set(names)) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)
    assert account(visitor) == ""
    # A new sign-in is the same account.
    send(one.client, get(one.client, "/akun"), "/keluar")
    page = get(one.client, "/masuk")
    send(one.client, page, "/masuk", kunci=one.key, sandi=one.password)
    assert account(one.client) == names[0]
    assert f'data-akun="{names[0]}"' in get(one.client, "/belajar").text


# --- The page ----------------------------------------------------------------------------------------


def test_the_page_goes_from_sources_to_what_to_do_to_questions_to_the_next_module(learner, course):
    text = get(learner.client, LESSON).text
    places = [
        text.index(mark) for mark in ('id="sumber"', "strip ok", 'id="langkah"', 'id="tanya"', 'class="turn')
    ]

    assert places == sorted(places)


def test_that_a_lesson_was_opened_is_noted_for_those_who_follow_the_course_only(visitor, learner, course):
    assert "data-dibuka" not in get(visitor, LESSON).text
    assert "data-dibuka" not in get(learner.client, LESSON).text
    send(learner.client, get(learner.client, COURSE), f"{COURSE}/ikut")

    assert f'data-dibuka="{LESSON}/dibuka"' in get(learner.client, LESSON).text


def test_a_visitor_is_told_where_ticks_stay_and_shown_no_form(visitor, course):
    text = get(visitor, LESSON).text

    assert "Dengan akun, centang Anda tersimpan" in text
    assert "data-simpan" in text
    assert 'method="post"' not in text


def test_a_lesson_is_one_statement_and_one_small_page(learner, course, statements):
    get(learner.client, LESSON)
    get(learner.client, LESSON)
    with statements() as seen:
        answer = learner.client.get(LESSON, base_url=SITE, headers={"Accept-Encoding": "gzip"})

    assert len(seen) == 1
    assert len(answer.get_data()) <= 15_000
