"""The page of search results: courses, then places in lessons; for visitors the same for all."""

from __future__ import annotations

import re
from urllib.parse import quote

from sqlalchemy import select

from elearn.records import study
from elearn.records.audit.models import Way
from elearn.records.authoring.courses import set_state
from elearn.records.catalogue.models import Course, CourseState
from tests.pages.conftest import NOW, get, user_of


def look_for(client, typed):
    return get(client, f"/?cari={quote(typed, safe='')}")


def change_state(records, state):
    with records() as session:
        course = session.scalars(select(Course)).one()
        set_state(session, course, state, actor=None, way=Way.COMMAND, now=NOW)


def test_courses_come_first_and_lessons_below_with_the_word_marked(visitor, course):
    page = look_for(visitor, "bahan")

    assert page.status == 200
    assert 'href="/kursus/dapur-halal/bahan#isi-kelompok-bahan">' in page.text
    assert "Tulis semua <mark>bahan</mark>." in page.text
    assert 'value="bahan"' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    both = look_for(visitor, "halal").text
    assert both.index('class="tap-all" href="/kursus/dapur-halal"') < both.index("Di dalam pelajaran")


def test_what_is_typed_comes_back_as_text_only(visitor, course):
    for typed in ('<mark>"bahan', "bahan'><script>alert(1)</script>", "\x01bahan", "bahan " * 90, "😀"):
        page = look_for(visitor, typed)

        assert page.status == 200
        assert "<script" not in page.text
        assert "\0" not in page.text
        assert '<mark>"' not in page.text
        assert re.search(r'name="cari"[^>]*value="[^"]{0,600}"', page.text)


def test_a_slip_is_named_and_its_results_shown_at_once(visitor, course):
    page = look_for(visitor, "dapru")

    assert "“dapru” tidak ketemu. Maksud Anda “dapur”?" in page.text
    assert 'href="/kursus/dapur-halal"' in page.text


def test_where_nothing_is_found_the_page_says_what_to_do(visitor, course):
    page = look_for(visitor, "zzzz")

    assert page.status == 200
    assert "“zzzz” belum ketemu" in page.text
    assert 'href="/kursus/dapur-halal"' in page.text
    assert "Di dalam pelajaran" not in page.text
    assert 'name="cari"' in page.text


def test_nothing_of_a_quiz_is_found_on_the_page(visitor, learner, course):
    for client in (visitor, learner.client):
        for word in ("BPJPH", "LPPOM"):
            assert "/kuis" not in look_for(client, word).text


def test_visitors_share_the_page_and_get_no_cookie(visitor, learner, course):
    page = look_for(visitor, "bahan")

    assert page.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in page.headers
    assert 'method="post"' not in page.text
    assert get(visitor, "/?cari=bahan", **{"If-None-Match": page.headers["ETag"]}).status == 304
    own = look_for(learner.client, "bahan")
    assert "private" in own.headers["Cache-Control"] or "no-store" in own.headers["Cache-Control"]
    assert "Tulis semua <mark>bahan</mark>." in own.text


def test_a_course_that_is_listed_no_more_is_found_by_who_is_in_it(
    visitor, learner, make_person, records, course
):
    with records() as session:
        study.enrol(session, user_of(session, learner), "dapur-halal", NOW)
    stranger = make_person()
    for state in (CourseState.UNLISTED, CourseState.RETIRED):
        change_state(records, state)

        assert "isi-kelompok-bahan" in look_for(learner.client, "bahan").text
        assert 'class="tap-all" href="/kursus/dapur-halal"' in look_for(learner.client, "dapur").text
        for other in (visitor, stranger.client):
            assert "dapur-halal" not in look_for(other, "bahan").text


def test_the_catalogue_without_a_search_asks_no_more_than_before(visitor, course, statements):
    get(visitor, "/")

    with statements() as seen:
        page = get(visitor, "/")

    assert 'role="search" action="/"' in page.text
    assert len(seen) == 1


def test_a_search_costs_few_statements(visitor, learner, course, statements):
    look_for(visitor, "bahan")
    for client, most in ((visitor, 3), (learner.client, 6)):
        with statements() as seen:
            look_for(client, "bahan")

        assert len(seen) <= most


def test_an_english_page_says_it_in_english(visitor, course):
    visitor.set_cookie("bahasa", "en", domain="kelas.example")

    page = look_for(visitor, "bahan")

    assert page.status == 200
    assert page.headers["Content-Language"] == "en"
    assert ' lang="id"' in page.text
