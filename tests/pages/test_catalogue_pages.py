"""What anybody may read: the catalogue, course pages, lessons, pictures."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.pages.conftest import get, post, send

LESSON = "/kursus/dapur-halal/bahan"


@pytest.mark.parametrize("address", ["/", "/kursus/dapur-halal", LESSON, "/kursus/dapur-halal/kuis"])
def test_a_visitor_gets_a_page_that_everybody_may_share(visitor, course, address):
    page = get(visitor, address)

    assert page.status == 200
    assert page.headers["Cache-Control"].startswith("public")
    assert "Cookie" in page.headers["Vary"]
    assert "ETag" in page.headers
    assert "Set-Cookie" not in page.headers
    assert 'method="post"' not in page.text
    assert "csrf" not in page.text
    assert "\0" not in page.text


@pytest.mark.parametrize("address", ["/", "/kursus/dapur-halal", LESSON])
def test_a_page_the_browser_has_is_not_sent_again(visitor, learner, course, address):
    for client in (visitor, learner.client):
        first = get(client, address)

        again = get(client, address, **{"If-None-Match": first.headers["ETag"]})

        assert again.status == 304
        assert again.text == ""


def test_a_visitors_lesson_costs_one_statement_and_a_learners_at_most_two(
    visitor, learner, course, statements
):
    for client in (visitor, learner.client):
        get(client, LESSON)

    with statements() as for_visitor:
        get(visitor, LESSON)
    with statements() as for_learner:
        get(learner.client, LESSON)

    assert len(for_visitor) == 1
    assert len(for_learner) <= 2


def test_a_lesson_with_its_stylesheet_is_at_most_30_kilobytes(learner, course):
    page = get(learner.client, LESSON)
    sheet = re.search(r'href="(/static/[^"]+style\.css)"', page.text)
    assert sheet
    css = get(learner.client, sheet[1])

    size = len(gzip.compress(page.text.encode())) + len(gzip.compress(css.text.encode()))

    assert size <= 30_000


def test_a_lesson_shows_text_sources_freshness_and_where_one_is(visitor, course):
    text = get(visitor, LESSON).text

    assert "Produk halal dimulai dari bahan yang jelas." in text
    assert "BPJPH" in text
    assert "Diperiksa per 11/2026" in text
    assert "Pemeriksaan berikutnya 02/2027" in text
    assert "Modul 1 dari 2" in text


def test_a_lesson_whose_facts_are_overdue_says_so(visitor, course, now):
    now(days=200)

    assert "Sedang diperiksa ulang" in get(visitor, LESSON).text


def test_the_course_page_says_what_is_needed_and_what_comes_next(visitor, learner, course):
    text = get(visitor, "/kursus/dapur-halal").text
    assert "Membuat daftar bahan sendiri" in text
    assert "Nilai kuis akhir paling sedikit 70" in text
    assert "Ikut kursus ini" not in text

    page = get(learner.client, "/kursus/dapur-halal")
    answer = send(learner.client, page, "/kursus/dapur-halal/ikut")
    after = get(learner.client, answer.location)

    assert answer.status == 303
    assert "Anda sekarang ikut kursus ini" in after.text
    assert "0 dari 2 modul selesai" in after.text
    assert "Terkunci" in after.text


def test_the_catalogue_is_searched_by_title_and_summary(visitor, course):
    assert "Dapur Halal" in get(visitor, "/?cari=dapur").text
    assert "Kursus tidak ketemu" in get(visitor, "/?topik=sepatu").text
    assert "<script>" not in get(visitor, "/?cari=<script>").text
    assert 'value="dapur"' in get(visitor, "/?cari=da%01pur").text


def test_a_learner_marks_a_lesson_as_read_and_sees_the_next_step(learner, course):
    page = get(learner.client, LESSON)
    answer = send(learner.client, page, f"{LESSON}/dibaca")
    after = get(learner.client, LESSON)

    assert (answer.status, answer.location) == (303, f"{LESSON}#langkah")
    assert "Modul ini sudah selesai" in after.text
    assert "1 dari 2 modul selesai" in after.text


def test_what_comes_too_early_is_refused_with_a_sentence_on_the_lesson(learner, course, records):
    page = get(learner.client, "/kursus/dapur-halal")
    answer = send(learner.client, page, "/kursus/dapur-halal/kuis/dibaca")

    assert answer.status == 422
    assert "Selesaikan dulu" in answer.text
    assert "Bacaan pendek sebelum kuis." in answer.text


def test_ticks_belong_to_the_learner_and_stay(learner, make_person, course):
    page = get(learner.client, LESSON)
    answer = send(learner.client, page, f"{LESSON}/daftar", c=["c-4k2m9x"])
    mine = get(learner.client, LESSON).text
    other = get(make_person(name="Joko").client, LESSON).text

    assert answer.status == 303
    assert re.search(r'value="c-4k2m9x" form="daftar" checked', mine)
    assert re.search(r'value="c-4k2m9y" form="daftar">', mine)
    assert "checked>" not in other


def test_a_script_saves_ticks_with_the_token_in_a_header(learner, course):
    page = get(learner.client, LESSON)
    answer = post(
        learner.client,
        f"{LESSON}/daftar",
        {"c": ["c-4k2m9x", "c-4k2m9y"]},
        **{"X-CSRFToken": page.token(), "Accept": "application/json"},
    )

    assert answer.status == 200
    assert get(learner.client, LESSON).text.count('form="daftar" checked') == 2


@pytest.mark.parametrize(
    "address",
    ["/kursus/tidak-ada", "/kursus/dapur-halal/tidak-ada", "/media/" + "0" * 64 + ".svg", "/kursus/"],
)
def test_what_is_not_there_is_a_friendly_404(visitor, course, address):
    page = get(visitor, address)

    assert page.status == 404
    assert "Halaman tidak ketemu" in page.text


def test_a_kept_page_is_another_one_in_another_session(learner, course):
    first = get(learner.client, LESSON)
    page = get(learner.client, "/akun")
    send(learner.client, page, "/keluar")
    from tests.pages.conftest import sign_in

    sign_in(learner)

    assert get(learner.client, LESSON, **{"If-None-Match": first.headers["ETag"]}).status == 200
