"""Staff find people, see who finished what, take it home as CSV, keep cohorts, correct and help."""

from __future__ import annotations

import csv
import io
import re

import pytest

from elearn.records import study
from elearn.records.accounts import keys
from elearn.records.accounts.models import Role
from elearn.records.desk import trail
from tests.pages.conftest import NOW, get, post, send, user_of
from tests.pages.desk_fixtures import certify, finish_course


@pytest.fixture
def staff(make_person):
    return make_person(Role.STAFF, name="M. Rizal")


@pytest.fixture
def graduate(make_person, course, records):
    person = make_person(name="Sari Wulandari", regency="18.71")
    with records() as session:
        finish_course(session, user_of(session, person), course, now=NOW)
    return person


@pytest.fixture
def beginner(make_person, course, records):
    person = make_person(name="Joko Prasetyo", regency="18.72")
    with records() as session:
        study.enrol(session, user_of(session, person), course, NOW)
    return person


def actions(records, person=None):
    with records() as session:
        return [line.action for line in trail(session, about=person.user_id if person else None)]


# --- Completions -------------------------------------------------------------------------------------


def names(page):
    table = page.text.split('id="tabel"')[1]
    return re.findall(r'<th scope="row"><a href="/staf/peserta/\d+">([^<]+)</a>', table)


def test_the_report_lists_who_learns_and_who_finished(staff, graduate, beginner):
    page = get(staff.client, "/staf/kelulusan")

    assert page.status == 200
    assert set(names(page)) == {"Sari Wulandari", "Joko Prasetyo"}
    assert "Bandar Lampung" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kabupaten=18.72", {"Joko Prasetyo"}),
        ("kabupaten=18.71", {"Sari Wulandari"}),
        ("kabupaten=18.01", set()),
        ("kursus=dapur-halal", {"Sari Wulandari", "Joko Prasetyo"}),
        ("dari=2026-11-23&sampai=2026-11-23", {"Sari Wulandari"}),
        ("dari=2026-11-24", set()),
        ("sampai=2026-11-22", set()),
    ],
)
def test_the_report_is_narrowed(staff, graduate, beginner, query, found):
    assert set(names(get(staff.client, f"/staf/kelulusan?{query}"))) == found


@pytest.mark.parametrize(
    "query",
    ["kursus=tidak-ada", "angkatan=x", "angkatan=999999", "kabupaten=99", "dari=kemarin", "sampai=2026-13-01",
     "urut=sandi", "arah=samping", "sesudah=rusak", "sesudah=%01", "dari=2026-11-24&sampai=2026-11-01"],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_never_breaks_the_page(staff, graduate, query):
    assert get(staff.client, f"/staf/kelulusan?{query}").status in {200, 422}


@pytest.mark.parametrize("sort", ["nama", "kabupaten", "kursus", "nilai", "selesai", "aktif"])
@pytest.mark.parametrize("direction", ["naik", "turun"])
def test_the_list_is_sorted_by_its_heads(staff, graduate, beginner, sort, direction):
    page = get(staff.client, f"/staf/kelulusan?urut={sort}&arah={direction}")

    word = "descending" if direction == "turun" else "ascending"
    assert f'aria-sort="{word}"' in page.text
    if sort == "nama":
        assert names(page) == sorted(names(page), reverse=direction == "turun")


def export(person, **fields):
    page = get(person.client, "/staf/kelulusan")
    response = person.client.post(
        "/staf/kelulusan/unduh",
        data={"csrf_token": page.token(), **fields},
        base_url="https://kelas.example",
    )
    return response, list(
        csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline=""), delimiter=";")
    )


def test_the_csv_has_the_same_rows_and_leaves_a_trail(staff, graduate, beginner, records):
    response, rows = export(staff)

    assert response.status_code == 200
    assert response.data.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert {row[0] for row in rows[1:]} == {"Sari Wulandari", "Joko Prasetyo"}
    assert any(keys.show_phone(keys.normalise_phone(graduate.key)) in row for row in rows)
    assert "report.export" in actions(records)


def test_the_csv_is_narrowed_like_the_page(staff, graduate, beginner):
    _response, rows = export(staff, kabupaten="18.72")

    assert [row[0] for row in rows[1:]] == ["Joko Prasetyo"]


def test_a_formula_as_name_stays_text_in_the_csv(staff, make_person, course, records):
    person = make_person(name="=HYPERLINK(1)")
    with records() as session:
        study.enrol(session, user_of(session, person), course, NOW)

    _response, rows = export(staff)

    assert "'=HYPERLINK(1)" in [row[0] for row in rows]


def test_the_csv_is_not_given_by_a_get(staff):
    assert get(staff.client, "/staf/kelulusan/unduh").status == 405


# --- Cohorts -----------------------------------------------------------------------------------------


@pytest.fixture
def cohort(staff, course):
    page = get(staff.client, "/staf/angkatan/baru")
    course_id = re.search(r'name="kursus"[^>]*value="(\d+)"', page.text)[1]
    answer = send(
        staff.client,
        page,
        "/staf/angkatan/baru",
        nama="2026 gelombang 2",
        mulai="2026-11-01",
        kursus=course_id,
    )
    assert answer.status == 303, answer.text
    return re.search(r"/staf/angkatan/\d+", answer.location)[0]


def test_a_cohort_is_made_with_its_courses(staff, cohort):
    assert "2026 gelombang 2" in get(staff.client, "/staf/angkatan").text
    assert "Dapur Halal" in get(staff.client, cohort).text


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"nama": "", "mulai": "2026-11-01"}, "2026-11-01"),
        ({"nama": "Satu", "mulai": ""}, "Satu"),
        ({"nama": "Satu", "mulai": "besok"}, "Satu"),
        ({"nama": "Satu", "mulai": "2026-11-01", "selesai": "2026-10-01"}, "Satu"),
        ({"nama": "2026 gelombang 2", "mulai": "2026-11-01"}, "2026 gelombang 2"),
    ],
)
def test_a_cohort_form_keeps_what_was_typed(staff, cohort, fields, kept):
    page = get(staff.client, "/staf/angkatan/baru")

    answer = send(staff.client, page, "/staf/angkatan/baru", **fields)

    assert answer.status == 422
    assert f'value="{kept}"' in answer.text
    assert 'class="err"' in answer.text


def test_an_existing_person_is_found_and_put_in(staff, cohort, beginner):
    found = send(staff.client, get(staff.client, cohort), f"{cohort}/cari", cari="joko")
    assert found.status == 200
    assert f'value="{beginner.user_id}"' in found.text

    answer = send(staff.client, found, f"{cohort}/anggota", orang=str(beginner.user_id), sejak="2026-11-10")

    assert answer.status == 303
    assert "10 November 2026" in get(staff.client, cohort).text
    assert "2026 gelombang 2" in get(staff.client, f"/staf/peserta/{beginner.user_id}").text


def test_a_person_is_put_in_once(staff, cohort, beginner):
    page = get(staff.client, cohort)
    for _press in range(2):
        send(staff.client, page, f"{cohort}/anggota", orang=str(beginner.user_id), sejak="2026-11-10")

    assert get(staff.client, cohort).text.count("Joko Prasetyo</a>") == 1


def test_a_new_person_gets_a_username_and_a_slip_that_is_shown_once(staff, cohort, make_client, records):
    page = get(staff.client, f"{cohort}/orang-baru")

    slip = send(
        staff.client, page, f"{cohort}/orang-baru", nama="Mbah Paijo", kabupaten="18.10", sejak="2026-11-23",
        kontak="0812 9999 8888", nomor="",
    )  # fmt: skip

    assert slip.status == 200
    assert "mbah.paijo" in slip.text
    link = re.search(r"https://kelas\.example(/aktivasi/[^<\s]+)", slip.text)[1]
    assert slip.headers["Cache-Control"] == "no-store"
    assert "Mbah Paijo" in get(staff.client, cohort).text
    phone = make_client()
    assert "Paijo" not in get(phone, link).text
    answer = send(phone, get(phone, link), link, sandi="sambal-terasi-9")
    assert answer.status == 303
    assert get(phone, "/belajar").status == 200


def test_a_new_person_form_keeps_what_was_typed_and_makes_nobody(staff, cohort, records):
    page = get(staff.client, f"{cohort}/orang-baru")

    answer = send(
        staff.client, page, f"{cohort}/orang-baru", nama="Mbah Paijo", kontak="abc", sejak="2026-11-23", kabupaten=""
    )  # fmt: skip

    assert answer.status == 422
    assert 'value="Mbah Paijo"' in answer.text
    assert 'value="abc"' in answer.text
    assert "Mbah Paijo" not in get(staff.client, cohort).text


def test_a_membership_is_ended_and_stays_in_the_list(staff, cohort, beginner):
    page = get(staff.client, cohort)
    send(staff.client, page, f"{cohort}/anggota", orang=str(beginner.user_id), sejak="2026-11-10")
    page = get(staff.client, cohort)
    address = re.search(rf'action="({cohort}/anggota/\d+/keluar)"', page.text)[1]

    assert send(staff.client, page, address, sampai="2026-11-20").status == 303

    page = get(staff.client, cohort)
    assert "20 November 2026" in page.text
    assert "Joko Prasetyo" in page.text
    assert "/keluar" not in page.text


# --- One person --------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["wulan", "SARI", "0812 3456 7002", "+6281234567002"])
def test_a_person_is_found_by_name_and_number(staff, graduate, words):
    page = get(staff.client, "/staf/peserta")
    words = words.replace("0812 3456 7002", graduate.key).replace("+6281234567002", "+62" + graduate.key[1:])

    found = send(staff.client, page, "/staf/peserta", cari=words)

    assert found.status == 200
    assert f"/staf/peserta/{graduate.user_id}" in found.text
    assert keys.show_phone(keys.normalise_phone(graduate.key)) not in found.text


def test_a_person_is_found_by_serial_and_by_number(staff, graduate, records, settings, course):
    with records() as session:
        person = user_of(session, graduate)
        enrolment = study.enrol(session, person, course, NOW)
        serial = certify(session, person, enrolment.id, settings=settings, now=NOW)
    address = f"/staf/peserta/{graduate.user_id}"
    number = re.search(r'<b class="mono">([^<]+)</b>', get(staff.client, address).text)[1]
    page = get(staff.client, "/staf/peserta")

    for words in (serial, serial.lower(), number):
        assert address in send(staff.client, page, "/staf/peserta", cari=words).text, words


@pytest.mark.parametrize("words", ["", " ", "a" * 300])
def test_a_search_for_nothing_is_refused(staff, words):
    answer = send(staff.client, get(staff.client, "/staf/peserta"), "/staf/peserta", cari=words)

    assert answer.status in {200, 422}
    assert "<table" not in answer.text


def test_a_record_shows_courses_attempts_and_a_masked_number(staff, graduate):
    page = get(staff.client, f"/staf/peserta/{graduate.user_id}")

    assert "Dapur Halal" in page.text
    assert "Delapan soal" in page.text
    assert "••••" in page.text
    assert keys.show_phone(keys.normalise_phone(graduate.key)) not in page.text


def test_looking_at_the_number_leaves_a_trail(staff, graduate, records):
    address = f"/staf/peserta/{graduate.user_id}"

    page = send(staff.client, get(staff.client, address), f"{address}/nomor")

    assert keys.show_phone(keys.normalise_phone(graduate.key)) in page.text
    assert "account.show_number" in actions(records, graduate)
    assert "Melihat nomor HP" in page.text


def test_data_are_corrected_with_a_reason(staff, graduate):
    address = f"/staf/peserta/{graduate.user_id}/data"
    page = get(staff.client, address)
    assert keys.show_phone(keys.normalise_phone(graduate.key)) not in page.text
    fields = {"nama": "Sari Wulandari, S.E.", "kabupaten": "18.72", "nomor": "", "kontak": ""}

    refused = send(staff.client, page, address, **fields, alasan="")
    assert refused.status == 422
    assert 'value="Sari Wulandari, S.E."' in refused.text
    assert send(staff.client, page, address, **fields, alasan="Sesuai KTP").status == 303

    record = get(staff.client, f"/staf/peserta/{graduate.user_id}")
    assert "<h1>Sari Wulandari, S.E.</h1>" in record.text
    assert "Metro" in record.text
    assert "Sesuai KTP" in record.text
    assert keys.show_phone(keys.normalise_phone(graduate.key)) not in record.text
    assert get(graduate.client, "/belajar").status == 200


def test_a_number_of_somebody_else_is_told_beside_its_field(staff, graduate, beginner):
    address = f"/staf/peserta/{graduate.user_id}/data"

    answer = send(
        staff.client, get(staff.client, address), address,
        nama="Sari Wulandari", kabupaten="18.71", nomor=beginner.key, kontak="", alasan="Ganti nomor",
    )  # fmt: skip

    assert answer.status == 422
    assert 'id="nomor-salah"' in answer.text


def test_a_number_is_released(staff, graduate):
    address = f"/staf/peserta/{graduate.user_id}"
    page = get(staff.client, f"{address}/data")

    refused = send(staff.client, page, f"{address}/lepas-nomor")
    assert refused.status == 422
    answer = send(staff.client, page, f"{address}/lepas-nomor", **{"lepas-alasan": "Nomor milik orang lain"})

    assert answer.status == 303
    assert "sari.wulandari" in get(staff.client, address).text


def test_nobody_corrects_somebody_with_a_role(staff, make_person):
    admin = make_person(Role.ADMIN, name="Admin Contoh")
    address = f"/staf/peserta/{admin.user_id}"

    answer = send(
        staff.client, get(staff.client, f"{address}/data"), f"{address}/data",
        nama="Diganti", kabupaten="18.71", nomor="", kontak="", alasan="Iseng",
    )  # fmt: skip
    code = send(staff.client, get(staff.client, address), f"{address}/kode", jenis="told")

    assert answer.status == 422
    assert code.status == 404
    assert "<h1>Admin Contoh</h1>" in get(staff.client, address).text


@pytest.mark.parametrize(("kind", "shown"), [("told", "Tulis kode ini"), ("slip", "/aktivasi/")])
def test_a_one_time_code_is_shown_once(staff, graduate, kind, shown):
    address = f"/staf/peserta/{graduate.user_id}"

    page = send(staff.client, get(staff.client, address), f"{address}/kode", jenis=kind)

    assert page.status == 200
    assert shown in page.text
    assert get(graduate.client, "/belajar").status == 303


def test_one_more_attempt_is_granted_with_a_reason(staff, graduate, records):
    address = f"/staf/peserta/{graduate.user_id}"
    page = get(staff.client, address)
    choice = re.search(r'<option[^>]*value="(\d+-\d+)">Dapur Halal: Delapan soal', page.text)[1]

    assert send(staff.client, page, f"{address}/percobaan", kuis=choice, alasan="").status == 422
    assert (
        send(staff.client, page, f"{address}/percobaan", kuis="1-999999", alasan="Listrik padam").status
        == 422
    )
    assert send(staff.client, page, f"{address}/percobaan", kuis=choice, alasan="Listrik padam").status == 303
    assert "Listrik padam" in get(staff.client, address).text


def test_a_certificate_is_revoked_with_a_reason(staff, graduate, records, settings, course, visitor):
    with records() as session:
        person = user_of(session, graduate)
        enrolment = study.enrol(session, person, course, NOW)
        serial = certify(session, person, enrolment.id, settings=settings, now=NOW)
    address = f"/staf/peserta/{graduate.user_id}"
    page = get(staff.client, address)
    assert "Berlaku" in page.text

    refused = send(staff.client, page, f"{address}/sertifikat/{serial}/cabut", alasan="")
    assert refused.status == 422
    answer = send(staff.client, page, f"{address}/sertifikat/{serial}/cabut", alasan="Ujian diwakilkan")

    assert answer.status == 303
    assert "Dicabut" in get(staff.client, address).text
    assert "Ujian diwakilkan" in get(visitor, f"/sertifikat/{serial}").text


def test_a_certificate_of_somebody_else_is_not_revoked_here(
    staff, graduate, beginner, records, settings, course
):
    with records() as session:
        person = user_of(session, graduate)
        enrolment = study.enrol(session, person, course, NOW)
        serial = certify(session, person, enrolment.id, settings=settings, now=NOW)
    address = f"/staf/peserta/{beginner.user_id}"

    answer = send(
        staff.client, get(staff.client, address), f"{address}/sertifikat/{serial}/cabut", alasan="Salah"
    )

    assert answer.status == 404


ADDRESSES = [
    "/staf/", "/staf/kelulusan", "/staf/angkatan", "/staf/angkatan/baru", "/staf/angkatan/1", "/staf/angkatan/1/orang-baru",
    "/staf/peserta", "/staf/peserta/1", "/staf/peserta/1/data",
]  # fmt: skip
ACTS = [
    "/staf/kelulusan/unduh", "/staf/angkatan/baru", "/staf/angkatan/1/cari", "/staf/angkatan/1/anggota",
    "/staf/angkatan/1/orang-baru", "/staf/angkatan/1/anggota/1/keluar", "/staf/peserta", "/staf/peserta/1/nomor",
    "/staf/peserta/1/data", "/staf/peserta/1/lepas-nomor", "/staf/peserta/1/kode", "/staf/peserta/1/percobaan",
    "/staf/peserta/1/sertifikat/X/cabut",
]  # fmt: skip


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ADMIN, None])
def test_the_room_does_not_exist_for_others(make_person, staff, cohort, role):
    person = make_person(*([role] if role else []), name="Agus Salim")
    token = get(person.client, "/akun").token()

    for address in ADDRESSES:
        assert get(person.client, address).status == 404, address
    for address in ACTS:
        assert post(person.client, address, {"csrf_token": token}).status == 404, address


def test_staff_see_nothing_of_the_trainers_room(staff, course):
    for address in ("/pelatih/", "/pelatih/kursus-baru", "/pelatih/esai", f"/pelatih/kursus/{course}"):
        assert get(staff.client, address).status == 404, address


@pytest.mark.parametrize(
    "address",
    ["/staf/peserta/999999", "/staf/peserta/99999999999999", "/staf/angkatan/999999", "/staf/angkatan/x"],
)
def test_what_is_missing_is_not_found(staff, address):
    assert get(staff.client, address).status == 404


def test_no_act_of_staff_goes_without_the_token(staff, cohort):
    for address in ACTS:
        assert post(staff.client, address, {}).status == 403, address
