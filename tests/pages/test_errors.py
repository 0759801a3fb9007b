"""From a refusal to a page: the right status, one clear sentence, and no word of the machine."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import OperationalError

from elearn.records.attempts.errors import AnswerTooLongError
from elearn.records.errors import ConflictError, ElearnError, NotFoundError, RefusedError, TooManyError, _
from elearn.web.errors import status_of
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


def test_a_missing_page_leads_home_and_to_the_office(visitor, learner):
    for client, home in ((visitor, "/"), (learner.client, "/belajar")):
        page = get(client, "/tidak-ada")
        assert page.status == 404
        assert f'class="btn" href="{home}"' in page.text or home == "/belajar"
        assert "Butuh bantuan?" in page.text
        assert 'name="robots" content="noindex"' in page.text


def _fail_with(app, monkeypatch, error):
    def fail(**_arguments):
        raise error

    monkeypatch.setitem(app.view_functions, "account.help_page", fail)
