"""Erasing a person: nothing personal is left in any table, and every fact and figure stays."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from elearn.records import reports, study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.consents import agree, has_agreed, latest_consent
from elearn.records.accounts.errors import SignInError
from elearn.records.accounts.models import CodeKind, Role, User, UserSession
from elearn.records.attempts.answers import current_answers
from elearn.records.attempts.models import Attempt
from elearn.records.attempts.results import result_view
from elearn.records.audit.models import Way
from elearn.records.audit.services import verify_chain
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.queries import CertificateState, certificate_by_serial, state_of
from elearn.records.doctor import check_summaries
from elearn.records.inquiries import queries as inquiry_queries
from elearn.records.inquiries import services as inquiries
from elearn.records.privacy import queries
from elearn.records.privacy.errors import StillHasRoleError
from elearn.records.privacy.export import held_about
from elearn.records.privacy.models import Erasure, ErasureRequest
from elearn.records.privacy.services import (
    ERASED,
    ERASED_NAME,
    erase_person,
    request_erasure,
    withdraw_request,
)
from elearn.records.tables import metadata
from tests.factories import PASSWORD, make_user
from tests.records.learning import (
    COURSE,
    PRINTING,
    SLUG,
    complete,
    essay,
    module,
    publish,
    quiz,
    save,
    single,
)

NAME = "Drs. Zubaedah Q. Rahmawulan, M.M."
SECRETS = (
    "Zubaedah",
    "6281277770001",
    "zubaedah@contoh.id",
    "zubaedah.q",
    "Dapurku",
    "BolehkahSaya",
    "WaliAnak",
    "KakakIpar",
    "SedangUmrah",
)
LATER = timedelta(days=3)


@dataclass
class Life:
    """Somebody who has done everything one can do here."""

    user: User
    admin: User
    trainer: User
    token: str
    code: str
    serial: str
    essay_attempt: Attempt


@pytest.fixture
def life(session: Session, now: datetime) -> Life:
    files = dict(COURSE) | {
        "04-cerita.md": module("Cerita", wajib="tidak", body=quiz(essay("q-cerita"), single("q-cerita2")))
    }
    course = publish(session, files, now=now)
    admin = make_user(session, Role.ADMIN, now=now, name="Admin")
    trainer = make_user(session, Role.TRAINER, now=now, name="Pelatih Ratna")
    user = accounts.sign_up(
        session, name=NAME, key="0812 7777 0001", password=PASSWORD, regency="18.71", consent_version="uji",
        today=now.date(), now=now,
    )  # fmt: skip
    accounts.correct_person(
        session, user, name=NAME, phone="0812 7777 0001", email="zubaedah@contoh.id", regency="18.72",
        reason="surat KakakIpar", actor=admin, way=Way.PAGE, today=now.date(), now=now,
    )  # fmt: skip
    user.username = "zubaedah.q"
    accounts.confirm_name(session, user, name=NAME, regency="18.72", today=now.date(), now=now)
    code = accounts.give_code(session, user, kind=CodeKind.SLIP, actor=admin, way=Way.PAGE, now=now)
    token = accounts.open_session(session, user, device="Chrome milik Zubaedah", now=now)
    study.enrol(session, user, SLUG, now)
    complete(session, user, now=now)
    attempt = study.start_quiz(session, user, SLUG, "cerita", now)
    story, choice = study_items(session, attempt)
    save(session, attempt, story, "Dapurku di Metro", now=now)
    save(session, attempt, choice, (0,), now=now)
    study.hand_in(session, attempt, now + timedelta(minutes=5), PRINTING)
    study.mark_essay(
        session,
        attempt,
        "q-cerita",
        points=5000,
        word="Bagus, WaliAnak",
        actor=trainer,
        way=Way.PAGE,
        now=now,
    )
    study.grant_attempt(
        session,
        attempt.enrolment,
        attempt.module,
        reason="SedangUmrah",
        actor=trainer,
        way=Way.PAGE,
        now=now,
    )
    asked = inquiries.ask(session, user, SLUG, "meja", text="BolehkahSaya bertanya?", event=None, now=now)
    inquiries.answer(
        session, asked.inquiry, text="Boleh.", event=uuid4(), base=0, actor=admin, way=Way.PAGE, now=now
    )  # fmt: skip
    serial = session.scalars(sa.select(Certificate.serial)).one()
    session.commit()
    assert course.live_release_id
    return Life(user, admin, trainer, token, code, serial, attempt)


def study_items(session: Session, attempt: Attempt) -> list[Any]:
    from elearn.records.attempts.queries import items_of

    return sorted(items_of(session, attempt), key=lambda item: item.id)


def everything(session: Session) -> str:
    """Return every value of every table as one text, and of the database's own index too."""
    session.flush()
    found = []
    for table in metadata.sorted_tables:
        found += [repr(tuple(row)) for row in session.execute(sa.select(table))]
    return "\n".join(found)


def figures(session: Session, now: datetime) -> list[Any]:
    """Return what reports say, without who it is."""
    report = reports.completion_report(session, None, reports.CompletionFilters(), PRINTING.timezone)
    rows = [dataclasses.replace(row, name="", phone=None) for row in report.rows]
    return [
        rows,
        report.total,
        reports.counts(session, None, reports.CompletionFilters(), PRINTING.timezone, now=now),
    ]


def erase(session: Session, life: Life, now: datetime, *, keep: bool = False) -> bool:
    return erase_person(
        session, life.user, keep_certificates=keep, actor=life.admin, way=Way.PAGE, now=now + LATER
    )


def test_nothing_personal_is_left_and_all_else_is_as_it_was(
    session: Session, life: Life, now: datetime
) -> None:
    before = everything(session)
    assert all(secret in before for secret in SECRETS)
    counted = {table.name: count(session, table) for table in metadata.sorted_tables}
    result = result_view(session, life.essay_attempt, now)

    assert erase(session, life, now)
    session.commit()

    after = everything(session)
    assert [secret for secret in SECRETS if secret in after] == []
    assert life.user.name == ERASED_NAME
    assert life.user.erased_at == now + LATER
    grown = {name: count(session, metadata.tables[name]) - number for name, number in counted.items()}
    assert {name: more for name, more in grown.items() if more} == {
        "audit_events": 1, "certificate_events": 1, "erasures": 1, "notices": -1,
    }  # fmt: skip
    assert verify_chain(session) == []
    assert check_summaries(session) == []
    assert list(inquiry_queries.differences(session)) == []
    again = result_view(session, life.essay_attempt, now)
    assert (again.state, again.points, again.score, again.passed) == (
        result.state, result.points, result.score, result.passed,
    )  # fmt: skip
    assert current_answers(session, life.essay_attempt)["q-cerita"].answer == ERASED


def count(session: Session, table: sa.Table) -> int:
    return session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_nobody_comes_in_any_more_by_any_way(session: Session, life: Life, now: datetime) -> None:
    erase(session, life, now)
    session.commit()

    for key in ("081277770001", "zubaedah@contoh.id", "zubaedah.q"):
        with pytest.raises(SignInError):
            accounts.sign_in(session, key=key, password=PASSWORD, now=now + LATER)
    assert not accounts.code_is_valid(session, life.code, now + LATER)
    open_sessions = sa.select(UserSession).where(
        UserSession.user_id == life.user.id, UserSession.ended_at.is_(None)
    )
    assert session.scalars(open_sessions).all() == []
    other = accounts.sign_up(
        session, name="Orang lain", key="0812 7777 0001", password=PASSWORD, regency=None, consent_version="uji",
        today=now.date(), now=now,
    )  # fmt: skip
    assert other.id != life.user.id


def test_certificates_are_kept_only_if_the_person_wishes(session: Session, life: Life, now: datetime) -> None:
    day = now.date()
    assert erase(session, life, now, keep=True)
    kept = certificate_by_serial(session, life.serial)
    assert kept is not None
    assert (state_of(kept, day), kept.holder_name) == (CertificateState.VALID, NAME)

    # Done again it changes nothing, but what was kept at first may go later.
    assert not erase(session, life, now, keep=True)
    assert erase(session, life, now, keep=False)
    assert not erase(session, life, now, keep=False)
    session.expire_all()
    gone = certificate_by_serial(session, life.serial)
    assert gone is not None
    assert (state_of(gone, day), gone.holder_name) == (CertificateState.ERASED, ERASED_NAME)
    assert [row.keep_certificates for row in queries.erasures(session)] == [True, False]
    assert NAME not in everything(session)


def test_reports_count_an_erased_person_as_before_without_a_name(
    session: Session, life: Life, now: datetime
) -> None:
    before = figures(session, now)
    assert before[1] == 1

    erase(session, life, now)

    assert figures(session, now) == before


def test_who_decides_otherwise_about_the_certificates_has_the_last_word(
    session: Session, life: Life, now: datetime
) -> None:
    first = request_erasure(session, life.user, keep_certificates=True, now=now)
    second = request_erasure(session, life.user, keep_certificates=False, now=now + LATER)

    session.refresh(first)
    assert first.withdrawn_at == now + LATER
    assert [(one.id, one.keep_certificates) for one in queries.open_requests(session)] == [(second.id, False)]


def test_a_wish_waits_once_is_withdrawn_and_is_done_by_the_erasure(
    session: Session, life: Life, now: datetime
) -> None:
    first = request_erasure(session, life.user, keep_certificates=True, now=now)
    assert request_erasure(session, life.user, keep_certificates=True, now=now).id == first.id
    assert [one.id for one in queries.open_requests(session)] == [first.id]
    withdraw_request(session, life.user, now)
    session.refresh(first)
    assert first.withdrawn_at == now
    assert queries.open_request_of(session, life.user.id) is None
    second = request_erasure(session, life.user, keep_certificates=False, now=now)
    assert second.id != first.id

    erase(session, life, now, keep=second.keep_certificates)

    session.refresh(second)
    assert (second.done_at, second.done_by) == (now + LATER, life.admin.id)
    assert queries.open_request_count(session) == 0
    assert len(queries.requests_of(session, life.user.id)) == 2


def test_whoever_works_here_gives_that_up_first(session: Session, life: Life, now: datetime) -> None:
    with pytest.raises(StillHasRoleError):
        request_erasure(session, life.trainer, keep_certificates=True, now=now)
    with pytest.raises(StillHasRoleError):
        erase_person(
            session, life.admin, keep_certificates=True, actor=None, way=Way.COMMAND, now=now
        )  # fmt: skip
    assert life.admin.name == "Admin"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE erasures SET keep_certificates = NOT keep_certificates",
        "DELETE FROM erasures",
        "UPDATE erasure_requests SET keep_certificates = NOT keep_certificates",
        "UPDATE erasure_requests SET user_id = user_id + 1",
        "DELETE FROM erasure_requests",
    ],
)
def test_the_database_itself_keeps_what_was_wished_and_done(
    session: Session, now: datetime, statement: str
) -> None:
    user = make_user(session, now=now)
    session.add(ErasureRequest(user_id=user.id, requested_at=now, keep_certificates=True))
    session.add(Erasure(user_id=user.id, erased_at=now, keep_certificates=True))
    session.commit()

    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(sa.text(statement))
    session.rollback()


def test_everything_held_is_told_and_nothing_of_anybody_else(
    session: Session, life: Life, now: datetime
) -> None:
    held = held_about(session, life.user, today=now.date(), now=now)
    told = json.dumps(held, ensure_ascii=False)

    assert [secret for secret in SECRETS if secret not in told] == []
    assert "Ratna" not in told
    assert life.token not in told
    assert life.code not in told
    assert "argon2" not in told
    assert held["akun"]["nama"] == NAME
    assert [row["kode"] for row in held["tempat_usaha"]] == ["18.71", "18.72"]
    assert held["persetujuan"][0]["versi_naskah"] == "uji"
    (course,) = held["kursus"]
    assert {row["modul"] for row in course["modul_selesai"]} == {"Meja", "Lantai", "Postes", "Cerita"}
    by_module = {row["modul"]: row for row in course["percobaan_kuis"]}
    story = by_module["Cerita"]["soal"]
    assert ["Dapurku di Metro"] in [row["jawaban_tersimpan"][0]["jawaban"] for row in story]
    assert by_module["Cerita"]["penilaian_esai"][0]["catatan"] == "Bagus, WaliAnak"
    # The key stands only where the result page shows it: these were passed.
    assert all("kunci" in row for row in by_module["Meja"]["soal"])
    (certificate,) = held["sertifikat"]
    assert certificate["nama_tercetak"] == NAME
    assert certificate["keadaan"] == "valid"
    (asked,) = held["pertanyaan"]
    assert [row["dari"] for row in asked["pesan"]] == ["pelatih atau petugas"]
    deeds = {row["tindakan"]: row for row in held["catatan_tindakan_atas_akun"]}
    assert deeds["account.correct"]["oleh"] == "petugas"
    assert deeds["account.correct"]["sebelum"]["name"] == NAME
    assert deeds["account.correct"]["alasan"] == "surat KakakIpar"
    assert deeds["attempt.grant"]["alasan"] == "SedangUmrah"


def test_the_key_of_a_quiz_that_shows_none_is_not_told(session: Session, now: datetime) -> None:
    secretive = quiz(single("q-meja01"), single("q-meja02"), settings="- Tampilkan kunci: tidak")
    publish(session, dict(COURSE) | {"01-meja.md": module("Meja", body=secretive)}, now=now)
    user = make_user(session, now=now)
    attempt = study.start_quiz(session, user, SLUG, "meja", now)
    held = json.dumps(held_about(session, user, today=now.date(), now=now))
    assert "Karena dilap" not in held
    assert '"tepat"' not in held
    study.hand_in(session, attempt, now, PRINTING)

    (course,) = held_about(session, user, today=now.date(), now=now)["kursus"]

    for row in course["percobaan_kuis"][0]["soal"]:
        assert "kunci" not in row
        assert "pembahasan" not in row
    assert "Karena dilap" not in json.dumps(course)


def test_a_person_agrees_to_a_version_once(session: Session, now: datetime) -> None:
    user = make_user(session, now=now)
    assert latest_consent(session, user.id) is None
    for version in ("2026-11", "2026-11", "2027-01"):
        agree(session, user, version, now)

    assert has_agreed(session, user.id, "2027-01")
    assert not has_agreed(session, user.id, "2030-01")
    latest = latest_consent(session, user.id)
    assert latest is not None
    assert latest.text_version == "2027-01"
