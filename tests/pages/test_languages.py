"""Which language a page is in, who decides it, and that nobody gets a page kept for somebody else."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask, flash
from flask_babel import gettext

from elearn.app import create_app
from elearn.content.problems import phrase, problem
from elearn.records.accounts.languages import LANGUAGES, choose_language
from elearn.records.errors import RefusedError, _, said
from elearn.web import language, templating
from elearn.web.forms import place_name, translated
from elearn.web.problems import told
from tests.pages.conftest import get, post, send, sign_in, user_of
from tests.pages.test_front import flask_asked, whole

__all__ = ["flask_asked"]

LESSON = "/kursus/dapur-halal/bahan"
PUBLIC = ("/", "/kursus/dapur-halal", LESSON, "/bantuan", "/perlindungan-data", "/sertifikat", "/masuk")


def choose(client, code: str, **headers: str):
    page = get(client, "/bahasa", **headers)
    return send(client, page, "/bahasa", bahasa=code, next=page.fields()["next"][0])


def spoken(page) -> tuple[str, str]:
    found = re.search(r'<html lang="([^"]+)"', page.text)
    assert found, page.text[:200]
    return found[1], page.headers.get("Content-Language", "")


@pytest.mark.parametrize("address", PUBLIC)
def test_without_a_choice_pages_are_indonesian(visitor, course, address):
    assert spoken(get(visitor, address)) == ("id", "id")


@pytest.mark.parametrize("address", PUBLIC)
def test_a_visitors_choice_holds_on_every_page(visitor, course, address):
    get(visitor, address)
    answer = choose(visitor, "en", Referer=f"https://kelas.example{address}")

    assert (answer.status, answer.location) == (303, address)
    page = get(visitor, address)
    assert spoken(page) == ("en", "en")
    assert "Skip to content" in page.text
    assert "Langsung ke isi" not in page.text
    choose(visitor, "id")
    assert spoken(get(visitor, address)) == ("id", "id")


def test_a_visitors_cookie_says_the_language_and_nothing_else(visitor, course):
    sent = choose(visitor, "en").headers["Set-Cookie"]

    assert sent.startswith("bahasa=en;")
    assert "HttpOnly" in sent
    assert "Secure" in sent
    assert "SameSite=Lax" in sent


def test_public_pages_only_lead_to_the_form(visitor, course):
    for address in PUBLIC[:-1]:
        page = get(visitor, address)
        assert '<a href="/bahasa" lang="en">English</a>' in page.text
        assert "<form" not in page.text or 'method="post"' not in page.text
        assert "Set-Cookie" not in page.headers


def test_the_form_is_private(visitor):
    page = get(visitor, "/bahasa")

    assert page.headers["Cache-Control"] == "no-store"
    assert 'content="noindex"' in page.text


@pytest.mark.parametrize(
    ("headers", "query", "target"),
    [
        ({}, "", "/"),
        ({"Referer": "https://kelas.example/akun?a=1"}, "", "/akun?a=1"),
        ({"Referer": "https://kelas.example/bahasa"}, "", "/"),
        ({"Referer": "https://jahat.example/akun"}, "", "/"),
        ({"Referer": "https://[kelas"}, "", "/"),
        ({"Referer": "https://kelas.example//jahat.example"}, "", "/"),
        ({"Referer": "https://kelas.example/akun"}, "?next=/belajar", "/belajar"),
        ({}, "?next=https://jahat.example/", "/"),
        ({}, "?next=//jahat.example/", "/"),
    ],
)
def test_after_choosing_one_is_back_where_one_was_and_nowhere_else(visitor, headers, query, target):
    page = get(visitor, f"/bahasa{query}", **headers)

    assert page.fields()["next"] == [target]
    sent = send(visitor, page, "/bahasa", bahasa="en", next="//jahat.example")
    assert sent.location == "/"


@pytest.mark.parametrize("code", ["", "fr", "EN", "../en", "en\n"])
def test_an_unknown_language_is_refused_with_a_sentence(learner, code):
    page = get(learner.client, "/bahasa")
    answer = send(learner.client, page, "/bahasa", bahasa=code, next="/akun")

    assert answer.status == 422
    assert "Pilih salah satu bahasa dari daftar." in answer.text
    assert answer.fields()["next"] == ["/akun"]


def test_an_account_keeps_its_language_on_every_device(learner, make_client, records):
    assert choose(learner.client, "en").status == 303
    with records() as session:
        assert user_of(session, learner).language == "en"

    learner.client = make_client()
    sign_in(learner)
    page = get(learner.client, "/akun")
    assert spoken(page) == ("en", "en")
    assert spoken(get(learner.client, "/tidak-ada")) == ("en", "en")


def test_the_account_comes_before_the_cookie_of_the_phone(make_person, visitor, course):
    person = make_person()
    choose(person.client, "en")
    # Somebody else takes the phone and chooses for themselves, signed out.
    send(person.client, get(person.client, "/akun"), "/keluar")
    assert spoken(get(person.client, "/masuk")) == ("en", "en")
    choose(person.client, "id")
    assert spoken(get(person.client, "/masuk")) == ("id", "id")

    answer = sign_in(person)

    assert answer.status == 303
    assert spoken(get(person.client, "/belajar")) == ("en", "en")
    assert spoken(get(person.client, LESSON)) == ("en", "en")


def test_what_is_said_after_signing_in_is_in_the_persons_language(learner, make_client, records):
    choose(learner.client, "en")
    client = make_client()
    page = post(client, "/akun/sandi", {"sandi": "x"})
    held = page.fields()["held"][0]

    resumed = send(client, page, "/masuk", kunci=learner.key, sandi=learner.password, held=held)

    assert spoken(resumed)[0] == "en"


def test_only_a_language_pages_have_is_kept(records, learner):
    with records() as session:
        with pytest.raises(RefusedError):
            choose_language(session, user_of(session, learner), "fr")
        for code in LANGUAGES:
            choose_language(session, user_of(session, learner), code)


def test_an_account_with_a_language_that_is_gone_gets_the_sites(learner, records):
    with records() as session:
        user_of(session, learner).language = "fr"

    assert spoken(get(learner.client, "/akun")) == ("id", "id")


def test_nobody_gets_the_page_kept_for_another_language(make_client, make_person, course):
    first, second = make_client(), make_client()
    choose(second, "en")
    for _round in range(3):
        for address in ("/", "/kursus/dapur-halal", LESSON):
            assert spoken(get(first, address)) == ("id", "id")
            assert spoken(get(second, address)) == ("en", "en")
    indonesian, english = make_person(), make_person()
    choose(english.client, "en")
    for _round in range(3):
        for address in ("/", "/kursus/dapur-halal", LESSON):
            assert spoken(get(indonesian.client, address)) == ("id", "id")
            assert spoken(get(english.client, address)) == ("en", "en")


def test_both_languages_are_answered_from_memory(make_client, make_person, course, flask_asked):
    visitor, member = make_client(), make_person()
    choose(visitor, "en")
    choose(member.client, "en")
    for client, addresses in ((visitor, ("/", LESSON)), (member.client, (LESSON,))):
        for address in addresses:
            for _round in range(2):
                get(client, address)
            tag = get(client, address).headers["ETag"]
            for headers in ({}, {"Accept-Encoding": "gzip"}, {"If-None-Match": tag}):
                head = client.head(address, base_url="https://kelas.example", headers=headers)
                flask_asked.clear()
                status, body, sent = whole(client, address, **headers)
                assert flask_asked == []
                assert (status, sent) == (head.status_code, sorted(head.headers.items()))
                if "Accept-Encoding" in headers:
                    assert b'lang="en"' in gzip.decompress(body)


@pytest.mark.parametrize("cookie", ["bahasa=fr", "bahasa=en; lain=1", "bahasa=en; bahasa=id", "bahasa=en;"])
def test_a_strange_cookie_is_flasks(app, visitor, course, flask_asked, cookie):
    for address in ("/", LESSON):
        get(visitor, address)
        flask_asked.clear()
        bare = app.test_client(use_cookies=False)
        bare.get(address, base_url="https://kelas.example", headers={"Cookie": cookie})
        assert flask_asked == [address]


def test_visitors_without_a_cookie_share_one_copy_whatever_others_chose(make_client, course):
    before = get(make_client(), LESSON)
    other = make_client()
    choose(other, "en")
    get(other, LESSON)
    after = get(make_client(), LESSON)

    assert before.text == after.text
    assert before.headers["ETag"] == after.headers["ETag"]
    assert "Cookie" in before.headers["Vary"]


def test_the_text_of_a_course_says_its_own_language(make_client, course):
    client, other = make_client(), make_client()
    choose(client, "en")
    for address in ("/", "/kursus/dapur-halal", LESSON):
        page = get(client, address).text
        assert re.search(r'<h1 lang="id"|<a class="tap-all"[^>]* lang="id"', page), address
        assert not re.search(r'<h1 lang="id"|<a class="tap-all"[^>]* lang="id"', get(other, address).text)


def test_a_failure_of_the_database_speaks_the_language_of_the_phone(app, visitor, learner, monkeypatch):
    choose(visitor, "en")
    choose(learner.client, "en")

    def fails(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "account.help_page", fails)
    for client in (visitor, learner.client):
        page = get(client, "/bantuan")
        assert (page.status, spoken(page)) == (500, ("en", "en"))
        assert "Sorry, something went wrong on our side" in page.text


def test_an_installation_may_speak_english_to_whoever_has_not_chosen(settings, now):
    from dataclasses import replace

    site = create_app(replace(settings, language="en"))
    page = get(site.test_client(), "/bantuan")
    assert spoken(page) == ("en", "en")


def test_refusals_are_said_in_the_language_of_the_page(make_client):
    client = make_client()
    choose(client, "en")
    page = get(client, "/daftar")
    answer = send(client, page, "/daftar", nama="Sari", kunci="123", sandi="x", kabupaten="xx")

    assert answer.status == 422
    assert "Choose one from the list." in answer.text
    assert "Please tick this if you agree." in answer.text
    assert "Outside Lampung province" in answer.text


TIME = datetime(2026, 11, 2, 3, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value", "indonesian", "english"),
    [
        ("tanggal", date(2026, 8, 2), "2 Agustus 2026", "2 August 2026"),
        ("waktu", TIME, "2 November 2026, 10.42 WIB", "2 November 2026, 10:42 WIB"),
        ("jam", TIME, "10.42 WIB", "10:42 WIB"),
        ("bulan", date(2026, 3, 1), "03/2026", "03/2026"),
        ("angka", 1290, "1.290", "1,290"),
        ("angka", Decimal("0.74"), "0,74", "0.74"),
        ("angka", None, "–", "–"),
        ("poin", 15_000, "1,5", "1.5"),
        ("ukuran", 1_230_000, "1,2 MB", "1.2 MB"),
        ("ukuran", 38_000, "38 KB", "38 KB"),
        ("persen", 8050, "80%", "80%"),
    ],
)
def test_dates_and_figures_are_written_as_the_language_does(app: Flask, name, value, indonesian, english):
    shown = app.jinja_env.filters[name]
    with app.test_request_context():
        assert shown(value) == indonesian
    with app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert shown(value) == english


def test_every_month_has_a_name():
    assert language.month_names("id")[::11] == ("Januari", "Desember")
    assert language.month_names("en")[::11] == ("January", "December")
    assert all(len(language.month_names(code)) == 12 for code in LANGUAGES)


def test_sentences_of_records_and_content_are_translated_with_their_values(app: Flask):
    found = problem(
        "01-a.md", 3, "K52", text="x", value="99", key="Lulus", allowed=phrase("tulis ya atau tidak")
    )
    near = problem(
        "01-a.md", 3, "K31", value="pilh", hint=phrase(' (maksud Anda "{word}"?)', word="pilih satu")
    )
    sentence = _("Kata sandi paling banyak %(count)s huruf.", count=1000)
    inner = _("%(n)s soal. Tidak menentukan lulus.", n=_("Soal %(n)s", n=7))
    with app.test_request_context(headers={"Cookie": "bahasa=en"}):
        assert told(found) == '"99" is not allowed for Lulus; write ya or tidak.'
        assert ' (did you mean "pilih satu"?);' in told(near)
        assert translated(sentence) == "A password has at most 1,000 characters."
        assert translated(inner) == "Questions: Question 7. Does not decide whether you pass."
        assert translated(said(phrase("{file} baris {line}", file="a.md", line=3))) == "a.md line 3"
        assert place_name("luar") == "Outside Lampung province"
        assert place_name("18.71") == "Bandar Lampung"
        assert templating.sentence(phrase("baris {line}", line=3)) == "line 3"
    with app.test_request_context():
        assert told(found) == found.message == '"99" tidak boleh untuk Lulus; tulis ya atau tidak.'
        assert translated(sentence) == "Kata sandi paling banyak 1.000 huruf."


def test_a_message_for_somebody_else_is_in_their_language(app: Flask):
    with app.app_context():
        assert language.current() == "id"
        with language.speaking("en"):
            assert gettext("Kursus") == "Courses"
            assert templating.moment(TIME) == "2 November 2026, 10:42 WIB"
        with language.speaking(None):
            assert gettext("Kursus") == "Kursus"
        assert gettext("Kursus") == "Kursus"


def test_a_message_that_waits_is_said_as_it_was_written(app: Flask, learner):
    with app.test_request_context(headers={"Cookie": "bahasa=en"}):
        flash(gettext("Daftar Anda tersimpan."))
        assert "Your list is saved." in app.jinja_env.from_string("{{ get_flashed_messages() }}").render()


def test_the_own_account_offers_the_languages_too(learner):
    page = get(learner.client, "/akun")
    answer = send(learner.client, page, "/bahasa", bahasa="en", next="/akun#bahasa")

    assert '<button class="btn" name="bahasa" value="id" lang="id" aria-current="true">' in page.text
    assert answer.location == "/akun#bahasa"
    assert '<button class="btn" name="bahasa" value="en" lang="en" aria-current="true">' in (
        get(learner.client, "/akun").text
    )
