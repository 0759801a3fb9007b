"""Letters: a link for a forgotten password, and what no letter may do."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select

from elearn.commands.working import work
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import CodeKind, OneTimeCode
from elearn.records.audit.models import Way
from elearn.records.jobs.models import Job
from elearn.web import mail
from elearn.web.settings import Settings
from tests.letters import Postbox, postbox
from tests.pages.conftest import NOW, get, send, sign_in, user_of

ADDRESS = "sari@contoh.example"


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def settings(settings: Settings, box: Postbox) -> Settings:
    return replace(settings, smtp_url=box.url, mail_from="kelas@kelas.example", site_name="Kelas “Ümkm”")


@pytest.fixture
def sari(make_person, records):
    person = make_person()
    with records() as session:
        user_of(session, person).email = ADDRESS
    return person


def ask(client, key, address="/lupa-sandi"):
    return send(client, get(client, "/aktivasi"), address, kunci=key)


def test_a_link_is_mailed_and_sets_a_password_once(app, visitor, make_client, sari, box):
    asked = ask(visitor, "0812-3456-7001", "/lupa-sandi?next=/kesiapan%3Fx%3D1")
    assert (asked.status, asked.location) == (303, "/aktivasi?next=/kesiapan?x%3D1")
    assert "Kalau akun itu ada" in get(visitor, asked.location).text
    assert box.letters == []

    assert work(app) == 1
    (letter,) = box.letters
    (link,) = box.links()
    assert letter["To"] == ADDRESS
    assert letter["From"] == "Kelas “Ümkm” <kelas@kelas.example>"
    assert parsedate_to_datetime(letter["Date"]) == NOW.replace(microsecond=0)
    assert letter["Message-ID"].endswith("@kelas.example>")
    assert letter["Subject"] == "Buat kata sandi baru di Kelas “Ümkm”"
    assert letter.get_content_type() == "text/plain"
    assert sari.name in letter.get_content()
    assert link.startswith("https://kelas.example/aktivasi/")

    path = link.removeprefix("https://kelas.example")
    for _look in range(2):
        page = get(visitor, path)
        assert sari.name not in page.text
    assert get(sari.client, "/akun").status == 200
    answer = send(visitor, page, path, sandi="kata-sandi-baru")
    assert (answer.status, answer.location) == (303, "/kesiapan?x=1")
    assert get(sari.client, "/akun").status == 303
    late = make_client()
    again = send(late, get(late, "/aktivasi"), path, sandi="kata-sandi-lain")
    assert again.status == 422
    assert "Kodenya belum cocok" in again.text
    assert "tidak berlaku" in get(late, path).text


def test_a_link_holds_for_half_an_hour(app, visitor, sari, box, now):
    ask(visitor, ADDRESS)
    work(app)
    path = box.links()[0].removeprefix("https://kelas.example")

    now(minutes=29)
    assert "Simpan dan masuk" in get(visitor, path).text
    now(minutes=1)
    assert "tidak berlaku" in get(visitor, path).text


def test_what_stands_in_the_database_opens_no_account(app, visitor, sari, box, settings):
    ask(visitor, ADDRESS)
    before = dump(settings)
    work(app)
    code = box.links()[0].rpartition("/")[2]

    assert len(code) == 26
    assert code not in before + dump(settings)
    assert "mail.reset" in before


def dump(settings):
    connection = sqlite3.connect(settings.data_dir / "elearn.sqlite3")
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_the_address_in_the_link_is_the_sites_whatever_the_request_says(app, visitor, sari, box):
    page = get(visitor, "/aktivasi")
    data = {"csrf_token": page.token(), "kunci": ADDRESS}
    visitor.post(
        "/lupa-sandi",
        data=data,
        base_url="https://kelas.example",
        headers={"X-Forwarded-Host": "jahat.example", "X-Host": "jahat.example", "Forwarded": "host=jahat"},
    )
    work(app)

    assert "jahat" not in box.letters[0].as_string()
    assert box.links()[0].startswith("https://kelas.example/aktivasi/")


def test_the_same_is_said_and_done_for_a_key_that_nobody_has(
    app, visitor, make_client, sari, box, statements
):
    seen = []
    for key in (ADDRESS, "nobody@contoh.example", sari.key, "0899 1111 2222", "tidak.ada"):
        client = make_client()
        page = get(client, "/aktivasi")
        with statements() as done:
            answer = send(client, page, "/lupa-sandi", kunci=key)
        done = [re.sub(r"users\.(phone|email|username)", "users.key", statement) for statement in done]
        said = get(client, answer.location).text
        seen.append((answer.status, answer.location, len(answer.text), done, "Kalau akun itu ada" in said))

    assert seen == [seen[0]] * 5
    assert work(app) == 5
    assert [letter["To"] for letter in box.letters] == [ADDRESS, ADDRESS]


def test_only_so_many_links_are_asked_for(app, visitor, sari, now):
    page = get(visitor, "/aktivasi")
    answers = [send(visitor, page, "/lupa-sandi", kunci=f" {ADDRESS.upper()} ") for _each in range(6)]

    assert [answer.status for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) == (60 - NOW.minute) * 60
    assert "Tunggu 18 menit" in answers[-1].text
    assert ADDRESS.upper() in answers[-1].text
    now(hours=1)
    assert send(visitor, page, "/lupa-sandi", kunci=ADDRESS).status == 303


def test_a_key_that_cannot_be_one_is_told_beside_its_field(visitor):
    answer = ask(visitor, "sari@")

    assert answer.status == 422
    assert "belum lengkap" in answer.text
    assert 'value="sari@"' in answer.text


def test_asking_for_a_link_ends_neither_sessions_nor_codes(app, visitor, sari, records, box):
    with records() as session:
        told = accounts.give_code(
            session, user_of(session, sari), kind=CodeKind.TOLD, actor=None, way=Way.COMMAND, now=NOW
        )
    sign_in(sari)
    ask(visitor, ADDRESS)
    ask(visitor, ADDRESS)
    work(app)

    assert get(sari.client, "/akun").status == 200
    assert "Simpan dan masuk" in get(visitor, f"/aktivasi/{told}").text
    first, second = (link.removeprefix("https://kelas.example") for link in box.links())
    assert send(visitor, get(visitor, first), first, sandi="kata-sandi-baru").status == 303
    for other in (second, f"/aktivasi/{told}"):
        assert "tidak berlaku" in get(visitor, other).text


def test_nothing_goes_to_whoever_is_switched_off_or_has_no_address(
    app, visitor, make_person, sari, records, box
):
    make_person(name="Tanpa alamat")
    with records() as session:
        accounts.disable(session, user_of(session, sari), reason="uji", actor=None, way=Way.COMMAND, now=NOW)
    for key in (ADDRESS, "0812 3456 7002"):
        ask(visitor, key)

    assert work(app) == 2
    assert box.letters == []
    with records() as session:
        assert session.scalars(select(Job.done_at)).all() == [NOW, NOW]
        assert session.scalars(select(OneTimeCode)).all() == []


def test_an_address_refused_for_good_is_let_be_and_stands_in_no_log(app, visitor, sari, records, box, caplog):
    box.refusal = f"550 <{ADDRESS}> unknown"
    ask(visitor, ADDRESS)
    with caplog.at_level(logging.DEBUG, "elearn"):
        work(app)

    assert "550" in caplog.text
    assert ADDRESS not in caplog.text
    with records() as session:
        assert session.scalars(select(Job.done_at)).all() == [NOW]


def test_an_address_refused_for_now_is_tried_again(app, visitor, sari, box, now, caplog):
    box.refusal = f"451 <{ADDRESS}> later"
    ask(visitor, ADDRESS)
    with caplog.at_level(logging.DEBUG, "elearn"):
        assert work(app) == 1
    assert work(app) == 0
    box.refusal = ""
    now(seconds=30)

    assert work(app) == 1
    assert [letter["To"] for letter in box.letters] == [ADDRESS]
    assert ADDRESS not in caplog.text


@pytest.mark.parametrize("part", ["smtp_url", "base_url"])
def test_without_a_mail_server_or_an_address_of_the_site_no_link_is_offered(
    settings, sari, app, visitor, part
):
    app.extensions["elearn_settings"] = replace(settings, **{part: ""})
    page = get(visitor, "/aktivasi")

    assert "/lupa-sandi" not in page.text
    assert send(visitor, page, "/lupa-sandi", kunci=ADDRESS).location == "/aktivasi"
    assert work(app) == 0


def test_a_letter_that_was_enqueued_before_mail_was_switched_off_is_no_failure(
    app, visitor, sari, settings, box
):
    ask(visitor, ADDRESS)
    app.extensions["elearn_settings"] = replace(settings, smtp_url="")

    assert work(app) == 1
    assert work(app) == 0
    assert box.letters == []


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\x85", " ", "\x0b"])
def test_no_text_adds_a_header(settings, line_end):
    text = f"Judul{line_end}Bcc: jahat@contoh.example\n\nIsi{line_end}Bcc: lagi@contoh.example"
    letter = mail.write(
        replace(settings, site_name=f"Kelas{line_end}Bcc: x@contoh.example"),
        to=ADDRESS,
        text=text,
        number=1,
        now=NOW,
    )
    head = letter.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]

    assert sorted(names) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "x <a@b.example>", ""]
)
def test_no_address_becomes_two(settings, to):
    with pytest.raises((ValueError, IndexError)):
        mail.write(settings, to=to, text="a\n\nb", number=1, now=NOW)


def test_the_password_of_the_mail_server_stands_in_no_text_about_the_settings():
    assert "rahasia" not in repr(Settings(smtp_url="smtp://kelas:rahasia@surat.example"))


def test_a_password_is_not_sent_in_clear_to_another_machine(monkeypatch, settings, box):
    # The same server under a name that is not the machine itself; it offers no encryption.
    monkeypatch.setattr(mail, "HERE", set())
    letter = mail.write(settings, to=ADDRESS, text="a\n\nb", number=1, now=NOW)

    with pytest.raises(OSError, match="STARTTLS"):
        mail.deliver(replace(settings, smtp_url=f"smtp://kelas:rahasia@127.0.0.1:{box.port}"), letter)
    mail.deliver(replace(settings, smtp_url=f"smtp://127.0.0.1:{box.port}"), letter)
    assert len(box.letters) == 1
    assert timedelta(seconds=8 * mail.PATIENCE) < timedelta(minutes=2), "a letter takes less than a lease"
