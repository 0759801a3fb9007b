"""A learner forges what they send: scores, clocks, other people's attempts, what was read, certificates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from elearn.records.attempts.models import Attempt, AttemptItem, Response
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.serials import normalise_serial
from elearn.records.enrolments.models import Enrolment, ModuleRead
from elearn.web.limits import BEYOND
from tests.pages.conftest import get, post
from tests.security.conftest import Site
from tests.security.test_routes import BASE, token_of
from tests.security.world import KEYS, QUIZ, SLUG

Clock = Callable[..., datetime]
#: What the server knows by itself and nobody may tell it.
FORGED = {
    "score": "10000", "passed": "true", "correct": "1", "right": "true", "points": "99", "grade": "10000",
    "user_id": "3", "learner": "3", "attempt": "1", "attempt_no": "1", "attempt_id": "1", "enrolment_id": "1",
    "number": "99", "counts": "true", "started_at": "2030-01-01T00:00:00Z", "deadline": "2030-01-01T00:00:00Z",
    "given_at": "2020-01-01T00:00:00Z", "handed_in_at": "2020-01-01T00:00:00Z", "role": "admin",
    "revision": "1", "seed": "1", "now": "2020-01-01",
}  # fmt: skip


def address(site: Site, name: str = "open_attempt") -> str:
    return f"/percobaan/{getattr(site.world, name)}"


def put(client: FlaskClient, at: str, token: str, **body: Any) -> Any:
    found = {"item": "q-isian01", "event": str(uuid4()), "base": 0, "answer": "x", **body}
    return client.put(f"{at}/jawaban", json=found, base_url=BASE, headers={"X-CSRFToken": token})


def rows(records: Any, statement: Any) -> list[Any]:
    with records() as session:
        return list(session.execute(statement).all())


def attempt_row(records: Any, uuid: Any) -> Any:
    columns = [column for column in Attempt.__table__.columns if column.name != "id"]
    return rows(records, sa.select(*columns).where(Attempt.uuid == uuid))[0]


# --- L3: forged fields --------------------------------------------------------------------------------


def test_what_only_the_server_knows_is_not_taken_from_anybody(site: Site, records: Any) -> None:
    client = site.browser("learner")
    token = token_of(client)
    before = attempt_row(records, site.world.open_attempt)
    found = put(client, address(site), token, **{k: v for k, v in FORGED.items() if k not in {"item"}})
    assert found.status_code == 200
    assert found.get_json() == {"number": 1, "stale": False}
    post(client, f"{address(site)}/jawaban", {"csrf_token": token, "item": "q-isian01", "event": str(uuid4()),
                                              "answer": "y", **FORGED, "base": "1"})  # fmt: skip
    assert attempt_row(records, site.world.open_attempt) == before
    assert post(client, f"{address(site)}/kirim?score=100", {"csrf_token": token, **FORGED}).status == 303

    result = client.get(f"{address(site)}/hasil.json", base_url=BASE).get_json()
    assert result["passed"] is not True
    owner = rows(
        records, sa.select(Enrolment.user_id).join(Attempt).where(Attempt.uuid == site.world.open_attempt)
    )
    assert owner[0][0] == site.world.people["learner"]


def test_signing_up_gives_no_role_whatever_is_sent_along(site: Site) -> None:
    client = site.browser("visitor")
    data = {"csrf_token": get(client, "/daftar").token(), "nama": "Budi", "kunci": "081299990001",
            "sandi": "kopi-susu-gula-9", "kabupaten": "18.71", "setuju": "y", "id": "7",
            "roles": "admin", "admin": "y", "trainer": "y", **FORGED}  # fmt: skip
    assert post(client, "/daftar", data).status == 303
    for room in ("/admin/", "/staf/", "/pelatih/"):
        assert get(client, room).status == 404


def test_another_persons_attempt_is_neither_seen_nor_answered_nor_handed_in(
    site: Site, snapshot: Callable[[], dict[str, str]]
) -> None:
    client = site.browser("learner")
    token = token_of(client)
    at = address(site, "foreign_attempt")
    before = snapshot()

    assert put(client, at, token).status_code == 404
    for act in ("jawaban", "kirim"):
        data = {"csrf_token": token, "item": "q-isian01", "event": str(uuid4()), "base": "0", "answer": "x"}
        assert post(client, f"{at}/{act}", data).status == 404
    for page in ("", "?soal=1", "/hasil", "/hasil.json", "/soal.json"):
        found, missing = get(client, at + page), get(client, f"/percobaan/{uuid4()}{page}")
        assert found.status == missing.status == 404
        assert strip(found.text) == strip(missing.text)
    assert snapshot() == before


def strip(text: str) -> str:
    return re.sub(r'content="[^"]+"', "", text)


# --- L4: replays --------------------------------------------------------------------------------------


def test_after_handing_in_nothing_is_taken_and_a_repeat_gets_the_same_reply(site: Site, records: Any) -> None:
    client = site.browser("learner")
    token = token_of(client)
    at = address(site)
    body = {"event": str(uuid4()), "answer": "x"}
    first = put(client, at, token, **body)
    for _press in range(3):
        assert post(client, f"{at}/kirim", {"csrf_token": token}).status == 303
    result = get(client, f"{at}/hasil.json").text
    count = rows(records, sa.select(sa.func.count()).select_from(Response))

    repeat = put(client, at, token, **body)
    assert (repeat.status_code, repeat.get_json()) == (200, first.get_json())
    assert put(client, at, token, answer="jawabanterima", base=1).status_code == 409
    assert put(client, at, token, event=body["event"], answer="jawabanterima").status_code in {409, 422}
    form = {"csrf_token": token, "item": "q-isian01", "event": str(uuid4()), "base": "1", "answer": "z"}
    assert post(client, f"{at}/jawaban", form).status == 409
    assert post(client, f"{at}/kirim", {"csrf_token": token}).status == 303
    assert get(client, f"{at}/hasil.json").text == result
    assert rows(records, sa.select(sa.func.count()).select_from(Response)) == count


def test_an_event_used_for_one_question_is_not_taken_for_another(site: Site) -> None:
    client = site.browser("learner")
    token = token_of(client)
    event = str(uuid4())
    assert put(client, address(site), token, event=event).status_code == 200

    assert put(client, address(site), token, event=event, answer="lain").status_code == 422
    assert put(client, address(site), token, event=event, item="q-uraian1").status_code == 422


def test_an_item_of_another_quiz_is_no_question_here(site: Site, records: Any) -> None:
    client = site.browser("learner")
    token = token_of(client)
    for item in ("q-awal01", "q-akhir01", "", "q-satu01\x00", "Q-SATU01", "q-satu01 ", "1"):
        assert put(client, address(site), token, item=item).status_code == 422, item
    assert {row[0] for row in rows(records, sa.select(AttemptItem.item_id).join(Attempt).where(
        Attempt.uuid == site.world.open_attempt))} >= {"q-satu01"}  # fmt: skip


# --- L5: two attempts ---------------------------------------------------------------------------------


def test_no_chance_is_won_by_starting_again(site: Site, records: Any) -> None:
    client = site.browser("learner")
    token = token_of(client)
    seen = {post(client, QUIZ, {"csrf_token": token}).location for _tab in range(4)}
    assert seen == {address(site)}
    post(client, f"{address(site)}/kirim", {"csrf_token": token})

    # Two chances, both used: the answer is a sentence, with whatever is sent along.
    for more in ({}, {"attempt_no": "1"}, {"baru": "1"}, FORGED):
        refused = post(client, QUIZ, {"csrf_token": token, **more})
        assert refused.status == 422
        assert "kesempatan" in refused.text.lower()
    taken = sa.select(sa.func.count()).select_from(Attempt).join(Enrolment).where(
        Enrolment.user_id == site.world.people["learner"])  # fmt: skip
    assert rows(records, taken)[0][0] == 2


def test_the_pretest_is_taken_once_and_not_after_a_module(site: Site) -> None:
    client = site.browser("learner")
    refused = post(client, f"/kursus/{SLUG}/pretes/kuis", {"csrf_token": token_of(client)})

    assert refused.status == 422


# --- L6: the clock ------------------------------------------------------------------------------------


def test_only_the_clock_of_the_server_counts(site: Site, records: Any, now: Clock) -> None:
    client = site.browser("learner")
    token = token_of(client)
    at = address(site)
    assert put(client, at, token, answer="tepat waktu").status_code == 200
    now(minutes=10, seconds=29)
    assert put(client, at, token, answer="masa tenggang", base=1).status_code == 200
    now(seconds=2)

    page = get(client, f"{at}?soal=4")
    assert "Waktunya sudah habis" in page.text
    late = put(client, at, token, answer="terlambat", base=2, now="2026-11-23", deadline="2030-01-01")
    assert late.status_code == 409
    now(minutes=-11)
    assert put(client, at, token, answer="jam diputar balik", base=2).status_code == 409
    texts = [row[0] for row in rows(records, sa.select(Response.answer).join(Attempt).where(
        Attempt.uuid == site.world.open_attempt))]  # fmt: skip
    assert texts
    assert not any("terlambat" in text or "diputar" in text for text in texts)


def test_handing_in_late_counts_what_was_saved_at_its_deadline(site: Site, records: Any, now: Clock) -> None:
    client = site.browser("learner")
    token = token_of(client)
    at = address(site)
    put(client, at, token, answer="disimpan")
    deadline = attempt_row(records, site.world.open_attempt).deadline
    now(hours=5)
    assert post(client, f"{at}/kirim", {"csrf_token": token, "handed_in_at": "2026-11-23"}).status == 303

    row = attempt_row(records, site.world.open_attempt)
    assert row.handed_in_at == row.deadline == deadline


def test_a_look_closes_nothing(site: Site, now: Clock, snapshot: Callable[[], dict[str, str]]) -> None:
    client = site.browser("learner")
    before = snapshot()
    now(hours=5)
    for page in ("", "?soal=1", "?tinjau=1", "/hasil", "/soal.json", "/hasil.json"):
        get(client, address(site) + page)

    assert snapshot() == before


# --- L7: progress -------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["penutup", "postes"])
def test_nobody_gets_ahead_in_a_course_that_has_an_order(site: Site, records: Any, step: str) -> None:
    client = site.browser("learner")
    token = token_of(client)
    acts = [f"/kursus/{SLUG}/{step}/dibaca", f"/kursus/{SLUG}/{step}/kuis"]
    for act in acts:
        for data in ({}, FORGED, {"selesai": "1", "module": "1"}):
            assert post(client, act, {"csrf_token": token, **data}).status in {404, 422}, act
    read = sa.select(sa.func.count()).select_from(ModuleRead).join(Enrolment).where(
        Enrolment.user_id == site.world.people["learner"])  # fmt: skip
    assert rows(records, read)[0][0] == 1


def test_a_tick_of_another_list_is_not_kept(site: Site, records: Any) -> None:
    from elearn.records.enrolments.models import Tick

    client = site.browser("learner")
    data = {
        "csrf_token": token_of(client),
        "c": ["c-daftar1", "c-asing01", "../x", "c-daftar1" * 999, "\u202e"],
    }
    assert post(client, f"/kursus/{SLUG}/bacaan/daftar", data).status in {303, 422}
    kept = {row[0] for row in rows(records, sa.select(Tick.item_id))}

    assert kept <= {"c-daftar1"}


def test_a_medium_quiz_cannot_be_skipped_by_marking_it_as_read(site: Site, records: Any) -> None:
    client = site.browser("other learner")
    token = token_of(client)
    post(client, f"/kursus/{SLUG}/ujian/dibaca", {"csrf_token": token})
    post(client, f"/kursus/{SLUG}/ujian/dibaca", {"csrf_token": token, "completed": "1"})

    assert post(client, f"/kursus/{SLUG}/penutup/dibaca", {"csrf_token": token}).status == 422


# --- L8: certificates ---------------------------------------------------------------------------------


def test_no_certificate_is_given_before_completion_or_for_somebody_else(site: Site, records: Any) -> None:
    before = rows(records, sa.select(Certificate.id))
    for who in ("learner", "other learner", "staff"):
        client = site.browser(who)
        data = {"csrf_token": token_of(client), "nama": "Nama Palsu", "kabupaten": "18.71", "user_id": "3"}
        assert post(client, f"/belajar/{SLUG}/sertifikat", data).status in {303, 404, 422}
    assert rows(records, sa.select(Certificate.id)) == before


def test_the_name_that_is_printed_does_not_change_by_asking_again(site: Site, records: Any) -> None:
    client = site.browser("graduate")
    data = {"csrf_token": token_of(client), "nama": "Nama Lain Sekali", "kabupaten": "18.71"}
    post(client, f"/belajar/{SLUG}/sertifikat", data)
    post(client, "/akun/data", data)

    assert "Nama Lain Sekali" not in get(site.browser("visitor"), f"/sertifikat/{site.world.serial}").text
    assert len(rows(records, sa.select(Certificate.id))) == 1


def test_the_page_that_checks_shows_what_is_printed_and_nothing_more(site: Site) -> None:
    text = get(site.browser("visitor"), f"/sertifikat/{site.world.serial}").text
    number = KEYS["graduate"]

    assert "Orang graduate" in text
    for secret in (
        number,
        number[1:],
        number[-4:],
        "1871",
        f"/peserta/{site.world.people['graduate']}",
        "user_id",
    ):
        assert secret not in text.replace(site.world.serial, ""), secret
    assert "noindex" in text
    assert "/percobaan/" not in text


def test_a_certificate_is_found_by_its_code_only(site: Site, records: Any) -> None:
    client = site.browser("visitor")
    number, row_id = rows(records, sa.select(Certificate.number, Certificate.id))[0]
    for text in (
        number,
        str(row_id),
        "1",
        "Orang graduate",
        KEYS["graduate"],
        site.world.serial[:-1],
        "%",
        "_" * 27,
    ):
        answer = client.get("/sertifikat", query_string={"kode": text}, base_url=BASE)
        shown = answer.get_data(as_text=True).replace(f'value="{text}"', "")
        assert "Orang graduate" not in shown, text
        assert client.get(f"/sertifikat/{text.replace('/', '%2f')}", base_url=BASE).status_code in {404, 303}


def test_a_code_with_one_letter_changed_is_nobodys(site: Site) -> None:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    serial = site.world.serial
    valid = 0
    for place in range(len(serial)):
        for letter in letters:
            if letter != serial[place]:
                valid += normalise_serial(serial[:place] + letter + serial[place + 1 :]) is not None
    # The check character finds every single mistake, so a wrong code is not even looked up.
    assert valid == 0


def test_trying_codes_is_slowed_down(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elearn.pages.certificates.routes.CHECKS_PER_ADDRESS", 5)
    client = site.browser("visitor")
    before = 5 + BEYOND
    found = [get(client, f"/sertifikat/TEBAKAN{number}").status for number in range(before + 3)]

    assert found == [404] * before + [429] * 3
    assert int(get(client, f"/sertifikat/{site.world.serial}").headers["Retry-After"]) > 0


def test_the_paper_and_its_code_come_from_the_record_whatever_host_is_named(site: Site) -> None:
    client = site.browser("graduate")
    found = client.get(
        f"/sertifikat/{site.world.serial}", base_url=BASE, headers={"X-Forwarded-Host": "jahat.example"}
    )
    text = found.get_data(as_text=True)

    assert "jahat.example" not in text
    assert (
        f"https%3A//kelas.example/sertifikat/{site.world.serial}" in text
        or f"kelas.example/sertifikat/{site.world.serial}" in text
    )
