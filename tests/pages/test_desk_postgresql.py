"""The rooms of trainers, staff and admins on PostgreSQL: every page opens and says what it says on SQLite."""

from __future__ import annotations

import csv
import io

import pytest

from elearn.records import authoring
from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Origin
from elearn.records.catalogue.queries import course_by_slug
from elearn.web.settings import Settings
from tests.pages.conftest import COURSE, NOW, get, send, user_of
from tests.pages.desk_fixtures import certify, finish_course


@pytest.fixture
def settings(tmp_path, make_postgresql):
    return Settings(
        data_dir=tmp_path,
        database_url=make_postgresql(),
        secret_key="0123456789abcdefghijklmnopqrstuvwxyz-kunci-uji",
        base_url="https://kelas.example",
    )


@pytest.fixture
def graduate(make_person, records, settings):
    """Somebody with a certificate in a published course."""
    person = make_person(name="Sari Wulandari")
    files = {str(file.relative_to(COURSE)): file.read_bytes() for file in COURSE.rglob("*") if file.is_file()}
    with records() as session:
        authoring.publish(
            session, slug="dapur-halal", files=files, note="", origin=Origin.FOLDER, actor=None, way=Way.COMMAND,
            now=NOW, today=NOW.date(),
        )  # fmt: skip
        user = user_of(session, person)
        enrolment = finish_course(session, user, "dapur-halal", now=NOW)
        person.serial = certify(session, user, enrolment, settings=settings, now=NOW)
    return person


def test_the_pages_of_staff(make_person, graduate):
    staff = make_person(Role.STAFF, name="M. Rizal")
    for sort in ("nama", "kabupaten", "kursus", "nilai", "selesai", "aktif"):
        page = get(staff.client, f"/staf/kelulusan?urut={sort}&arah=naik&sampai=2026-11-23&kabupaten=18.71")
        assert "Sari Wulandari" in page.text, sort

    sent = staff.client.post(
        "/staf/kelulusan/unduh", data={"csrf_token": page.token()}, base_url="https://kelas.example"
    )
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row[0] for row in rows] == ["Nama", "Sari Wulandari"]

    found = send(staff.client, get(staff.client, "/staf/peserta"), "/staf/peserta", cari=graduate.serial)
    assert f"/staf/peserta/{graduate.user_id}" in found.text
    assert "Delapan soal" in get(staff.client, f"/staf/peserta/{graduate.user_id}").text

    form = get(staff.client, "/staf/angkatan/baru")
    cohort = send(staff.client, form, "/staf/angkatan/baru", nama="Satu", mulai="2026-11-01").location
    again = send(staff.client, form, "/staf/angkatan/baru", nama="Satu", mulai="2026-11-01")
    assert again.status == 422
    page = get(staff.client, cohort)
    send(staff.client, page, f"{cohort}/anggota", orang=str(graduate.user_id), sejak="2026-11-10")
    assert "Sari Wulandari" in get(staff.client, cohort).text
    assert "Satu" in get(staff.client, "/staf/angkatan").text


def test_the_pages_of_trainers_and_admins(make_person, graduate, records):
    trainer = make_person(Role.TRAINER, Role.ADMIN, name="Ratna Dewi")
    with records() as session:
        authoring.set_trainers(
            session, course_by_slug(session, "dapur-halal"), add=[user_of(session, trainer)], remove=[],
            actor=None, way=Way.COMMAND, now=NOW,
        )  # fmt: skip
    own = "/pelatih/kursus/dapur-halal"

    assert "Dapur Halal" in get(trainer.client, "/pelatih/").text
    for address in ("", "/file/01-bahan.md", "/lihat/02-kuis.md", "/terbitkan", "/riwayat", "/media"):
        assert get(trainer.client, own + address).status == 200, address
    assert "Sari Wulandari" in get(trainer.client, f"{own}/peserta").text
    page = get(trainer.client, f"{own}/file/01-bahan.md")
    saved = send(trainer.client, page, f"{own}/file/01-bahan.md", teks="Baru.\n", nomor="0")
    assert saved.status == 303
    assert "Baru." in get(trainer.client, f"{own}/file/01-bahan.md").text
    assert get(trainer.client, "/pelatih/esai").status == 200
    assert "Menerbitkan kursus" in get(trainer.client, "/admin/jejak").text
    checked = send(trainer.client, get(trainer.client, "/admin/jejak"), "/admin/jejak/periksa")
    assert "Rantainya utuh" in checked.text
    assert "Ratna Dewi" in get(trainer.client, "/admin/orang").text
    assert "Ratna Dewi" in get(trainer.client, "/admin/kursus/dapur-halal").text
