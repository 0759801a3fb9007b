"""Questions to trainers: what learners, trainers, staff and visitors see and may do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from elearn.records import authoring, study
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.catalogue.models import Course, CourseState
from elearn.records.catalogue.queries import course_by_slug
from elearn.records.inquiries.models import Inquiry, InquiryReply
from elearn.records.inquiries.services import MOST_AN_HOUR, TEXT_LENGTH
from elearn.records.jobs.models import Job
from elearn.records.jobs.services import Lease
from elearn.records.privacy.services import erase_person
from elearn.web import mail
from elearn.web.settings import Settings
from tests.pages.conftest import NOW, Page, Person, get, post, send

LESSON = "/kursus/dapur-halal/bahan"
ABOUT = "dapur-halal/bahan"
QUESTION = "Kalau minyak curah bagaimana, Bu?\nTidak ada labelnya."
ANSWER = "Pakai minyak kemasan, ya. Lihat https://bpjph.halal.go.id/minyak."


@pytest.fixture
def asker(course: str, learner: Person) -> Person:
    return learner


@pytest.fixture
def trainer(course: str, records: Any, make_person: Callable[..., Person]) -> Person:
    return make_trainer(records, make_person, "Ratna Dewi")


@pytest.fixture
def staff(course: str, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.STAFF, name="Bagus Prakoso")


def make_trainer(records: Any, make_person: Callable[..., Person], name: str, *, own: bool = True) -> Person:
    person = make_person(Role.TRAINER, name=name)
    if own:
        with records() as session:
            authoring.set_trainers(
                session,
                course_by_slug(session, "dapur-halal"),
                add=[session.get_one(User, person.user_id)],
                remove=[],
                actor=None,
                way=Way.COMMAND,
                now=NOW,
            )
    return person


def ask(person: Person, text: str = QUESTION, **more: str) -> Page:
    page = get(person.client, "/tanya")
    return send(person.client, page, "/tanya", **{"tentang": ABOUT, "teks": text, **more})


def asked(person: Person, text: str = QUESTION) -> int:
    """Ask a question and return its number."""
    answer = ask(person, text)
    assert answer.status == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def answer(person: Person, number: int, text: str = ANSWER, room: str = "pelatih", **more: str) -> Page:
    page = get(person.client, f"/{room}/tanya/{number}")
    fields = {name: values[0] for name, values in page.fields().items() if name in {"event", "terakhir"}}
    return send(person.client, page, f"/{room}/tanya/{number}", **{**fields, "teks": text, **more})


def share(person: Person, number: int, question: str, room: str = "pelatih", **more: str) -> Page:
    """Show the first answer of a thread to everybody."""
    page = get(person.client, f"/{room}/tanya/{number}")
    address = re.search(rf'action="(/{room}/tanya/{number}/\d+/bagikan)"', page.text)
    assert address, page.text
    form = page.text[page.text.index(address[1]) :]
    lesson = re.search(r'<option selected value="(\d+)"', form)
    assert lesson
    return send(person.client, page, address[1], **{"soal": question, "pelajaran": lesson[1], **more})


def press(person: Person, page: Page, words: str) -> Page:
    """Send the form whose button says *words*."""
    for action, inside in re.findall(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.S):
        if words in inside:
            hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', inside))
            hidden.pop("csrf_token", None)
            return send(person.client, page, unescape(action), **hidden)
    raise AssertionError(f"no button {words}")


# --- Asking ------------------------------------------------------------------------------------------


def test_a_learner_asks_at_the_end_of_a_lesson_and_sees_that_it_waits(asker: Person) -> None:
    lesson = get(asker.client, LESSON)
    done = send(asker.client, lesson, "/tanya", tentang=ABOUT, teks=QUESTION)
    page = get(asker.client, done.location)

    assert done.status == 303
    assert "Pertanyaan Anda terkirim. Biasanya dijawab dalam 2 hari kerja." in page.text
    assert "Kalau minyak curah bagaimana, Bu?\nTidak ada labelnya." in page.text
    assert "Menunggu jawaban" in page.text
    assert f'href="{LESSON}"' in page.text
    assert "Menunggu jawaban" in get(asker.client, "/tanya").text


def test_a_visitor_is_shown_the_way_to_sign_in_and_no_form(course: str, visitor: FlaskClient) -> None:
    page = get(visitor, LESSON)

    assert "/masuk?next=/kursus/dapur-halal/bahan%23tanya" in page.text
    assert "<form" not in page.text
    assert get(visitor, "/tanya").location == "/masuk?next=/tanya"


def test_the_link_of_a_lesson_has_its_lesson_chosen(asker: Person) -> None:
    page = get(asker.client, f"/tanya?tentang={ABOUT}")

    assert f'<option selected value="{ABOUT}">Kenali bahan</option>' in page.text
    assert get(asker.client, "/tanya?tentang=tidak/ada").status == 200


@pytest.mark.parametrize("form", ["page", "lesson"])
def test_pressed_twice_it_is_one_question(asker: Person, records: Any, form: str) -> None:
    page = get(asker.client, "/tanya" if form == "page" else LESSON)
    event = page.fields().get("event", [""])[0]
    first = send(asker.client, page, "/tanya", tentang=ABOUT, teks=QUESTION, event=event)
    second = send(asker.client, page, "/tanya", tentang=ABOUT, teks=QUESTION, event=event)
    changed = send(asker.client, page, "/tanya", tentang=ABOUT, teks="Yang lain?", event=event)

    assert first.location == second.location != changed.location
    assert "Pertanyaan ini sudah terkirim." in get(asker.client, second.location).text
    with records() as session:
        assert session.scalars(select(Inquiry.text).order_by(Inquiry.id)).all() == [QUESTION, "Yang lain?"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("   ", "Tulis pertanyaan Anda dulu, ya."),
        ("x" * (TEXT_LENGTH + 1), "Terlalu panjang: paling banyak 2.000 huruf."),
        ("satu\x07dua", "Ada karakter yang tidak bisa disimpan. Hapus dulu, lalu ketik ulang."),
    ],
)
def test_what_cannot_be_sent_is_said_in_one_sentence_and_stays_typed(
    asker: Person, records: Any, text: str, sentence: str
) -> None:
    refused = ask(asker, text)

    assert refused.status == 422
    assert sentence in refused.text
    assert text.strip() in refused.text
    assert f'<option selected value="{ABOUT}">' in refused.text
    with records() as session:
        assert session.scalar(select(Inquiry.id)) is None


def test_a_text_of_the_greatest_length_with_line_ends_of_a_browser_fits(asker: Person) -> None:
    text = ("a" * 99 + "\r\n") * (TEXT_LENGTH // 100)

    assert ask(asker, text).status == 303


def test_above_the_limit_of_an_hour_the_text_stays_typed(
    asker: Person, now: Callable[..., Any], records: Any
) -> None:
    for number in range(MOST_AN_HOUR):
        asked(asker, f"Pertanyaan {number}")
    refused = ask(asker, "Satu lagi boleh?")

    assert refused.status == 429
    assert "Satu lagi boleh?" in refused.text
    assert "Tunggu sebentar, lalu kirim lagi." in refused.text
    now(hours=1)
    assert ask(asker, "Satu lagi boleh?").status == 303


@pytest.mark.parametrize(
    ("state", "enrolled", "opens"),
    [
        (CourseState.LISTED, False, True),
        (CourseState.UNLISTED, False, False),
        (CourseState.UNLISTED, True, True),
        (CourseState.RETIRED, True, False),
    ],
)
def test_a_closed_course_takes_no_questions_and_shows_no_form(
    asker: Person, records: Any, state: CourseState, enrolled: bool, opens: bool
) -> None:
    before = get(asker.client, LESSON)
    with records() as session:
        if enrolled:
            study.enrol(session, session.get_one(User, asker.user_id), "dapur-halal", NOW)
        session.scalars(select(Course)).one().state = state
    lesson = get(asker.client, LESSON)
    sent = send(asker.client, before, "/tanya", tentang=ABOUT, teks=QUESTION)

    assert ("Kirim pertanyaan" in lesson.text) is opens
    assert sent.status == (303 if opens else 422)
    assert opens or QUESTION in unescape(sent.text)
    assert opens or "Kursus ini tidak menerima pertanyaan." in sent.text


def test_a_thread_goes_on_and_waits_again(asker: Person, trainer: Person) -> None:
    number = asked(asker)
    answer(trainer, number)
    page = get(asker.client, f"/tanya/{number}")
    event = page.fields()["event"][0]
    for _press in range(2):
        done = send(asker.client, page, f"/tanya/{number}", teks="Kalau kelapa?", event=event)
        assert done.status == 303
    page = get(asker.client, f"/tanya/{number}")

    assert page.text.count("Kalau kelapa?") == 1
    assert "Menunggu jawaban" in page.text
    assert send(asker.client, page, f"/tanya/{number}", teks=" ", event=event).status == 422


def test_what_was_typed_while_a_course_was_closed_is_not_lost(asker: Person, records: Any) -> None:
    number = asked(asker)
    page = get(asker.client, f"/tanya/{number}")
    with records() as session:
        session.scalars(select(Course)).one().state = CourseState.RETIRED
    sent = send(asker.client, page, f"/tanya/{number}", teks="Ceritanya panjang.", event=str(uuid4()))

    assert sent.status == 422
    assert "Ceritanya panjang." in sent.text
    assert "tidak menerima pertanyaan lagi" in sent.text
    assert "Kirim pesan" not in get(asker.client, f"/tanya/{number}").text


def test_nothing_is_written_for_somebody_who_is_erased_meanwhile(
    asker: Person, records: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = get(asker.client, "/tanya")

    def erase_first() -> None:
        with records() as session:
            person = session.get_one(User, asker.user_id)
            erase_person(session, person, keep_certificates=True, actor=None, way=Way.COMMAND, now=NOW)

    monkeypatch.setattr("elearn.web.guards._refuse_foreign", erase_first)
    sent = send(asker.client, page, "/tanya", tentang=ABOUT, teks="Nama saya Sari.")

    assert sent.status == 404
    with records() as session:
        assert session.scalars(select(Inquiry)).all() == []


# --- Notices -----------------------------------------------------------------------------------------


def test_an_answer_is_marked_as_new_until_the_learner_says_so(
    asker: Person, trainer: Person, records: Any
) -> None:
    number = asked(asker)
    answer(trainer, number)
    page = get(asker.client, "/tanya")

    assert "Jawaban baru" in page.text
    assert "Sudah dijawab" in page.text
    assert "Jawaban baru" in get(asker.client, f"/tanya/{number}").text
    seen = press(asker, page, "Tandai sudah dibaca")
    assert (seen.status, seen.location) == (303, f"/tanya#t{number}")
    assert "Jawaban baru" not in get(asker.client, "/tanya").text
    token = page.token()
    told = post(asker.client, f"/tanya/{number}/dibaca", {"csrf_token": token}, Accept="application/json")
    assert told.text.strip() == '{"seen":true}'


def test_an_answer_that_came_after_the_page_stays_new(asker: Person, trainer: Person) -> None:
    number = asked(asker)
    answer(trainer, number)
    page = get(asker.client, "/tanya")
    answer(trainer, number, "Ralat: jangan dipakai.")

    press(asker, page, "Tandai sudah dibaca")
    page = get(asker.client, "/tanya")
    assert "Jawaban baru" in page.text
    press(asker, page, "Tandai sudah dibaca")
    assert "Jawaban baru" not in get(asker.client, "/tanya").text


def test_web_addresses_in_messages_can_be_tapped_and_nothing_else_is_html(
    asker: Person, trainer: Person
) -> None:
    number = asked(asker, "<b>Halo</b> javascript:alert(1)\nhttps://contoh.example/?a=1&b=2).")
    answer(trainer, number)
    page = get(asker.client, f"/tanya/{number}")

    assert (
        '<a href="https://contoh.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow ugc">' in page.text
    )
    assert '<a href="https://bpjph.halal.go.id/minyak" rel' in page.text
    assert "&lt;b&gt;Halo&lt;/b&gt; javascript:alert(1)\n" in page.text


@pytest.mark.parametrize("has_address", [True, False])
def test_one_letter_tells_of_answers_that_wait_to_be_seen(
    asker: Person,
    trainer: Person,
    app: Flask,
    settings: Settings,
    records: Any,
    monkeypatch: pytest.MonkeyPatch,
    has_address: bool,
) -> None:
    letters: list[EmailMessage] = []
    monkeypatch.setattr(mail, "deliver", lambda _settings, letter: letters.append(letter))
    if has_address:
        with records() as session:
            session.get_one(User, asker.user_id).email = "sari@contoh.example"
    number = asked(asker)
    answer(trainer, number)
    answer(trainer, number, "Tambahan.")
    with records() as session:
        jobs = session.scalars(select(Job.payload).where(Job.kind == "mail.answer")).all()
        for payload in jobs:
            lease = Lease(1, "mail.answer", json.loads(payload), 1)
            sending = replace(settings, smtp_url="smtp://127.0.0.1:1", mail_from="kelas@kelas.example")
            send_it = mail.send(session, lease, sending, NOW)
            assert send_it is not None
            send_it()

    assert len(letters) == len(jobs) == has_address
    for letter in letters:
        text = letter.get_content()
        assert letter["Subject"].startswith("Pertanyaan Anda sudah dijawab di ")
        assert f"https://kelas.example/tanya/{number}\n" in text
        assert "“Dapur Halal”" in text
        assert "minyak" not in text


# --- The desk ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ["pelatih", "staf"])
def test_the_desk_sees_what_waits_and_answers_it(
    asker: Person, trainer: Person, staff: Person, records: Any, room: str
) -> None:
    person = trainer if room == "pelatih" else staff
    number = asked(asker)
    home = get(person.client, "/pelatih/" if room == "pelatih" else "/staf/kelulusan")
    waiting = get(person.client, f"/{room}/tanya")

    assert "1 pertanyaan peserta menunggu jawaban." in home.text
    assert "Kalau minyak curah bagaimana, Bu?" in waiting.text
    assert "Sari Wulandari" in waiting.text
    assert LESSON in get(person.client, f"/{room}/tanya/{number}").text
    done = answer(person, number, room=room)
    assert (done.status, done.location) == (303, f"/{room}/tanya/{number}")
    assert "Tidak ada yang menunggu" in get(person.client, f"/{room}/tanya").text
    assert "Kalau minyak" in get(person.client, f"/{room}/tanya?status=dijawab&kursus=dapur-halal").text
    assert "Kalau minyak" not in get(person.client, f"/{room}/tanya?status=menunggu").text
    assert get(person.client, f"/{room}/tanya?status=apa").status == 422
    assert person.name in get(asker.client, f"/tanya/{number}").text
    with records() as session:
        last = select(AuditEvent.action, AuditEvent.subject_user_id).order_by(AuditEvent.id.desc()).limit(1)
        assert session.execute(last).one() == ("inquiry.answer", asker.user_id)


def test_an_answer_that_is_refused_stays_typed(asker: Person, trainer: Person) -> None:
    number = asked(asker)
    text = "y" * (TEXT_LENGTH + 1)
    refused = answer(trainer, number, text)

    assert refused.status == 422
    assert text in refused.text
    assert answer(trainer, number, "  ").status == 422


def test_two_who_answer_at_once_are_both_kept_and_the_second_is_told(
    asker: Person, trainer: Person, records: Any, make_person: Callable[..., Person]
) -> None:
    second = make_trainer(records, make_person, "Yanto")
    number = asked(asker)
    looked = get(second.client, f"/pelatih/tanya/{number}")
    answer(trainer, number, "Jawaban pertama.")
    fields = {name: looked.fields()[name][0] for name in ("event", "terakhir")}
    for _press in range(2):
        done = send(second.client, looked, f"/pelatih/tanya/{number}", teks="Jawaban kedua.", **fields)
        assert done.status == 303
    page = get(second.client, done.location)
    thread = get(asker.client, f"/tanya/{number}").text

    assert "Ratna Dewi juga baru menjawab. Kedua jawaban terkirim." in page.text
    assert thread.count("Jawaban pertama.") == thread.count("Jawaban kedua.") == 1


def test_a_thank_you_needs_no_answer_unless_something_new_was_written(asker: Person, trainer: Person) -> None:
    number = asked(asker)
    looked = get(trainer.client, f"/pelatih/tanya/{number}")
    mine = get(asker.client, f"/tanya/{number}")
    send(asker.client, mine, f"/tanya/{number}", teks="Satu hal lagi.", event=str(uuid4()))

    assert press(trainer, looked, "Tidak perlu dijawab").location == f"/pelatih/tanya/{number}"
    again = get(trainer.client, f"/pelatih/tanya/{number}")
    assert "Keadaannya sudah berubah." in again.text
    assert press(trainer, again, "Tidak perlu dijawab").location == "/pelatih/tanya"
    assert "Tidak ada yang menunggu" in get(trainer.client, "/pelatih/tanya").text


def test_what_is_not_ones_own_is_not_there(
    asker: Person, trainer: Person, staff: Person, records: Any, make_person: Callable[..., Person]
) -> None:
    number = asked(asker)
    other = make_person()
    stranger = make_trainer(records, make_person, "Orang lain", own=False)
    tokens = {
        person.user_id: get(person.client, "/akun").token() for person in (other, stranger, staff, trainer)
    }
    for person, address in (
        (other, f"/tanya/{number}"),
        (stranger, f"/pelatih/tanya/{number}"),
        (staff, f"/pelatih/tanya/{number}"),
        (trainer, f"/staf/tanya/{number}"),
    ):
        assert get(person.client, address).status == 404
        sent = post(person.client, address, {"csrf_token": tokens[person.user_id], "teks": "Hai"})
        assert sent.status == 404
    token = tokens[other.user_id]
    assert post(other.client, f"/tanya/{number}/dibaca", {"csrf_token": token}).status == 404
    assert "Kalau minyak" not in get(stranger.client, "/pelatih/tanya?status=semua").text


def test_the_list_goes_on_page_by_page(
    asker: Person, trainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elearn.web.inquiries.PAGE_SIZE", 2)
    monkeypatch.setattr("elearn.pages.learning.inquiries.PAGE_SIZE", 2)
    for number in range(5):
        asked(asker, f"Nomor {number}")
    found, address = [], "/pelatih/tanya"
    while address:
        page = get(trainer.client, address)
        found += re.findall(r"Nomor \d", page.text)
        link = re.search(r'href="([^"]*sesudah=[^"]*)"', page.text)
        address = unescape(link[1]) if link else ""

    assert found == [f"Nomor {number}" for number in range(5)]
    assert re.findall(r"Nomor \d", get(asker.client, "/tanya?mulai=4").text) == ["Nomor 0"]
    assert get(trainer.client, "/pelatih/tanya?sesudah=bukan").status == 200


# --- Good for everybody ------------------------------------------------------------------------------


def test_a_shared_answer_stands_under_the_lesson_for_everybody_without_the_askers_name(
    asker: Person, trainer: Person, visitor: FlaskClient
) -> None:
    number = asked(asker)
    answer(trainer, number)
    before = get(visitor, LESSON), get(asker.client, LESSON)
    done = share(trainer, number, "Bagaimana dengan minyak curah?")
    for client, earlier in zip((visitor, asker.client), before, strict=True):
        page = get(client, LESSON, **{"If-None-Match": earlier.headers["ETag"]})
        assert page.status == 200
        assert "Bagaimana dengan minyak curah?" in page.text
        assert "Pakai minyak kemasan, ya." in page.text
        assert "Ratna Dewi" in page.text
        assert "Sari Wulandari" not in page.text
        assert QUESTION not in page.text
        assert "Tanya jawab" not in earlier.text
        again = get(client, LESSON, **{"If-None-Match": page.headers["ETag"]})
        assert again.status == 304

    assert done.status == 303
    assert "Bagaimana dengan minyak curah?" not in get(visitor, "/kursus/dapur-halal/kuis").text


def test_a_shared_answer_can_be_taken_back_and_shared_again(
    asker: Person, trainer: Person, visitor: FlaskClient, records: Any
) -> None:
    number = asked(asker)
    answer(trainer, number)
    share(trainer, number, "Minyak curah?")
    page = get(trainer.client, f"/pelatih/tanya/{number}")
    press(trainer, page, "Tarik kembali")

    assert "Minyak curah?" not in get(visitor, LESSON).text
    assert share(trainer, number, "Minyak curah lagi?").status == 303
    assert "Minyak curah lagi?" in get(visitor, LESSON).text
    with records() as session:
        acts = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-3:]
    assert acts == ["inquiry.share", "inquiry.unshare", "inquiry.share"]


def test_what_staff_have_hidden_only_staff_can_share_again(
    asker: Person, trainer: Person, staff: Person, visitor: FlaskClient
) -> None:
    number = asked(asker)
    answer(trainer, number)
    looked = get(trainer.client, f"/pelatih/tanya/{number}")
    share(trainer, number, "Minyak curah?")
    press(staff, get(staff.client, f"/staf/tanya/{number}"), "Sembunyikan")

    assert "Minyak curah?" not in get(visitor, LESSON).text
    assert "Disembunyikan petugas" in get(trainer.client, f"/pelatih/tanya/{number}").text
    refused = press(trainer, looked, "Tampilkan di pelajaran")
    assert refused.status == 422
    assert share(staff, number, "Minyak curah?", room="staf").status == 303
    assert "Minyak curah?" in get(visitor, LESSON).text


def test_a_wording_that_is_refused_stays_typed_with_its_form_open(asker: Person, trainer: Person) -> None:
    number = asked(asker)
    answer(trainer, number)
    refused = share(trainer, number, " ")
    unknown = share(trainer, number, "Minyak curah?", pelajaran="999999")

    assert "Tulis pertanyaannya seperti yang akan dibaca semua orang." in refused.text
    assert unknown.status == refused.status == 422
    assert "Minyak curah?" in unknown.text
    assert "<details open>" in unknown.text


def test_a_lesson_with_answers_still_asks_one_statement(
    asker: Person, trainer: Person, visitor: FlaskClient, statements: Callable[[], Any]
) -> None:
    number = asked(asker)
    answer(trainer, number)
    share(trainer, number, "Minyak curah?")
    for client in (visitor, asker.client):
        for _look in range(3):
            get(client, LESSON)
        with statements() as seen:
            assert "Minyak curah?" in get(client, LESSON).text
        assert len(seen) == 1


def test_an_erased_persons_words_are_gone_from_everywhere(
    asker: Person, trainer: Person, visitor: FlaskClient, records: Any
) -> None:
    from elearn.records.inquiries import services

    number = asked(asker)
    answer(trainer, number)
    share(trainer, number, "Minyak curah?")
    assert "Minyak curah?" in get(visitor, LESSON).text
    with records() as session:
        services.erase_person(session, asker.user_id, NOW)

    assert "Minyak curah?" not in get(visitor, LESSON).text
    thread = get(trainer.client, f"/pelatih/tanya/{number}").text
    assert "Pesan ini sudah dihapus." in thread
    assert "minyak curah" not in thread
    with records() as session:
        assert session.scalars(select(InquiryReply.text)).all() == [ANSWER]
