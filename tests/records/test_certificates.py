"""Serials, numbers, issuing once, revoking, replacing, and a new period."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from elearn.records import study
from elearn.records.accounts import services as accounts
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.certificates import queries, services
from elearn.records.certificates.models import Certificate, CertificateSeries
from elearn.records.certificates.numbers import add_months, number_of, series_of
from elearn.records.certificates.queries import CertificateState, state_of
from elearn.records.certificates.serials import (
    ALPHABET,
    check_serial,
    new_serial,
    normalise_serial,
    show_serial,
)
from elearn.records.certificates.services import Wait
from elearn.records.desk import trail
from elearn.records.enrolments.queries import enrolment_of
from elearn.records.errors import ConflictError, NotFoundError, RefusedError
from tests.factories import make_user
from tests.records.learning import (
    COURSE,
    PRINTING,
    SLUG,
    complete,
    course_page,
    learner,
    module_titles,
    publish,
    take,
)

TODAY = date(2026, 11, 23)

# --- Serials ------------------------------------------------------------------------------------------


def test_serials_are_of_the_plain_alphabet_and_check_themselves():
    serials = {new_serial() for _ in range(500)}

    assert len(serials) == 500
    assert all(re.fullmatch(f"[{ALPHABET}]{{27}}", serial) for serial in serials)
    assert all(check_serial(serial) for serial in serials)


def test_the_check_is_crockfords_own():
    assert check_serial("0" * 25 + "1" + "1")
    assert check_serial("0" * 25 + "Z" + ALPHABET[31])
    assert check_serial("0" * 24 + "16" + "1")  # 1 · 32 + 6 = 38, and 38 mod 37 = 1


@given(st.integers(0, 26), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(position, character):
    serial = new_serial()
    typed = serial[:position] + character + serial[position + 1 :]

    assert check_serial(typed) == (typed == serial)


@given(st.integers(0, 25))
def test_two_neighbours_exchanged_are_noticed(position):
    serial = new_serial()
    typed = serial[:position] + serial[position + 1] + serial[position] + serial[position + 2 :]

    assert check_serial(typed) == (typed == serial)


def test_a_serial_is_shown_in_groups_and_read_in_whatever_way_it_is_typed():
    serial = new_serial()
    shown = show_serial(serial)
    alike = shown.replace("0", "o").replace("1", "l")

    assert [len(group) for group in shown.split("-")] == [4, 4, 4, 4, 4, 4, 3]
    for typed in (serial, shown, shown.lower(), alike, serial.replace("1", "I"), f"  {shown} \n"):
        assert normalise_serial(typed) == serial


@given(st.text())
def test_anything_else_is_no_serial(typed):
    assert normalise_serial(typed) is None or check_serial(normalise_serial(typed))


def test_letters_that_turn_into_ours_are_not_taken_for_them():
    assert normalise_serial("ſ" * 27) is None
    assert normalise_serial("U" * 27) is None


# --- Numbers and months --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "series", "number"),
    [
        ("{urut}/{kode}/{bulan_romawi}/{tahun}", "{urut}/H1/{bulan_romawi}/2026", "7/H1/XI/2026"),
        ("{tahun}.{kode}.{urut}", "2026.H1.{urut}", "2026.H1.7"),
        ("{urut}/{kode}", "{urut}/H1 2026", "7/H1 2026"),
    ],
)
def test_a_number_follows_its_pattern_and_a_series_leaves_out_number_and_month(pattern, series, number):
    assert series_of(pattern, code="H1", on=TODAY) == series
    assert number_of(pattern, sequence=7, code="H1", on=TODAY) == number


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 23), 24, date(2028, 11, 23)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day, months, later):
    assert add_months(day, months) == later


# --- Issuing --------------------------------------------------------------------------------------------


@pytest.fixture
def course(session, now):
    return publish(session, COURSE, now=now)


@pytest.fixture
def certificate(session, course, now):
    return complete(session, learner(session, now=now), now=now).certificate


def issue(session, certificate, now, printing=PRINTING):
    return services.issue_if_due(session, certificate.enrolment, printing, now)


def test_completing_the_course_issues_a_snapshot_of_everything_printed(session, certificate):
    printed = {
        name: getattr(certificate, name)
        for name in (
            "number", "holder_name", "course_title", "release_number", "hours", "score", "organisation",
            "signer", "signer_title", "place", "issued_on", "valid_until", "language", "period", "issue_number",
        )
    }  # fmt: skip

    assert printed == {
        "number": "1/DAPUR/XI/2026",
        "holder_name": "Sari Wulandari",
        "course_title": "Dapur Bersih",
        "release_number": 1,
        "hours": "4",
        "score": 10_000,
        "organisation": "Dinas Koperasi dan UMKM",
        "signer": "Ir. Hasan",
        "signer_title": "Kepala Dinas",
        "place": "Bandar Lampung",
        "issued_on": TODAY,
        "valid_until": None,
        "language": "id",
        "period": 1,
        "issue_number": 1,
    }
    assert module_titles(certificate.modules) == ["Meja", "Lantai"]
    assert certificate.minutes >= 2
    assert certificate.verification_url == f"https://kelas.example/sertifikat/{certificate.serial}"


def test_an_optional_module_is_printed_only_if_it_is_complete(session, course, now):
    user = learner(session, now=now)
    study.mark_read(session, user, SLUG, "hiasan", now)

    assert module_titles(complete(session, user, now=now).certificate.modules) == ["Meja", "Lantai", "Hiasan"]


def test_the_day_of_issue_is_that_of_the_office(session, course):
    late_evening = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # half past midnight in Lampung
    user = learner(session, now=late_evening)

    certificate = complete(session, user, now=late_evening).certificate

    assert certificate.issued_on == date(2027, 1, 1)
    assert certificate.number == "1/DAPUR/I/2027"


def test_pressing_again_gives_the_same_certificate(session, certificate, now):
    assert issue(session, certificate, now + timedelta(days=9)) is certificate
    assert session.scalar(select(func.count(Certificate.id))) == 1
    assert services.waits_for(session, certificate.enrolment_id, PRINTING) is None


def test_a_series_is_free_of_gaps_and_begins_anew_every_year(session, course, now):
    numbers = [complete(session, learner(session, now=now), now=now).certificate.number for _ in range(3)]
    later = now + timedelta(days=365)
    numbers.append(complete(session, learner(session, now=later), now=later).certificate.number)

    assert numbers == ["1/DAPUR/XI/2026", "2/DAPUR/XI/2026", "3/DAPUR/XI/2026", "1/DAPUR/XI/2027"]


def test_what_fails_spends_no_number(session, certificate, now):
    session.commit()
    lost = complete(session, learner(session, now=now), now=now).certificate.number
    session.rollback()

    assert complete(session, learner(session, now=now), now=now).certificate.number == lost


def test_it_waits_until_name_and_regency_are_confirmed(session, course, now):
    user = learner(session, now=now, confirmed=False)
    outcome = complete(session, user, now=now)
    assert (outcome.completed_course, outcome.certificate) == (True, None)
    assert outcome.certificate_waits_for is Wait.CONFIRMATION
    assert study.hand_in(session, outcome.attempt, now, PRINTING).certificate_waits_for is Wait.CONFIRMATION
    enrolment = enrolment_of(session, user.id, SLUG)

    certificate = study.confirm_and_issue(
        session, user, enrolment, name="Hj. Sari Wulandari, S.E.", regency="18.71", printing=PRINTING, now=now
    )

    assert certificate.holder_name == "Hj. Sari Wulandari, S.E."


def test_a_letter_that_cannot_be_printed_is_named_before_a_number_is_spent(session, course, now):
    user = learner(session, now=now, confirmed=False)
    complete(session, user, now=now)
    enrolment = enrolment_of(session, user.id, SLUG)

    with pytest.raises(RefusedError, match="漢 字") as refused:
        study.confirm_and_issue(
            session,
            user,
            enrolment,
            name="Sari 漢字",
            regency="18.71",
            printing=PRINTING,
            now=now,
            missing_letters=lambda name: "".join(letter for letter in name if letter > "\u2fff"),
        )

    assert refused.value.field == "name"
    assert session.scalar(select(func.count()).select_from(CertificateSeries)) == 0
    assert user.name_confirmed_at is None


def test_nobody_confirms_for_another(session, certificate, now):
    other = learner(session, "Joko", now=now)

    with pytest.raises(NotFoundError):
        study.confirm_and_issue(
            session, other, certificate.enrolment, name="Joko", regency="18.71", printing=PRINTING, now=now
        )


def test_without_an_address_none_is_issued(session, course, now):
    nowhere = replace(PRINTING, base_url=None)
    user = learner(session, now=now)

    outcome = complete(session, user, now=now, printing=nowhere)

    assert (outcome.certificate, outcome.certificate_waits_for) == (None, Wait.ADDRESS)
    enrolment = enrolment_of(session, user.id, SLUG)
    assert services.issue_if_due(session, enrolment, PRINTING, now) is not None


def test_a_course_that_gives_none_gives_none(session, now):
    publish(session, {**COURSE, "kursus.md": course_page(sertifikat="tidak")}, now=now)

    outcome = complete(session, learner(session, now=now), now=now)

    assert outcome.completed_course
    assert (outcome.certificate, outcome.certificate_waits_for) == (None, None)


def test_what_is_not_complete_gives_none(session, course, now):
    user = learner(session, now=now)
    enrolment = study.enrol(session, user, SLUG, now)

    assert services.issue_if_due(session, enrolment, PRINTING, now) is None
    assert services.waits_for(session, enrolment.id, PRINTING) is None


# --- Revoking and replacing ------------------------------------------------------------------------------


@pytest.fixture
def staff(session, now):
    return make_user(session, now=now, name="M. Rizal")


def by(staff, now, **extra):
    return {"actor": staff, "way": Way.PAGE, "now": now, **extra}


def test_a_revoked_certificate_stays_and_blocks_another(session, certificate, staff, now):
    services.revoke(session, certificate, reason=" Nama palsu ", **by(staff, now))

    assert state_of(certificate, TODAY) is CertificateState.REVOKED
    assert [event.reason for event in certificate.events] == ["", "Nama palsu"]
    assert issue(session, certificate, now) is None
    with pytest.raises(ConflictError):
        services.revoke(session, certificate, reason="lagi", **by(staff, now))
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event.action == "certificate.revoke"
    assert trail(session)[0].reason == "Nama palsu"


def test_a_command_revokes_without_a_person(session, certificate, now):
    services.revoke(session, certificate, reason="uji", actor=None, way=Way.COMMAND, now=now)

    assert certificate.events[-1].by_id is None


@pytest.mark.parametrize("act", [services.revoke, services.allow_again])
def test_a_reason_is_needed(session, certificate, staff, now, act):
    with pytest.raises(RefusedError, match="alasannya"):
        act(session, certificate, reason=" ", **by(staff, now))


def test_staff_allow_another_after_a_revocation(session, certificate, staff, now):
    with pytest.raises(ConflictError):
        services.allow_again(session, certificate, reason="keliru", **by(staff, now))
    services.revoke(session, certificate, reason="keliru", **by(staff, now))
    services.allow_again(session, certificate, reason="sudah jelas", **by(staff, now))

    another = issue(session, certificate, now)

    assert (another.period, another.issue_number, another.follows_id) == (1, 2, certificate.id)
    assert state_of(certificate, TODAY) is CertificateState.REVOKED
    assert state_of(another, TODAY) is CertificateState.VALID
    assert queries.replacement_of(session, certificate) is another
    assert issue(session, certificate, now) is another


def test_a_correction_issues_another_and_links_both_ways(session, certificate, staff, now):
    user = certificate.enrolment.user
    accounts.correct_person(
        session, user, name="Sari Wulandari, S.P.", phone=None, regency="18.71", contact_phone=None,
        reason="ijazah", today=now.date(), **by(staff, now),
    )  # fmt: skip

    corrected = services.replace(
        session, certificate, printing=PRINTING, reason="ejaan", **by(staff, now + timedelta(days=1))
    )

    assert (corrected.holder_name, certificate.holder_name) == ("Sari Wulandari, S.P.", "Sari Wulandari")
    assert (corrected.number, corrected.issue_number) == ("2/DAPUR/XI/2026", 2)
    assert corrected.modules == certificate.modules
    assert queries.followed_by(session, corrected) is certificate
    assert queries.replacement_of(session, certificate) is corrected
    assert queries.followed_by(session, certificate) is None
    assert state_of(certificate, TODAY) is CertificateState.REPLACED
    assert issue(session, certificate, now) is corrected
    for act in (
        lambda: services.revoke(session, certificate, reason="x", **by(staff, now)),
        lambda: services.replace(session, certificate, printing=PRINTING, reason="x", **by(staff, now)),
    ):
        with pytest.raises(ConflictError):
            act()


def test_a_correction_needs_an_address_and_letters(session, certificate, staff, now):
    with pytest.raises(RefusedError):
        services.replace(
            session, certificate, printing=replace(PRINTING, base_url=None), reason="x", **by(staff, now)
        )
    with pytest.raises(RefusedError):
        services.replace(
            session,
            certificate,
            printing=PRINTING,
            reason="x",
            missing_letters=lambda _: "S",
            **by(staff, now),
        )
    assert session.scalar(select(func.count(Certificate.id))) == 1


# --- Validity ---------------------------------------------------------------------------------------------


@pytest.fixture
def for_a_year(session, now):
    page = course_page(sertifikat="{terbit: ya, berlaku: 12 bulan}")
    publish(session, {**COURSE, "kursus.md": page}, now=now)
    return complete(session, learner(session, now=now), now=now).certificate


def test_the_last_day_is_included(for_a_year):
    assert for_a_year.valid_until == date(2027, 11, 23)
    assert state_of(for_a_year, date(2027, 11, 23)) is CertificateState.VALID
    assert state_of(for_a_year, date(2027, 11, 24)) is CertificateState.EXPIRED


@pytest.mark.parametrize(
    ("days_before_end", "until"),
    [(91, None), (90, date(2028, 11, 23)), (0, date(2028, 11, 23)), (-10, date(2028, 12, 3))],
)
def test_passing_again_near_the_end_earns_a_new_period(session, for_a_year, now, days_before_end, until):
    end = datetime(2027, 11, 23, 3, tzinfo=UTC)
    user = for_a_year.enrolment.user

    outcome = take(session, user, "postes", now=end - timedelta(days=days_before_end))

    if until is None:
        assert outcome.certificate is None
        assert issue(session, for_a_year, now) is for_a_year
    else:
        assert (outcome.certificate.period, outcome.certificate.valid_until) == (2, until)
        assert outcome.certificate.follows_id == for_a_year.id
        assert state_of(for_a_year, date(2027, 11, 23)) is CertificateState.VALID


@pytest.mark.parametrize("months", [1, 2, 3])
def test_a_short_period_is_not_renewed_by_the_pass_that_earned_it(session, now, months):
    page = course_page(sertifikat=f"{{terbit: ya, berlaku: {months} bulan}}")
    publish(session, {**COURSE, "kursus.md": page}, now=now)
    first = complete(session, learner(session, now=now), now=now).certificate

    assert issue(session, first, now + timedelta(days=2)) is first
    second = take(session, first.enrolment.user, "postes", now=now + timedelta(days=3)).certificate

    assert (second.period, second.follows_id) == (2, first.id)
    assert issue(session, first, now + timedelta(days=4)) is second


def test_only_the_newest_certificate_is_corrected(session, for_a_year, staff):
    near = datetime(2027, 11, 1, 3, tzinfo=UTC)
    newest = take(session, for_a_year.enrolment.user, "postes", now=near).certificate

    with pytest.raises(ConflictError, match="lebih baru"):
        services.replace(session, for_a_year, printing=PRINTING, reason="ejaan", **by(staff, near))
    corrected = services.replace(session, newest, printing=PRINTING, reason="ejaan", **by(staff, near))

    assert (corrected.period, corrected.follows_id) == (2, newest.id)


def test_a_reason_no_database_can_hold_is_refused(session, certificate, staff, now):
    with pytest.raises(RefusedError) as refused:
        services.revoke(session, certificate, reason="salah\0", **by(staff, now))
    assert refused.value.field == "reason"


def test_failing_again_earns_nothing(session, for_a_year):
    near = datetime(2027, 11, 1, 3, tzinfo=UTC)

    assert take(session, for_a_year.enrolment.user, "postes", now=near, rights=0).certificate is None


# --- Finding ---------------------------------------------------------------------------------------------


def test_a_certificate_is_found_by_its_serial_only(session, certificate):
    assert queries.certificate_by_serial(session, show_serial(certificate.serial).lower()) is certificate
    assert queries.certificate_by_serial(session, new_serial()) is None
    assert queries.certificate_by_serial(session, certificate.number) is None


def test_a_person_sees_their_own_the_newest_first(session, certificate, staff, now):
    services.revoke(session, certificate, reason="uji", **by(staff, now))
    services.allow_again(session, certificate, reason="uji", **by(staff, now))
    another = issue(session, certificate, now + timedelta(days=1))

    assert queries.certificates_of(session, certificate.enrolment.user_id) == [another, certificate]
    assert queries.certificates_of(session, staff.id) == []
    assert set(string.ascii_lowercase).isdisjoint(another.serial)
