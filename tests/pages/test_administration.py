"""Roles, accounts, trainers of courses and the audit trail, through the front door."""

from __future__ import annotations

import pytest

from elearn.records.accounts import queries as accounts
from elearn.records.accounts.models import Role
from tests.pages.conftest import get, post, send, sign_in


@pytest.fixture
def admin(make_person):
    return make_person(Role.ADMIN, name="Admin Contoh")


def roles(records, person):
    with records() as session:
        return accounts.roles_of(session, person.user_id)


def test_an_admin_finds_a_person_by_part_of_the_name(admin, make_person):
    sari = make_person(name="Sari Wulandari")
    page = get(admin.client, "/admin/orang")

    found = send(admin.client, page, "/admin/orang", cari="wulan")

    assert found.status == 200
    assert "Sari Wulandari" in found.text
    assert f"/admin/orang/{sari.user_id}" in found.text
    assert sari.key not in found.text


def test_an_admin_grants_and_revokes_roles(admin, make_person, records):
    sari = make_person(name="Sari Wulandari")
    address = f"/admin/orang/{sari.user_id}"

    answer = send(admin.client, get(admin.client, address), f"{address}/peran", trainer="y", staff="y")

    assert answer.status == 303
    assert roles(records, sari) == {Role.TRAINER, Role.STAFF}
    send(admin.client, get(admin.client, address), f"{address}/peran", staff="y")
    assert roles(records, sari) == {Role.STAFF}
    assert "Mencabut peran" in get(admin.client, address).text


def test_the_last_admin_keeps_the_role(admin, records):
    address = f"/admin/orang/{admin.user_id}"

    answer = send(admin.client, get(admin.client, address), f"{address}/peran")

    assert answer.status == 422
    assert "admin terakhir" in answer.text
    assert roles(records, admin) == {Role.ADMIN}


def test_an_account_is_switched_off_and_on_with_a_reason(admin, make_person):
    sari = make_person(name="Sari Wulandari")
    address = f"/admin/orang/{sari.user_id}"
    page = get(admin.client, address)

    assert send(admin.client, page, f"{address}/akun", nonaktifkan="1", alasan="").status == 422
    assert get(sari.client, "/belajar").status == 200
    assert (
        send(admin.client, page, f"{address}/akun", nonaktifkan="1", alasan="Diminta sendiri").status == 303
    )

    assert get(sari.client, "/belajar").status == 303
    assert "Akun nonaktif" in get(admin.client, address).text
    send(admin.client, page, f"{address}/akun", aktifkan="1", alasan="Salah orang")
    assert sign_in(sari).status == 303


def test_a_page_left_open_never_does_the_opposite(admin, make_person):
    sari = make_person(name="Sari Wulandari")
    address = f"/admin/orang/{sari.user_id}"
    page = get(admin.client, address)

    for _press in range(2):
        send(admin.client, page, f"{address}/akun", nonaktifkan="1", alasan="Dua kali")

    assert "Akun nonaktif" in get(admin.client, address).text


@pytest.mark.parametrize(("kind", "shown"), [("told", "Tulis kode ini"), ("slip", "/aktivasi/")])
def test_a_one_time_code_is_shown_once(admin, make_person, kind, shown):
    staff = make_person(Role.STAFF, name="M. Rizal")
    address = f"/admin/orang/{staff.user_id}"

    page = send(admin.client, get(admin.client, address), f"{address}/kode", jenis=kind)

    assert page.status == 200
    assert shown in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert get(staff.client, "/staf/kelulusan").status == 303  # every session of theirs has ended


def test_trainers_of_a_course_are_added_and_removed(admin, make_person, course):
    ratna = make_person(Role.TRAINER, name="Ratna Dewi")
    address = f"/admin/kursus/{course}"
    page = get(admin.client, address)
    assert get(ratna.client, f"/pelatih/kursus/{course}").status == 404

    answer = send(admin.client, page, f"{address}/tambah", orang=str(ratna.user_id))

    assert answer.status == 303
    assert get(ratna.client, f"/pelatih/kursus/{course}").status == 200
    page = get(admin.client, address)
    send(admin.client, page, f"{address}/keluarkan", orang=str(ratna.user_id))
    assert get(ratna.client, f"/pelatih/kursus/{course}").status == 404


def test_only_a_trainer_becomes_trainer_of_a_course(admin, make_person, course):
    sari = make_person(name="Sari Wulandari")
    make_person(Role.TRAINER, name="Ratna Dewi")
    address = f"/admin/kursus/{course}"

    answer = send(admin.client, get(admin.client, address), f"{address}/tambah", orang=str(sari.user_id))

    assert answer.status == 422


def test_the_trail_says_who_did_what_and_its_chain_is_whole(admin, make_person):
    sari = make_person(name="Sari Wulandari")
    address = f"/admin/orang/{sari.user_id}"
    send(admin.client, get(admin.client, address), f"{address}/peran", trainer="y")

    page = get(admin.client, "/admin/jejak")

    assert "Memberi peran" in page.text
    assert "Admin Contoh" in page.text
    checked = send(admin.client, page, "/admin/jejak/periksa")
    assert "Rantainya utuh" in checked.text


@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.STAFF])
@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/orang", "/admin/orang/1", "/admin/kursus", "/admin/jejak"]
)
def test_the_room_does_not_exist_for_others(make_person, role, address):
    person = make_person(*([role] if role else []))

    assert get(person.client, address).status == 404
    assert post(person.client, address).status in {404, 405}


@pytest.mark.parametrize(
    "address", ["/admin/orang/999999", "/admin/orang/99999999999999999999", "/admin/kursus/tidak-ada"]
)
def test_what_is_missing_is_not_found(admin, address):
    assert get(admin.client, address).status == 404
