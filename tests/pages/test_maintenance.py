"""The site is closed on purpose: every page says so and when to come again, from memory or not."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from elearn.records.installation import InstallationFact
from elearn.web import maintenance
from elearn.web.maintenance import FACT, Maintenance
from tests.pages.conftest import NOW, get, post


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch):
    """Let every request look whether the site is closed; the second in between is tested on its own."""
    monkeypatch.setattr(maintenance, "KNOWN_FOR", 0.0)


@pytest.fixture
def close(records):
    def change(found: Maintenance | None) -> None:
        with records() as session:
            session.execute(sa.delete(InstallationFact).where(InstallationFact.name == FACT))
            if found is not None:
                session.add(InstallationFact(name=FACT, value=found.as_text()))

    return change


def test_every_page_is_closed_to_everybody_and_opens_again(visitor, learner, course, close):
    addresses = ("/", f"/kursus/{course}", "/masuk", "/tidak-ada", "/sertifikat?kode=X")
    for address in addresses:
        get(visitor, address)
    close(Maintenance())

    for client in (visitor, learner.client):
        for address in (*addresses, "/belajar"):
            page = get(client, address)
            assert page.status == 503, address
            assert "Tempat belajar sedang dirapikan" in page.text
            assert page.headers["Retry-After"] == "300"
            assert page.headers["Cache-Control"] == "no-store"
            assert "Butuh bantuan?" in page.text
            assert "Set-Cookie" not in page.headers
            # Nothing in the navigation would open, so there is none.
            assert "<nav" not in page.text

    close(None)
    assert get(visitor, "/").status == 200
    assert get(learner.client, "/belajar").status == 200


def test_a_lesson_in_memory_is_closed_too(visitor, learner, course, close, statements):
    found = get(visitor, f"/kursus/{course}").text.split(f'href="/kursus/{course}/')[1].split('"')[0]
    address = f"/kursus/{course}/{found}"
    for client in (visitor, learner.client):
        for _again in range(3):
            assert get(client, address).status == 200
    close(Maintenance())

    assert get(visitor, address).status == 503
    assert get(learner.client, address).status == 503


def test_while_it_is_closed_no_page_asks_the_tables_that_an_upgrade_may_lock(
    app, visitor, course, close, monkeypatch
):
    get(visitor, "/")
    close(Maintenance())
    asked = []
    monkeypatch.setattr(app.wsgi_app, "_answer", lambda *_what: asked.append(1))

    assert get(visitor, "/").status == 503
    assert asked == []


def test_what_the_page_consists_of_and_what_monitors_ask_goes_on(visitor, close):
    style = get(visitor, "/masuk").text.split('rel="stylesheet" href="')[1].split('"')[0]
    close(Maintenance())

    assert visitor.get(style, base_url="https://kelas.example").status_code == 200
    assert get(visitor, "/manifest.webmanifest").status == 200
    assert get(visitor, "/healthz").status == 200
    ready = get(visitor, "/readyz")
    assert (ready.status, ready.text) == (503, "maintenance\n")


def test_the_operators_words_and_time_stand_on_the_page(visitor, close):
    close(Maintenance(NOW + timedelta(minutes=90), "Server dipindah <ke> gedung baru."))

    page = get(visitor, "/")

    assert "Server dipindah &lt;ke&gt; gedung baru." in page.text
    assert "Kira-kira selesai 23 November 2026, 12.12 WIB." in page.text
    assert page.headers["Retry-After"] == str(90 * 60)


def test_a_time_that_has_passed_is_not_promised_any_more(visitor, close):
    close(Maintenance(NOW - timedelta(minutes=5)))

    page = get(visitor, "/")

    assert "sedikit lebih lama" in page.text
    assert "Kira-kira selesai" not in page.text
    assert page.headers["Retry-After"] == "60"


def test_what_was_sent_is_said_to_be_unsaved_and_a_program_is_told_in_json(visitor, learner, close):
    token = get(learner.client, "/akun").token()
    close(Maintenance(message="Sebentar saja."))

    page = post(learner.client, "/akun/data", {"csrf_token": token, "nama": "Sari", "kabupaten": "18.71"})
    data = get(visitor, "/", Accept="application/json")

    assert page.status == 503
    assert "belum tersimpan" in page.text
    assert data.status == 503
    assert json.loads(data.text) == {"error": 503, "message": "Sebentar saja."}
    assert data.headers["Retry-After"] == "300"


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def test_what_was_sent_stays_in_the_page_until_it_can_be_sent_again(learner, close):
    token = get(learner.client, "/akun").token()
    sent = {
        "csrf_token": token,
        "nama": 'Sari d\'Arc & "Co"',
        "kabupaten": "18.71",
        "sandi": "rahasia-sekali",
    }
    close(Maintenance())

    page = post(learner.client, "/akun/data", sent)
    for _again in range(2):
        assert page.status == 503
        assert '<form class="card flow" method="post" action="/akun/data">' in page.text
        assert "rahasia-sekali" not in page.text
        held = {name: html.unescape(value) for name, value in hidden(page).items()}
        assert held.pop("csrf_token")
        assert held == {"nama": sent["nama"], "kabupaten": "18.71"}
        page = post(learner.client, "/akun/data", {**held, "csrf_token": token})
    close(None)

    assert (
        post(learner.client, "/akun/data", {**held, "csrf_token": hidden(page)["csrf_token"]}).status == 303
    )
    assert sent["nama"] in html.unescape(get(learner.client, "/akun").text)


def test_a_form_from_elsewhere_or_with_a_file_is_not_offered_again(learner, close):
    close(Maintenance())
    other = learner.client.post(
        "/akun/data",
        data={"nama": "Jahat"},
        base_url="https://kelas.example",
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    picture = learner.client.post(
        "/akun/data",
        data={"nama": "Sari", "gambar": (io.BytesIO(b"x"), "a.png")},
        base_url="https://kelas.example",
    )
    for found in (other, picture):
        text = found.get_data(as_text=True)
        assert found.status_code == 503
        assert "Nanti kembali ke halaman sebelumnya" in text
        assert 'method="post"' not in text


def test_the_way_back_is_the_page_that_was_asked_for_and_never_another_site(visitor, close):
    close(Maintenance())

    assert 'href="/sertifikat?kode=A"' in get(visitor, "/sertifikat?kode=A").text
    assert "evil" not in get(visitor, "//evil.example/").text


def test_the_database_is_asked_once_a_second_and_not_by_every_page(app, monkeypatch):
    asked = []
    monkeypatch.setattr(maintenance, "KNOWN_FOR", 1.0)
    monkeypatch.setattr(maintenance, "_read", lambda engine: asked.append(1))
    clock = {"now": 100.0}
    monkeypatch.setattr(maintenance.time, "monotonic", lambda: clock["now"])
    watch = maintenance.Watch(app)

    for _again in range(50):
        assert watch.now() is None
    assert len(asked) == 1
    clock["now"] += 1.0
    watch.now()
    assert len(asked) == 2


def test_what_was_seen_last_holds_while_the_database_does_not_answer(app, monkeypatch):
    closed = Maintenance(message="naik versi")
    answers = iter([closed, sa.exc.OperationalError("SELECT", {}, Exception("gone")), None])

    def read(_engine):
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(maintenance, "_read", read)
    watch = maintenance.Watch(app)

    assert [watch.now(), watch.now(), watch.now()] == [closed, closed, None]


def test_a_request_does_not_wait_for_another_that_is_looking(app, monkeypatch):
    watch = maintenance.Watch(app)
    inner: list[Maintenance | None] = []
    closed = Maintenance()
    monkeypatch.setattr(maintenance, "_read", lambda _engine: closed)
    assert watch.now() is closed

    def slow(_engine):
        # As another thread would, while this one waits for a locked table.
        inner.append(watch.now())

    monkeypatch.setattr(maintenance, "_read", slow)

    assert watch.now() is None
    assert inner == [closed]


def test_a_database_without_tables_is_open_and_says_so_elsewhere(app, visitor, records):
    with records() as session:
        session.execute(sa.text("DROP TABLE installation_facts"))

    assert get(visitor, "/masuk").status == 200


def test_both_databases_tell_and_a_table_that_is_gone_is_an_error_to_be_lived_with(engine, reading_engine):
    assert maintenance._read(reading_engine) is None
    with engine.begin() as connection:
        row = {"name": FACT, "value": Maintenance(NOW, "Sebentar.").as_text()}
        connection.execute(sa.insert(InstallationFact).values(row))
    assert maintenance._read(reading_engine) == Maintenance(NOW, "Sebentar.")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE installation_facts"))

    with pytest.raises(sa.exc.DBAPIError):
        maintenance._read(reading_engine)
