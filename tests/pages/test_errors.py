"""From a refusal to a page: the right status, one clear sentence, and no word of the machine."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import default_exceptions

from elearn.records.attempts.errors import AnswerTooLongError
from elearn.records.errors import ConflictError, ElearnError, NotFoundError, RefusedError, TooManyError, _
from elearn.web.errors import status_of
from elearn.web.extensions import db
from tests.pages.conftest import get, post

SENTENCE = _("Kalimat %(n)s.", n=7)


class LateError(ConflictError):
    pass


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError(SENTENCE), 404),
        (ConflictError(SENTENCE), 409),
        (LateError(SENTENCE), 409),
        (RefusedError(SENTENCE), 422),
        (AnswerTooLongError(SENTENCE), 413),
        (TooManyError(SENTENCE, retry_after=30), 429),
        (ElearnError(SENTENCE), 422),
    ],
)
def test_a_family_has_its_status_and_its_sentence_is_shown(app, visitor, monkeypatch, error, status):
    assert status_of(error) == status
    _fail_with(app, monkeypatch, error)

    page = get(visitor, "/bantuan")
    data = get(visitor, "/bantuan", Accept="application/json")

    assert page.status == data.status == status
    assert "Kalimat 7." in page.text
    assert json.loads(data.text)["message"] == "Kalimat 7."


def test_who_comes_too_often_is_told_when_to_come_again(app, visitor, monkeypatch):
    _fail_with(app, monkeypatch, TooManyError(SENTENCE, retry_after=30))

    assert get(visitor, "/bantuan").headers["Retry-After"] == "30"


def test_what_nobody_foresaw_shows_a_reference_and_nothing_of_the_machine(app, visitor, monkeypatch, caplog):
    _fail_with(app, monkeypatch, ZeroDivisionError("rahasia mesin"))

    page = get(visitor, "/bantuan")

    assert page.status == 500
    assert "Ini bukan salah Anda" in page.text
    assert "rahasia mesin" not in page.text
    reference = page.text.split('class="mono">')[1].split("<")[0]
    assert reference in caplog.text


def test_a_database_that_is_busy_says_that_nothing_was_saved_and_when_to_try_again(app, visitor, monkeypatch):
    _fail_with(app, monkeypatch, OperationalError("SELECT 1", {}, Exception("database is locked")))

    page = get(visitor, "/bantuan")

    assert page.status == 503
    assert page.headers["Retry-After"] == "5"
    assert "belum tersimpan" in page.text
    assert "SELECT" not in page.text


def test_a_wrong_method_says_which_are_right(visitor):
    answer = visitor.delete("/bantuan", base_url="https://kelas.example")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(visitor):
    page = get(visitor, "/masuk")

    for size in (3_000_000, 13_000_000):
        assert post(visitor, "/masuk", {"csrf_token": page.token(), "kunci": "x" * size}).status == 413


def test_a_missing_page_offers_a_search_a_way_home_and_the_office(visitor, learner):
    for client, home in ((visitor, "/"), (learner.client, "/belajar")):
        page = get(client, "/tidak-ada")
        assert page.status == 404
        assert f'class="btn alt" href="{home}"' in page.text
        assert re.search(r'<form class="find" role="search" action="/[^"]*">', page.text)
        assert 'name="cari"' in page.text
        assert "Butuh bantuan?" in page.text
        assert 'name="robots" content="noindex"' in page.text
        assert "csrf_token" not in page.text


#: What each status says, and the first thing to do about it; asked for by a look at the help page.
STATUSES = [
    (400, "Permintaan ini belum bisa dibaca", "Kembali ke halaman tadi"),
    (401, "Masuk dulu, ya", "Masuk"),
    (403, "Formulir ini sudah terlalu lama terbuka", "Kembali ke halaman tadi"),
    (404, "Halaman tidak ketemu", "Kembali ke halaman tadi"),
    (405, "Alamat ini tidak dibuka dengan cara itu", "Kembali ke halaman tadi"),
    (409, "Sudah ada yang berubah", "Kembali ke halaman tadi"),
    (410, "Halaman ini sudah tidak ada", "Kembali ke halaman tadi"),
    (413, "Kiriman Anda terlalu besar", "Kembali ke halaman tadi"),
    (415, "Bentuk kiriman ini tidak dikenal", "Kembali ke halaman tadi"),
    (418, "Permintaan ini belum bisa dibaca", "Kembali ke halaman tadi"),
    (422, "Isian ini belum bisa diterima", "Kembali ke halaman tadi"),
    (429, "Terlalu sering dicoba", "Coba lagi"),
    (500, "Maaf, ada gangguan di tempat kami", "Coba lagi"),
    (503, "Sedang sangat sibuk", "Coba lagi"),
]


@pytest.mark.parametrize(("status", "title", "step"), STATUSES, ids=[str(row[0]) for row in STATUSES])
def test_every_status_has_a_page_with_the_next_step_and_data_for_programs(
    app, visitor, monkeypatch, status, title, step
):
    _fail_with(app, monkeypatch, default_exceptions[status]())

    page = get(visitor, "/bantuan?x=1", Referer="https://kelas.example/kursus/a?b=1")
    data = get(visitor, "/bantuan", Accept="application/json")

    assert page.status == data.status == status
    assert f"<h1>{title}</h1>" in page.text
    main = page.text.split("<main")[1]
    assert re.search(rf'<a class="btn[^"]*" href="[^"]+"><svg.*?</svg> {step}</a>', main)
    assert f"Kode: {status}" in main
    assert "Butuh bantuan?" in main
    assert json.loads(data.text)["error"] == status
    assert json.loads(data.text)["message"]
    if step == "Coba lagi":
        assert 'href="/bantuan?x=1"' in main
    elif step != "Masuk":
        assert 'href="/kursus/a?b=1"' in main


@pytest.mark.parametrize(
    "before", ["https://lain.example/kursus/a", "https://kelas.example//lain.example/", "javascript:alert(1)"]
)
def test_the_way_back_leads_to_no_other_site(visitor, before):
    page = get(visitor, "/tidak-ada", Referer=before)

    assert "Kembali ke halaman tadi" not in page.text
    assert "lain.example" not in page.text


def test_the_way_back_does_not_lead_to_the_error_itself(visitor):
    assert "Kembali" not in get(visitor, "/tidak-ada", Referer="https://kelas.example/tidak-ada").text


def test_without_a_database_every_page_still_says_what_is_the_matter(app, learner, monkeypatch, caplog):
    """The engines fail at every connection: no page, and no page of an error, may need one."""
    client = learner.client
    _fail_with(app, monkeypatch, ZeroDivisionError())
    with app.app_context():
        found = list(db.engines.values())

    def gone(*_args, **_more):
        raise sqlite3.OperationalError("unable to open database file")

    for engine in found:
        engine.dispose()
        monkeypatch.setattr(engine.dialect, "connect", gone)

    for address, right in (("/belajar", 503), ("/", 503), ("/bantuan", 500), ("/tidak-ada", 404)):
        page = get(client, address)
        assert page.status == right, address
        assert "Butuh bantuan?" in page.text
        if right >= 500:
            reference = page.text.split('class="mono">')[1].split("<")[0]
            assert re.fullmatch("[0-9A-F]{4}-[0-9A-F]{4}", reference)
            assert reference in caplog.text
        assert "unable to open" not in page.text


def test_a_failure_while_a_refusal_is_put_into_words_has_a_reference_too(app, visitor, monkeypatch, caplog):
    def fail(*_args, **_more):
        monkeypatch.undo()
        raise ZeroDivisionError

    monkeypatch.setattr("elearn.web.errors._steps", fail)
    page = get(visitor, "/tidak-ada")

    assert page.status == 500
    assert page.text.split('class="mono">')[1].split("<")[0] in caplog.text


def _fail_with(app, monkeypatch, error):
    def fail(**_arguments):
        raise error

    monkeypatch.setitem(app.view_functions, "account.help_page", fail)
