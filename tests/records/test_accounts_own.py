"""What people change about their own account, and passwords made anew where the cost rose."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from elearn.records.accounts import limits, passwords, queries, services
from elearn.records.accounts.errors import KeyTakenError, SignInError, WrongPasswordError
from elearn.records.accounts.models import OneTimeCode, Role, User, UserRegency
from elearn.records.audit.models import AuditEvent, AuditPersonal, Way
from elearn.records.errors import TooManyError
from elearn.records.jobs.models import Job
from elearn.records.privacy.services import erase_person
from tests.factories import PASSWORD, make_user


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def sari(session: Session, now: datetime) -> User:
    user = make_user(session, now=now, phone="081234567890", email="sari@contoh.com", password=PASSWORD)
    session.commit()
    return user


def change(session: Session, user: User, now: datetime, **given: str | None) -> None:
    keys: dict[str, str | None] = {"phone": user.phone, "email": user.email, "password": PASSWORD}
    services.change_keys(session, user, **{**keys, **given}, now=now)
    session.commit()


def test_keys_change_and_the_number_to_call_goes_along_where_it_was_the_same(
    session: Session, sari: User, now: datetime
) -> None:
    change(session, sari, now, phone="(0813) 9999.8888", email=" Sari.Baru@Contoh.COM ")
    assert (sari.phone, sari.email) == ("+6281399998888", "sari.baru@contoh.com")
    assert sari.contact_phone == "+6281399998888"

    sari.contact_phone = "+6281211112222"
    session.commit()
    change(session, sari, now, phone=None)
    assert (sari.phone, sari.email, sari.contact_phone) == (None, "sari.baru@contoh.com", "+6281211112222")
    assert session.scalars(select(AuditEvent).where(AuditEvent.action == "account.own_keys")).all() == []


def test_where_to_call_stays_though_one_signs_in_by_address_from_now_on(
    session: Session, sari: User, now: datetime
) -> None:
    change(session, sari, now, phone="")

    assert (sari.phone, sari.contact_phone) == (None, "+6281234567890")


def test_nothing_changes_with_a_wrong_password_and_tries_are_counted(
    session: Session, sari: User, now: datetime
) -> None:
    for _each in range(10):
        with pytest.raises(WrongPasswordError):
            change(session, sari, now, phone="081300000000", password="salah")
        session.commit()
    with pytest.raises(TooManyError):
        change(session, sari, now, phone="081300000000")
    session.rollback()

    assert sari.phone == "+6281234567890"
    change(session, sari, now + timedelta(minutes=15), phone="081300000000")
    assert sari.phone == "+6281300000000"


def test_a_number_is_not_written_for_somebody_erased_while_the_password_was_compared(
    session: Session, engine: sa.Engine, sari: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    number = sari.id
    session.rollback()

    def erase_first(stored: str | None, given: str) -> bool:
        with Session(engine) as other:
            erase_person(
                other, other.get_one(User, number), keep_certificates=True, actor=None, way=Way.COMMAND, now=now
            )  # fmt: skip
            other.commit()
        return True

    monkeypatch.setattr(passwords, "password_matches", erase_first)
    with pytest.raises(WrongPasswordError):
        change(session, sari, now, phone="081300000000")
    session.commit()
    assert (sari.phone, sari.contact_phone, sari.erased_at) == (None, None, now)


def test_two_who_take_one_number_at_once_do_not_both_get_it(
    session: Session, engine: sa.Engine, sari: User, now: datetime
) -> None:
    joko = make_user(session, now=now, username="joko", password=PASSWORD)
    session.commit()
    ids = [sari.id, joko.id]
    session.rollback()
    barrier = threading.Barrier(2)

    def act(user_id: int) -> str:
        with Session(engine) as own:
            barrier.wait()
            try:
                change(own, own.get_one(User, user_id), now, phone="081355556666")
            except KeyTakenError as error:
                # The try is counted all the same, and nothing half changed is written with it.
                own.commit()
                return error.field
            return "taken"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, ids)) == ["phone", "taken"]
    session.expire_all()
    assert sorted([sari.phone or "", joko.phone or ""])[1] == "+6281355556666"
    assert sari.email == "sari@contoh.com"


def test_what_somebody_with_a_role_changes_of_the_own_account_is_on_the_trail(
    session: Session, now: datetime
) -> None:
    admin = make_user(session, Role.ADMIN, now=now, email="admin@contoh.com", password=PASSWORD)
    session.commit()
    change(session, admin, now, email="lain@contoh.com")
    change(session, admin, now)
    services.change_password(session, admin, PASSWORD, "teh-manis-8", token=None, now=now)
    session.commit()

    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)).all()
    assert [event.action for event in events] == ["account.own_password", "account.own_keys"]
    personal = session.get_one(AuditPersonal, events[1].id).personal
    assert "admin@contoh.com" in personal
    assert "lain@contoh.com" in personal


def test_a_new_password_tells_which_other_devices_ended_but_not_those_long_gone(
    session: Session, sari: User, now: datetime
) -> None:
    services.open_session(session, sari, device="lama", now=now - timedelta(days=61))
    mine = services.open_session(session, sari, device="ini", now=now)
    for device in ("b", "a"):
        services.open_session(session, sari, device=device, now=now - timedelta(days=59))
    session.commit()

    ended = services.change_password(session, sari, PASSWORD, "teh-manis-8", token=mine, now=now)
    session.commit()

    assert ended == ["b", "a"]
    assert queries.sessions_of(session, sari.id, now) == []


@pytest.mark.parametrize("right", [True, False])
def test_a_password_is_hashed_anew_at_sign_in_where_new_ones_cost_more(
    session: Session, sari: User, now: datetime, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    before = sari.password_hash
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", dearer)
    if right:
        services.sign_in(session, key="081234567890", password=PASSWORD, now=now)
    else:
        with pytest.raises(SignInError):
            services.sign_in(session, key="081234567890", password="salah", now=now)
    session.commit()

    assert (sari.password_hash == before) is not right
    assert sari.password_hash is not None
    assert dearer.check_needs_rehash(sari.password_hash) is not right
    assert services.sign_in(session, key="081234567890", password=PASSWORD, now=now) is sari


def test_a_password_at_the_cost_of_today_is_left_alone(session: Session, sari: User, now: datetime) -> None:
    before = sari.password_hash
    services.sign_in(session, key="081234567890", password=PASSWORD, now=now)
    session.commit()

    assert sari.password_hash == before


def test_few_passwords_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    gate = threading.Barrier(passwords.AT_ONCE)

    class Slow:
        def hash(self, password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            # Passes only where as many as may are in here together.
            gate.wait(10)
            with lock:
                running -= 1
            return password

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    with ThreadPoolExecutor(3 * passwords.AT_ONCE) as pool:
        list(pool.map(passwords.hash_password, ["x"] * 3 * passwords.AT_ONCE))

    assert most == passwords.AT_ONCE


@pytest.mark.parametrize(
    ("after", "words", "seconds"),
    [
        (0, "15 menit", 900),
        (60, "14 menit", 840),
        (61, "14 menit", 839),
        (840, "satu menit", 60),
        (899, "satu menit", 1),
    ],
)
def test_whoever_tries_too_often_is_told_how_long_to_wait(
    session: Session, after: int, words: str, seconds: int
) -> None:
    begin = datetime.fromisoformat("2026-11-23T03:45:00+00:00")
    window = timedelta(minutes=15)
    limits.check_rate(session, "k", limit=1, window=window, now=begin)
    with pytest.raises(TooManyError) as refused:
        limits.check_rate(session, "k", limit=1, window=window, now=begin + timedelta(seconds=after))

    assert refused.value.retry_after == seconds
    assert words in str(refused.value.sentence)


def test_a_link_is_asked_for_without_making_one(session: Session, sari: User, now: datetime) -> None:
    for key in ("0812-3456-7890", "SARI@contoh.com", "nobody@contoh.com"):
        services.ask_for_link(session, key, target="/belajar", now=now)

    payloads = session.scalars(select(Job.payload).order_by(Job.id)).all()
    mine = f'{{"target": "/belajar", "user_id": {sari.id}}}'
    assert payloads == [mine, mine, '{"target": "/belajar", "user_id": null}']
    assert session.scalars(select(OneTimeCode)).all() == []


def test_a_regency_needs_the_day_it_holds_from(session: Session, now: datetime) -> None:
    with pytest.raises(ValueError, match="from a day on"):
        services.create_user(session, name="Siti", regency="18.71", actor=None, way=Way.COMMAND, now=now)
    session.rollback()
    day = date(2026, 11, 24)
    user = make_user(session, now=now)
    services.confirm_name(session, user, name="Siti", regency="18.71", today=day, now=now)
    assert session.scalars(select(UserRegency.since_on)).all() == [day]
