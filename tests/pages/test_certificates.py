"""One's own certificates, and the page on which anybody checks one, in every state."""

from __future__ import annotations

import json
from datetime import date

import pytest

from elearn.records.accounts.models import Role
from elearn.records.certificates.models import Certificate, CertificateEvent, CertificateEventKind
from elearn.records.certificates.serials import new_serial, show_serial
from elearn.records.completions.models import CourseCompletion
from elearn.records.enrolments.models import Enrolment
from tests.pages.conftest import NOW, get

PRINTED = {
    "holder_name": "Sari Wulandari, S.E.",
    "course_title": "Dapur Halal",
    "number": "0042/DH/XI/2026",
    "organisation": "Dinas Koperasi dan UMKM",
    "signer": "Ir. Hasanuddin",
    "signer_title": "Kepala Dinas",
    "place": "Bandar Lampung",
    "hours": "4",
}


@pytest.fixture
def make_certificate(records, learner, course):
    """Make a certificate of *learner* with what happened to it."""
    count = {"n": 0}

    def make(
        *happened: CertificateEventKind, valid_until: date | None = None, follows: int | None = None
    ) -> str:
        count["n"] += 1
        with records() as session:
            enrolment = session.query(Enrolment).filter_by(user_id=learner.user_id).first()
            if enrolment is None:
                enrolment = Enrolment(
                    user_id=learner.user_id,
                    course_id=1,
                    enrolled_at=NOW,
                    required_count=0,
                    last_activity_at=NOW,
                )
                session.add(enrolment)
                session.flush()
                session.add(
                    CourseCompletion(
                        enrolment_id=enrolment.id, completed_at=NOW, reason="requirement met", release_id=1
                    )
                )
                session.flush()
            completion = session.query(CourseCompletion).filter_by(enrolment_id=enrolment.id).one()
            serial = new_serial()
            certificate = Certificate(
                serial=serial,
                **{**PRINTED, "number": f"00{count['n']}/DH/XI/2026"},
                series="DH/2026",
                sequence=count["n"],
                enrolment_id=enrolment.id,
                completion_id=completion.id,
                period=1,
                issue_number=count["n"],
                follows_id=follows,
                issued_at=NOW,
                release_number=1,
                modules=json.dumps(["Kenali bahan", "Delapan soal"]),
                minutes=11,
                score=8550,
                issued_on=NOW.date(),
                valid_until=valid_until,
                language="id",
                verification_url=f"https://kelas.example/sertifikat/{serial}",
                template_version=1,
            )
            session.add(certificate)
            session.flush()
            for kind in (CertificateEventKind.ISSUED, *happened):
                session.add(
                    CertificateEvent(
                        certificate_id=certificate.id, kind=kind, at=NOW, reason="Data peserta keliru."
                    )
                )
            return serial

    return make


def test_a_valid_certificate_shows_everything_that_is_printed(visitor, make_certificate):
    serial = make_certificate()
    page = get(visitor, f"/sertifikat/{serial}")

    assert page.status == 200
    assert "Sertifikat ini asli dan berlaku" in page.text
    for words in (
        "Sari Wulandari, S.E.", "Dapur Halal", "001/DH/XI/2026", "Ir. Hasanuddin", "Kepala Dinas",
        "Bandar Lampung", "23 November 2026", "85 dari 100", "Kenali bahan", show_serial(serial),
        "Bukan sertifikat halal dan bukan izin edar",
    ):  # fmt: skip
        assert words in page.text, words
    assert 'content="noindex"' in page.text
    assert "0812" not in page.text
    assert "Unduh PDF" not in page.text


@pytest.mark.parametrize(
    ("happened", "valid_until", "words"),
    [
        ([CertificateEventKind.REVOKED], None, ["sudah dicabut", "Data peserta keliru.", "Dicabut"]),
        ([CertificateEventKind.REPLACED], None, ["sudah diganti"]),
        ([], date(2026, 11, 22), ["masa berlakunya habis", "Berlaku sampai 22 November 2026"]),
        ([], date(2026, 11, 23), ["asli dan berlaku"]),
    ],
)
def test_every_state_is_said_plainly(visitor, make_certificate, happened, valid_until, words):
    page = get(visitor, f"/sertifikat/{make_certificate(*happened, valid_until=valid_until)}")

    for word in words:
        assert word in page.text


def test_a_replaced_one_leads_to_the_one_that_holds_and_back(visitor, make_certificate):
    old = make_certificate(CertificateEventKind.REPLACED)
    new = make_certificate(follows=1)

    assert f'href="/sertifikat/{new}"' in get(visitor, f"/sertifikat/{old}").text
    assert f'href="/sertifikat/{old}"' in get(visitor, f"/sertifikat/{new}").text


def test_a_serial_is_found_however_it_is_typed(visitor, make_certificate):
    serial = make_certificate()
    typed = show_serial(serial).lower().replace("1", "l").replace("0", "o")

    assert get(visitor, f"/sertifikat?kode={typed}").location == f"/sertifikat/{serial}"
    assert get(visitor, f"/sertifikat/{typed}").location == f"/sertifikat/{serial}"


def test_what_is_no_serial_or_nobodys_is_said_kindly(visitor, make_certificate):
    make_certificate()
    wrong = get(visitor, "/sertifikat?kode=abc")
    unknown = get(visitor, f"/sertifikat/{new_serial()}")
    number = get(visitor, "/sertifikat?kode=001/DH/XI/2026")

    assert (wrong.status, unknown.status, number.status) == (422, 404, 422)
    assert "Kodenya belum cocok" in wrong.text
    assert "tidak ada di catatan kami" in unknown.text
    assert "Sari" not in number.text


def test_the_owner_and_staff_get_the_pdf_and_nobody_else(visitor, learner, make_person, make_certificate):
    serial = make_certificate()
    staff = make_person(Role.STAFF, name="Petugas")
    other = make_person(name="Joko")
    trainer = make_person(Role.TRAINER, name="Pelatih")
    address = f"/sertifikat/{serial}.pdf"

    assert get(visitor, address).location == f"/masuk?next={address}"
    assert get(other.client, address).status == 404
    assert get(trainer.client, address).status == 404
    for person in (learner, staff):
        answer = person.client.get(address, base_url="https://kelas.example")
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert answer.get_data().startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_the_owner_sees_the_list_and_what_to_do_with_one(learner, make_certificate):
    assert "Belum ada sertifikat" in get(learner.client, "/sertifikat").text
    serial = make_certificate()

    own = get(learner.client, f"/sertifikat/{serial}").text
    listed = get(learner.client, "/sertifikat").text

    assert f"/sertifikat/{serial}.pdf" in own
    assert "wa.me" in own
    assert f'href="/sertifikat/{serial}"' in listed
    assert "Berlaku" in listed
