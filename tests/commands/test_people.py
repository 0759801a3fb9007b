"""`elearn users`, `certificates revoke` and `doctor`."""

from __future__ import annotations

import io
import json
import re
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from elearn.records.accounts import services as accounts
from elearn.records.audit.models import AuditEvent
from elearn.records.audit.services import verify_chain
from elearn.records.certificates import queries as certificates
from elearn.records.certificates.queries import CertificateState
from elearn.records.doctor import check_summaries
from elearn.web.clock import utc_now
from tests.commands.conftest import NOW, Installation, Run
from tests.records.learning import COURSE, complete, learner, publish

LINK = re.compile(r"https://kelas\.example/aktivasi/(\S+)")


def sign_in(installation: Installation, key: str, password: str) -> str:
    with installation.session() as session:
        return accounts.sign_in(session, key=key, password=password, now=NOW).name or ""


def use_link(installation: Installation, printed: str, password: str) -> str:
    """Set a password with the link in *printed*, and return whose it was."""
    found = LINK.search(printed)
    assert found is not None, printed
    with installation.session() as session:
        # The link was made by the clock of this machine.
        person = accounts.redeem_code(session, found[1], password=password, now=utc_now())
        session.commit()
        return person.name or ""


def test_a_person_is_created_with_a_link_that_works_once(run: Run, installation: Installation):
    done = run("users", "create", "--role", "staff", "--name", "M. Rizal", "--phone", "0812 3456 7890")

    assert done.code == 0
    assert done.out.splitlines()[0] == "Akun dibuat: +6281234567890"
    assert use_link(installation, done.out, "kopi-hitam-7") == "M. Rizal"
    assert sign_in(installation, "081234567890", "kopi-hitam-7") == "M. Rizal"
    assert run("users", "list").out == "+6281234567890\tstaff\tM. Rizal\n"


def test_a_password_is_taken_from_standard_input(
    run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"kopi-hitam-7\n"), "utf-8"))

    done = run(
        "users", "create", "--role", "admin", "--name", "Admin", "--username", "kepala", "--password-stdin"
    )

    assert done.out == "Akun dibuat: kepala\n"
    assert sign_in(installation, "kepala", "kopi-hitam-7") == "Admin"


REFUSED = [
    (["--name", "Tanpa Kunci"], "--phone"),
    (["--name", "Ada", "--username", "ada"], "Sudah dipakai"),
    (["--name", "Baru", "--username", "08123456789"], "huruf"),
    (["--name", "Baru", "--email", "bukan-alamat"], ""),
    (["--name", "Baru", "--phone", "12"], ""),
    (["--name", " ", "--username", "kosong"], ""),
]


@pytest.mark.parametrize(("words", "told"), REFUSED)
def test_a_person_that_cannot_be_created_is_told_and_nothing_is_written(
    run: Run, installation: Installation, words: list[str], told: str
):
    run("users", "create", "--role", "learner", "--name", "Ada", "--username", "ada")
    before = installation.content()

    assert told in run("users", "create", "--role", "trainer", *words).sentence
    assert installation.content() == before


def test_a_weak_password_is_refused(run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"123\n"), "utf-8"))
    before = installation.content()

    assert run(
        "users", "create", "--role", "admin", "--name", "A", "--username", "ab", "--password-stdin"
    ).sentence
    assert installation.content() == before


def test_a_role_that_does_not_exist_is_wrong_usage(run: Run, installation: Installation):
    assert run("users", "create", "--role", "boss", "--name", "B", "--username", "bo").code == 2


def test_the_list_shows_who_holds_a_role_and_everybody_on_demand(run: Run, installation: Installation):
    run("users", "create", "--role", "trainer", "--name", "Ratna", "--username", "ratna")
    run("users", "create", "--role", "learner", "--name", "Sari", "--email", "Sari@Contoh.com")

    assert run("users", "list").out == "ratna\ttrainer\tRatna\n"
    assert run("users", "list", "--all").out == "ratna\ttrainer\tRatna\nsari@contoh.com\tlearner\tSari\n"


def test_a_reset_gives_a_link_and_ends_the_old_password(run: Run, installation: Installation):
    created = run("users", "create", "--role", "staff", "--name", "Rizal", "--username", "rizal")
    use_link(installation, created.out, "kopi-hitam-7")

    done = run("users", "reset-password", "rizal")

    assert done.code == 0
    assert use_link(installation, done.out, "teh-manis-88") == "Rizal"
    assert sign_in(installation, "rizal", "teh-manis-88") == "Rizal"


def test_a_reset_for_nobody_is_told(run: Run, installation: Installation):
    before = installation.content()

    assert run("users", "reset-password", "siapa").sentence == "Orang ini tidak ditemukan."
    assert installation.content() == before


# --- Certificates ------------------------------------------------------------------------------------


@pytest.fixture
def serial(installation: Installation) -> str:
    """The serial of a certificate that was just issued."""
    with installation.session() as session:
        publish(session, COURSE, now=NOW)
        outcome = complete(session, learner(session, now=NOW), now=NOW)
        session.commit()
        assert outcome.certificate is not None
        return outcome.certificate.serial


def state_of(installation: Installation, serial: str) -> CertificateState:
    with installation.session() as session:
        certificate = certificates.certificate_by_serial(session, serial)
        assert certificate is not None
        return certificates.state_of(certificate, NOW.date())


def test_a_certificate_is_revoked_once_with_a_reason(run: Run, installation: Installation, serial: str):
    done = run("certificates", "revoke", serial.lower(), "--reason", "Nama tertukar")

    assert done.code == 0
    assert re.fullmatch(r"Sertifikat \S+/DAPUR/\S+ sudah dicabut\.\n", done.out)
    assert state_of(installation, serial) is CertificateState.REVOKED
    before = installation.content()
    assert "sudah dicabut" in run("certificates", "revoke", serial, "--reason", "Lagi").sentence
    assert installation.content() == before


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_certificate_is_not_revoked_without_a_reason(
    run: Run, installation: Installation, serial: str, reason: str
):
    assert run("certificates", "revoke", serial, "--reason", reason).sentence
    assert state_of(installation, serial) is CertificateState.VALID


@pytest.mark.parametrize("typed", ["0" * 27, "bukan kode"])
def test_a_serial_that_nobody_issued_is_told(run: Run, installation: Installation, typed: str):
    assert typed in run("certificates", "revoke", typed, "--reason", "Salah").sentence


# --- Doctor ------------------------------------------------------------------------------------------


def test_the_doctor_finds_nothing_in_a_sound_installation(run: Run, installation: Installation, serial: str):
    done = run("doctor")

    assert (done.code, done.out, done.err) == (0, "Semua baik.\n", "")


def test_the_doctor_finds_a_wrong_summary_and_repairs_it(run: Run, installation: Installation, serial: str):
    sound = installation.content()
    installation.execute("UPDATE enrolments SET required_done = 0")
    wrong = installation.content()

    found = run("doctor")

    assert found.code == 1
    assert "required_done 0 (mestinya 3)" in found.out
    assert installation.content() == wrong, "looking changes nothing"

    repaired = run("doctor", "--repair")
    assert (repaired.code, repaired.out) == (0, "1 ringkasan dibetulkan.\nSemua baik.\n")
    assert installation.content() == sound


def test_the_doctor_finds_a_changed_trail_and_cannot_repair_it(
    run: Run, installation: Installation, serial: str
):
    installation.execute("DROP TRIGGER keep_audit_events_update")
    installation.execute("UPDATE audit_events SET action = 'nothing' WHERE id = 1")

    assert run("doctor").code == 1
    assert run("doctor", "--repair").code == 1


FINDINGS = [
    ("ELEARN_BASE_URL", "", "sertifikat belum bisa terbit"),
    ("ELEARN_BASE_URL", "http://kelas.example", "belum https"),
    ("ELEARN_CONTACT_TEXT", "", "bertanya"),
    ("ELEARN_CERTIFICATE_SIGNER", "", "garis"),
    ("ELEARN_CERTIFICATE_SIGNER", "王小明", "王小明"),
]


@pytest.mark.parametrize(("name", "value", "told"), FINDINGS)
def test_the_doctor_finds_what_is_missing_in_the_settings(
    run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
):
    monkeypatch.setenv(name, value)

    done = run("doctor")

    assert done.code == 1
    assert told in done.out
    assert len(done.out.splitlines()) == 1


def test_the_doctor_finds_a_broken_reference(run: Run, installation: Installation, serial: str):
    installation.execute("PRAGMA foreign_keys = OFF")
    installation.execute("DELETE FROM users")

    done = run("doctor")

    assert done.code == 1
    assert "Rujukan putus" in done.out
    assert "Traceback" not in done.err


def test_the_doctor_finds_a_secret_key_that_others_can_read(
    run: Run, installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("ELEARN_SECRET_KEY")
    assert run("doctor").code == 0
    (installation.data / "secret_key").chmod(0o644)

    done = run("doctor")

    assert done.code == 1
    assert "chmod 600" in done.out


def test_what_is_held_about_a_person_is_written_once_and_for_their_eyes(
    run: Run, installation: Installation, serial: str, tmp_path: Path
):
    target = tmp_path / "data.zip"
    key = key_of_holder(installation, serial)

    done = run("users", "export-person", key, target)

    assert done.code == 0, done
    with zipfile.ZipFile(target) as archive:
        held = json.loads(archive.read("data.json"))
        assert f"sertifikat-{serial}.pdf" in archive.namelist()
        assert "BACA-SAYA.txt" in archive.namelist()
    assert held["sertifikat"][0]["nama_tercetak"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "account.export" in deeds(installation)
    before = target.read_bytes()
    again = run("users", "export-person", key, target)
    assert again.code == 1
    assert "tidak bisa ditulis" in again.sentence
    assert target.read_bytes() == before
    assert deeds(installation).count("account.export") == 1


@pytest.mark.parametrize("keep", [True, False])
def test_a_person_is_erased_by_command_and_the_doctor_stays_content(
    run: Run, installation: Installation, serial: str, keep: bool
):
    key = key_of_holder(installation, serial)

    done = run("users", "erase-person", key, "--yes", *(["--keep-certificates"] if keep else []))

    assert done.code == 0, done
    expected = CertificateState.VALID if keep else CertificateState.ERASED
    assert state_of(installation, serial) is expected
    assert "account.erase" in deeds(installation)
    assert run("users", "erase-person", key, "--yes").code == 1
    with installation.session() as session:
        assert verify_chain(session) == []
        assert check_summaries(session) == []


def test_whoever_holds_a_role_is_not_erased(run: Run, installation: Installation):
    run("users", "create", "--role", "staff", "--name", "Bagus", "--username", "bagus")

    done = run("users", "erase-person", "bagus", "--yes")

    assert done.code == 1
    assert "Cabut perannya dulu" in done.sentence


def key_of_holder(installation: Installation, serial: str) -> str:
    with installation.session() as session:
        found = certificates.certificate_by_serial(session, serial)
        assert found is not None
        user = found.enrolment.user
        return str(user.username or user.email or user.phone)


def deeds(installation: Installation) -> list[str]:
    with installation.session() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
