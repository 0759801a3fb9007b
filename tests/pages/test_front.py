"""What is answered from memory before Flask is asked is what Flask would have answered."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from elearn.records.accounts.models import UserSession
from tests.pages.conftest import Page, get, post, send

LESSON = "/kursus/dapur-halal/bahan"


@pytest.fixture
def flask_asked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The addresses that Flask itself had to answer."""
    asked: list[str] = []
    inner = app.full_dispatch_request

    def noted():
        from flask import request

        asked.append(request.full_path.rstrip("?"))
        return inner()

    monkeypatch.setattr(app, "full_dispatch_request", noted)
    return asked


def whole(client, address: str, **headers: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    answer = client.get(address, base_url="https://kelas.example", headers=headers)
    return answer.status_code, answer.get_data(), sorted(answer.headers.items())


def test_the_second_answer_is_the_first_byte_by_byte(visitor, learner, course, flask_asked):
    for client, addresses in ((visitor, ("/", LESSON)), (learner.client, (LESSON,))):
        for address in addresses:
            get(client, address)
            tag = get(client, address).headers["ETag"]
            for headers in ({}, {"Accept-Encoding": "gzip"}, {"If-None-Match": tag}):
                # A HEAD is Flask's: its headers are those of the view.
                head = client.head(address, base_url="https://kelas.example", headers=headers)
                flask_asked.clear()
                status, body, sent = whole(client, address, **headers)
                assert flask_asked == []
                assert (status, sent) == (head.status_code, sorted(head.headers.items()))
                assert status == (304 if "If-None-Match" in headers else 200)
                if "Accept-Encoding" in headers:
                    assert gzip.decompress(body) == whole(client, address)[1]


def test_two_people_get_each_their_own_token(make_person, course, flask_asked):
    pages: list[Page] = []
    for _ in range(2):
        person = make_person()
        # The first sets the secret of the session, the second verifies its cookie.
        for _ in range(2):
            get(person.client, LESSON)
        flask_asked.clear()
        page = get(person.client, LESSON)
        assert flask_asked == []
        pages.append(page)
        assert send(person.client, page, f"{LESSON}/dibaca").status == 303

    assert pages[0].token() != pages[1].token()
    assert pages[0].headers["ETag"] != pages[1].headers["ETag"]


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (f"{LESSON}?cari=x", {}),
        ("/?cari=halal", {}),
        (LESSON, {"Cookie": "lain=1"}),
        (LESSON, {"Cookie": "__Host-kelas=palsu"}),
        (LESSON, {"Cookie": "__Host-kelas="}),
        (LESSON, {"Cookie": "lain=1; __Host-kelas=palsu"}),
        ("/", {"Cookie": "__Host-kelas=palsu"}),
        ("/kursus/dapur-halal/tidak-ada", {}),
        ("/masuk", {}),
    ],
)
def test_whatever_is_not_quite_ordinary_is_flasks(app, visitor, course, flask_asked, address, headers):
    for _ in range(2):
        get(visitor, "/")
        get(visitor, LESSON)
    flask_asked.clear()

    bare = app.test_client(use_cookies=False)
    bare.get(address, base_url="https://kelas.example", headers=headers)

    assert flask_asked == [address]


def test_a_post_to_a_lesson_is_flasks(visitor, course, flask_asked):
    get(visitor, LESSON)
    flask_asked.clear()

    assert post(visitor, LESSON).status == 405
    assert flask_asked == [LESSON]


def test_what_a_learner_does_shows_at_once_and_a_message_shows_once(learner, course):
    before = get(learner.client, LESSON)
    before = get(learner.client, LESSON)
    assert send(learner.client, before, "/kursus/dapur-halal/ikut").status == 303

    first, again = get(learner.client, LESSON), get(learner.client, LESSON)
    assert "Kemajuan Anda tersimpan" in first.text or "tersimpan" in first.text
    assert again.text != first.text
    send(learner.client, again, f"{LESSON}/dibaca")
    assert get(learner.client, LESSON).text != again.text


def test_a_session_that_was_ended_is_nobodys_at_once(learner, course, records):
    get(learner.client, LESSON)
    assert "csrf-token" in get(learner.client, LESSON).text

    with records() as session:
        session.execute(sa.update(UserSession).values(ended_at=UserSession.created_at))

    assert "csrf-token" not in get(learner.client, LESSON).text


def test_that_somebody_was_here_is_still_written_down(learner, course, records, now):
    def last_seen():
        with records() as session:
            return session.scalars(sa.select(UserSession.last_seen_at)).one()

    get(learner.client, LESSON)
    get(learner.client, LESSON)
    moment = now(minutes=6)
    get(learner.client, LESSON)

    assert last_seen() == moment


def test_a_page_that_has_to_be_made_costs_one_statement_more_than_none(
    learner, course, statements, flask_asked
):
    get(learner.client, LESSON)
    page = get(learner.client, LESSON)
    send(learner.client, page, f"{LESSON}/dibaca")
    flask_asked.clear()

    with statements() as asked:
        get(learner.client, LESSON)

    assert flask_asked == [LESSON]
    assert len(asked) == 1


def test_facts_that_are_overdue_are_not_hidden_by_memory(visitor, course, now):
    get(visitor, LESSON)
    fresh = get(visitor, LESSON).text
    now(days=4000)

    assert get(visitor, LESSON).text != fresh
