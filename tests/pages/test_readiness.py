"""All checklists of one's courses on one page: to tick, to filter, to print, to pass on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from elearn.records import study
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import course_by_slug
from tests.conftest import NOW
from tests.pages.conftest import Person, get, post, send, user_of
from tests.records.learning import CHECKLIST, COURSE, SLUG, course_page, module, publish

PAGE = f"/kursus/{SLUG}"
LIST = f"{PAGE}/lantai/daftar"
FILES = {
    **COURSE,
    "01-meja.md": module("Meja", body="- [ ] Lap **bersih** sudah ada & kering <!-- id: c-lap001 -->\n"),
}


@pytest.fixture
def bring(records: Any) -> Callable[..., None]:
    def bring(files: Mapping[str, str] = FILES, *, slug: str = SLUG) -> None:
        with records() as session:
            publish(session, files, now=NOW, slug=slug)

    return bring


@pytest.fixture
def act(records: Any, learner: Person) -> Callable[..., Any]:
    def act(verb: Callable[..., Any], *what: Any) -> Any:
        with records() as session:
            return verb(session, user_of(session, learner), *what)

    return act


def readiness(person: Person, query: str = "") -> str:
    page = get(person.client, f"/kesiapan{query}")
    assert page.status == 200, page.text
    return page.text


def boxes(text: str) -> dict[str, bool]:
    """Return the lines of all lists, and whether they are ticked."""
    return {
        found[1]: "checked" in found[2]
        for found in re.finditer(r'<input type="checkbox" name="c" value="([^"]+)"([^>]*)>', text)
    }


def chat(text: str) -> str:
    """Return the text that a press hands to WhatsApp."""
    found = re.search(r'href="(https://wa\.me/\?text=[^"]+)"', text)
    assert found
    return parse_qs(urlsplit(unescape(found[1])).query)["text"][0]


def test_without_a_list_the_page_says_where_one_comes_from(learner, bring, act):
    bring({**COURSE, "02-lantai.md": module("Lantai")})
    act(study.enrol, SLUG, NOW)

    text = readiness(learner)

    assert "Belum ada daftar kesiapan" in text
    assert "wa.me" not in text
    assert "Daftar kesiapan" not in get(learner.client, "/belajar").text


def test_all_lists_stand_on_one_page_with_what_is_ready(learner, bring, act):
    bring()
    bring(slug="dapur-kedua")
    act(study.enrol, "dapur-kedua", NOW)
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)

    text = readiness(learner)

    assert text.count('<section class="sec flow" id=') == 2
    assert "1 dari 6 sudah siap" in text
    assert "1 dari 3 sudah siap" in text
    assert "0 dari 3 sudah siap" in text
    assert f'href="{PAGE}/lantai"' in text
    assert "<strong>bersih</strong>" in text
    for address in ("/belajar", PAGE, f"{PAGE}/lantai"):
        assert 'href="/kesiapan' in get(learner.client, address).text, address
    assert "1 dari 3 sudah siap" in get(learner.client, PAGE).text


def test_a_list_is_ticked_and_unticked_right_there(learner, bring, act):
    bring()
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)
    page = get(learner.client, "/kesiapan")

    answer = send(learner.client, page, LIST, kembali="semua", dulu=["c-meja01"], c=["c-lantai"])

    assert (answer.status, answer.location) == (303, f"/kesiapan#{SLUG}-lantai")
    text = readiness(learner)
    assert boxes(text) == {"c-lap001": False, "c-meja01": False, "c-lantai": True}
    assert "Daftar Anda tersimpan." in text


def test_only_what_is_missing_can_be_shown_and_ticking_there_unticks_nothing(learner, bring, act):
    bring()
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)

    text = readiness(learner, "?belum=1")
    assert boxes(text) == {"c-lap001": False, "c-lantai": False}
    assert 'name="dulu"' not in text

    page = get(learner.client, "/kesiapan?belum=1")
    answer = send(learner.client, page, LIST, kembali="belum", c=["c-lantai"])
    assert answer.location == f"/kesiapan?belum=1#{SLUG}-lantai"
    assert boxes(readiness(learner)) == {"c-lap001": False, "c-meja01": True, "c-lantai": True}
    act(study.set_ticks, SLUG, "meja", {"c-lap001"}, NOW)
    assert "Semua sudah siap" in readiness(learner, "?belum=1")


def test_a_forgotten_tab_takes_no_tick_of_another_phone_away(learner, bring, act):
    bring()
    act(study.enrol, SLUG, NOW)
    old = get(learner.client, "/kesiapan")
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)

    send(learner.client, old, LIST, kembali="semua", c=["c-lantai"])

    assert boxes(readiness(learner)) == {"c-lap001": False, "c-meja01": True, "c-lantai": True}


@pytest.mark.parametrize("back", ["https://jahat.example/", "//jahat.example", "", "beranda"])
def test_the_way_back_is_one_of_two(learner, bring, back):
    bring()
    page = get(learner.client, f"{PAGE}/lantai")

    answer = send(learner.client, page, LIST, kembali=back, c=["c-lantai"])

    assert answer.location == f"{PAGE}/lantai"


def test_a_course_that_is_closed_shows_its_list_and_takes_no_tick(learner, bring, act, records):
    bring()
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)
    with records() as session:
        course_by_slug(session, SLUG).state = CourseState.RETIRED

    page = get(learner.client, "/kesiapan")

    assert page.text.count("disabled") == 3
    assert "Simpan daftar" not in page.text
    assert send(learner.client, page, LIST, kembali="semua", c=["c-lantai"]).status != 303
    assert boxes(readiness(learner))["c-lantai"] is False


def test_the_text_for_a_chat_names_what_is_missing_and_nobody(learner, bring, act):
    bring()
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)

    text = chat(readiness(learner))

    assert text.startswith(
        "Daftar kesiapan saya per 23 November 2026\n\n*Dapur Bersih*\n1 dari 3 sudah siap\n"
    )
    assert "- Lap bersih sudah ada & kering\n- Lantai disapu\n" in text
    assert "Meja dilap" not in text
    assert learner.name not in text


def test_a_long_list_is_cut_for_a_chat_and_says_so(learner, bring, act):
    lines = "".join(
        f"- [ ] Berkas nomor {n} sudah difoto, dinamai, dan disimpan di HP <!-- id: c-berk{n:03d} -->\n"
        for n in range(90)
    )
    bring({**FILES, "02-lantai.md": module("Lantai", body=CHECKLIST + lines)})
    act(study.enrol, SLUG, NOW)
    page = readiness(learner)

    text = chat(page)

    assert len(text) < 1400
    shown = text.count("\n- ")
    assert f"… dan {93 - shown} hal lain yang belum." in text
    assert len(boxes(page)) == 93


def test_hostile_words_stay_words_in_the_page_and_in_the_address(learner, bring, act):
    hostile = "- [ ] Saya & \"Anda\" 'x' #1?=+% &lt;b&gt; 🍜 <!-- id: c-aneh01 -->\n"
    bring({**FILES, "kursus.md": course_page(), "02-lantai.md": module("Lantai", body=hostile)})
    act(study.enrol, SLUG, NOW)

    page = readiness(learner)

    assert "- Saya & \"Anda\" 'x' #1?=+% <b> 🍜" in chat(page)
    found = re.search(r'href="https://wa\.me/\?text=([^"]+)"', page)
    assert found
    assert re.fullmatch(r"[A-Za-z0-9%_.~-]+", found[1])


def test_it_prints_with_name_day_and_office(learner, bring, act):
    bring()
    act(study.enrol, SLUG, NOW)

    paper = re.search(r'<p class="paper">(.*?)</p>', readiness(learner), re.DOTALL)

    assert paper
    assert "Sari Wulandari" in paper[1]
    assert "Dinas Koperasi dan UMKM" in paper[1]
    assert "23 November 2026" in paper[1]


def test_visitors_sign_in_first_and_nobody_sees_anothers_list(learner, visitor, make_person, bring, act):
    bring()
    act(study.set_ticks, SLUG, "lantai", {"c-meja01"}, NOW)

    page = get(visitor, "/kesiapan?belum=1")
    other = readiness(make_person(name="Joko"))

    assert (page.status, page.location) == (303, "/masuk?next=/kesiapan?belum%3D1")
    assert "Belum ada daftar kesiapan" in other
    assert "no-store" in get(learner.client, "/kesiapan").headers["Cache-Control"]
    assert post(visitor, LIST, {"c": "c-lantai"}).status in {401, 403}


def test_the_page_costs_one_statement_besides_the_session(learner, bring, act, statements):
    bring()
    bring(slug="dapur-kedua")
    act(study.enrol, SLUG, NOW)
    readiness(learner)
    with statements() as few:
        readiness(learner)
    act(study.set_ticks, "dapur-kedua", "lantai", {"c-meja01", "c-lantai"}, NOW)
    readiness(learner)
    with statements() as many:
        readiness(learner)

    assert len(few) == len(many) == 2
