"""Accounts: signing up and in, sessions, one-time codes, corrections, roles."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from elearn.records.accounts import limits, queries, services
from elearn.records.accounts.errors import AccountOffError, CodeError, KeyTakenError, SignInError
from elearn.records.accounts.models import (
    CodeKind,
    Consent,
    OneTimeCode,
    RateCounter,
    Role,
    User,
    UserRegency,
    UserRole,
    UserSession,
)
from elearn.records.audit.models import AuditEvent, AuditPersonal, Way
from elearn.records.audit.services import verify_chain
from elearn.records.catalogue.models import Course, CourseTrainer
from elearn.records.enrolments.models import Enrolment
from elearn.records.errors import NotFoundError, RefusedError, TooManyError
from tests.factories import PASSWORD, make_learner, make_user

PHONE = "+6281234567890"


def sign_up(session: Session, now: datetime, **changes: str | None) -> User:
    given: dict[str, str | None] = {
        "name": "Sari Wulandari", "key": "0812 3456 7890", "password": PASSWORD, "regency": "18.71",
    }  # fmt: skip
    return services.sign_up(
        session, **(given | changes), consent_version="2026-11", today=now.date(), now=now
    )  # type: ignore[arg-type]


def acts(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


# Signing up


def test_signing_up_makes_a_learner_with_consent_and_regency(session: Session, now: datetime) -> None:
    user = sign_up(session, now)
    session.commit()

    assert (user.name, user.phone, user.contact_phone) == ("Sari Wulandari", PHONE, PHONE)
    assert user.password_hash is not None
    assert PASSWORD not in user.password_hash
    assert user.name_confirmed_at is None
    assert queries.roles_of(session, user.id) == frozenset()
    assert session.scalars(select(Consent.text_version)).all() == ["2026-11"]
    assert queries.regency_of(session, user.id, now.date()) == "18.71"
    # A learner's own act is a fact already.
    assert acts(session) == []


def test_an_address_is_a_key_as_well_and_the_regency_can_wait(session: Session, now: datetime) -> None:
    user = sign_up(session, now, key="Sari@Contoh.com", regency=None)

    assert (user.email, user.phone, user.contact_phone) == ("sari@contoh.com", None, None)
    assert queries.regency_of(session, user.id, now.date()) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Sari\0"}, "name"),
        ({"key": "sari"}, "key"),
        ({"key": "0812"}, "key"),
        ({"password": "pendek"}, "password"),
        ({"password": "081234567890"}, "password"),
        ({"regency": "31.71"}, "regency"),
    ],
)
def test_what_cannot_be_taken_is_refused_beside_its_field(
    session: Session, now: datetime, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        sign_up(session, now, **changes)

    assert refused.value.field == field
    assert session.scalars(select(User)).all() == []


@pytest.mark.parametrize("key", ["+62 812-3456-7890", "62 81234567890"])
def test_a_key_in_another_form_is_taken_all_the_same(session: Session, now: datetime, key: str) -> None:
    sign_up(session, now)

    with pytest.raises(KeyTakenError) as refused:
        sign_up(session, now, key=key)

    assert refused.value.field == "key"


def test_of_two_who_sign_up_with_one_number_at_once_one_gets_it(engine: sa.Engine, now: datetime) -> None:
    together = threading.Barrier(3)
    results: list[str] = []

    def work() -> None:
        with Session(engine) as session:
            together.wait()
            try:
                sign_up(session, now)
                session.commit()
                results.append("made")
            except KeyTakenError:
                results.append("taken")

    threads = [threading.Thread(target=work) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["made", "taken", "taken"]


def test_the_database_holds_a_person_to_a_key_or_erased(session: Session, now: datetime) -> None:
    session.add(User(name="", created_at=now, erased_at=now))
    session.flush()
    session.add(User(name="Sari", created_at=now))
    with pytest.raises(IntegrityError):
        session.flush()


# Signing in


@pytest.fixture
def sari(session: Session, now: datetime) -> User:
    user = make_user(session, now=now, phone="081234567890", email="sari@contoh.com", password=PASSWORD)
    session.commit()
    return user


@pytest.mark.parametrize("key", ["0812 3456 7890", "+6281234567890", "SARI@contoh.com "])
def test_every_key_signs_its_person_in(session: Session, sari: User, now: datetime, key: str) -> None:
    assert services.sign_in(session, key=key, password=PASSWORD, now=now) is sari


def refusal(session: Session, key: str | None, password: str | None, now: datetime) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        services.sign_in(session, key=key, password=password, now=now)
    session.commit()
    return refused.value


@pytest.mark.parametrize(
    ("key", "password"),
    [
        ("081234567890", "salah-sandi"),
        ("081234567899", PASSWORD),
        ("siapa@contoh.com", PASSWORD),
        ("siapa", PASSWORD),
        ("bukan kunci", PASSWORD),
        ("", ""),
        (None, None),
        ("081234567890", None),
        ("081234567890", "\ud800"),
    ],
)
def test_signing_in_never_tells_what_was_wrong(
    session: Session, sari: User, now: datetime, key: str | None, password: str | None
) -> None:
    found = refusal(session, key, password, now)

    assert type(found) is SignInError
    assert (str(found), found.field) == (str(SignInError()), "password")


def test_an_account_without_a_password_cannot_be_signed_in_to(session: Session, now: datetime) -> None:
    make_user(session, now=now, username="sari")
    session.commit()

    assert type(refusal(session, "sari", "", now)) is SignInError


def test_only_who_knows_the_password_is_told_that_an_account_is_off(
    session: Session, sari: User, now: datetime
) -> None:
    services.disable(session, sari, reason="dipinjam", actor=None, way=Way.COMMAND, now=now)
    session.commit()

    assert type(refusal(session, "081234567890", "salah-sandi", now)) is SignInError
    assert type(refusal(session, "081234567890", PASSWORD, now)) is AccountOffError


@pytest.mark.parametrize("key", ["081234567890", "081234567899"])
def test_too_many_wrong_passwords_close_the_door_for_everybody_alike(
    session: Session, sari: User, now: datetime, key: str
) -> None:
    for _each in range(services.SIGN_IN_TRIES):
        refusal(session, key, "salah-sandi", now)

    # The right password too, and a page rolls back what a refusal of this kind has counted.
    for password in ("salah-sandi", PASSWORD, PASSWORD):
        with pytest.raises(TooManyError) as refused:
            services.sign_in(session, key=key, password=password, now=now)
        session.rollback()
        assert 0 < refused.value.retry_after <= services.SIGN_IN_WINDOW.total_seconds()


def test_the_door_opens_again_and_other_keys_never_close(session: Session, sari: User, now: datetime) -> None:
    for _each in range(services.SIGN_IN_TRIES):
        refusal(session, "081234567890", "salah-sandi", now)

    assert services.sign_in(session, key="sari@contoh.com", password=PASSWORD, now=now) is sari
    later = now + services.SIGN_IN_WINDOW
    assert services.sign_in(session, key="081234567890", password=PASSWORD, now=later) is sari


def test_signing_in_rightly_is_never_too_often(session: Session, sari: User, now: datetime) -> None:
    for _each in range(services.SIGN_IN_TRIES + 2):
        services.sign_in(session, key="081234567890", password=PASSWORD, now=now)


# Limits


def test_a_limit_holds_for_its_window_and_its_key(session: Session, now: datetime) -> None:
    def try_once(key: str, at: datetime) -> None:
        limits.check_rate(session, key, limit=2, window=timedelta(minutes=10), now=at)

    start = now.replace(minute=40)
    try_once("a", start)
    try_once("a", start + timedelta(minutes=9))
    with pytest.raises(TooManyError) as refused:
        try_once("a", start + timedelta(minutes=9))
    assert refused.value.retry_after == 60
    try_once("b", start)
    try_once("a", start + timedelta(minutes=10))


def test_a_counter_holds_no_number_in_clear(session: Session, now: datetime) -> None:
    limits.check_rate(session, "sign-in:phone:+6281234567890", limit=1, window=timedelta(hours=1), now=now)
    kept = session.scalars(select(RateCounter.key)).one()
    assert kept == hashlib.sha256(b"sign-in:phone:+6281234567890").hexdigest()


def test_a_count_on_an_engine_stands_whatever_happens_to_the_page(engine: sa.Engine, now: datetime) -> None:
    for _each in range(3):
        limits.check_rate(engine, "daftar:1.2.3.4", limit=3, window=timedelta(hours=1), now=now)
    with pytest.raises(TooManyError):
        limits.check_rate(engine, "daftar:1.2.3.4", limit=3, window=timedelta(hours=1), now=now)
    with Session(engine) as session:
        assert session.scalars(select(RateCounter.count)).one() == 4
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 5000


def test_a_technical_row_waits_only_a_moment(engine: sa.Engine, session: Session, now: datetime) -> None:
    limits.check_rate(session, "x", limit=9, window=timedelta(hours=1), now=now)

    with pytest.raises(sa.exc.OperationalError):
        limits.check_rate(engine, "x", limit=9, window=timedelta(hours=1), now=now)


def test_old_counters_are_thrown_away(session: Session, now: datetime) -> None:
    for days in (0, 1, 3):
        limits.check_rate(session, "x", limit=9, window=timedelta(hours=1), now=now - timedelta(days=days))
    limits.forget_old_counters(session, now=now)
    assert len(session.scalars(select(RateCounter)).all()) == 2


# Sessions


def test_a_session_is_known_by_its_token_which_is_stored_nowhere(
    session: Session, sari: User, now: datetime
) -> None:
    token = services.open_session(session, sari, device="Chrome " + "x" * 300, now=now)
    session.commit()

    row = session.scalars(select(UserSession)).one()
    assert token not in (row.token_digest, row.device)
    assert len(row.device) == 200
    viewer = queries.signed_in(session, token, now)
    assert viewer is not None
    assert (viewer.id, viewer.name, viewer.username) == (sari.id, sari.name, None)
    assert (viewer.roles, viewer.session_id, viewer.last_seen_at) == (frozenset({Role.LEARNER}), row.id, now)


def test_who_is_signed_in_is_known_to_a_reading_connection(
    session: Session, reading_engine: sa.Engine, now: datetime
) -> None:
    officer = make_user(session, Role.STAFF, Role.TRAINER, now=now)
    token = services.open_session(session, officer, device="", now=now)
    session.commit()

    with reading_engine.connect() as connection:
        viewer = queries.signed_in(connection, token, now)
    assert viewer is not None
    assert viewer.roles == {Role.LEARNER, Role.STAFF, Role.TRAINER}


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 5000])
def test_a_strange_token_is_nobodys(session: Session, now: datetime, token: str) -> None:
    assert queries.signed_in(session, token, now) is None


@pytest.mark.parametrize(
    ("roles", "unused", "open_"),
    [
        ((), timedelta(days=60), True),
        ((), timedelta(days=60, seconds=1), False),
        ((Role.STAFF,), timedelta(hours=12), True),
        ((Role.STAFF,), timedelta(hours=12, seconds=1), False),
        ((Role.TRAINER,), timedelta(days=1), False),
        ((Role.ADMIN,), timedelta(days=1), False),
    ],
)
def test_an_unused_session_ends_sooner_for_who_sees_others(
    session: Session, now: datetime, roles: tuple[Role, ...], unused: timedelta, open_: bool
) -> None:
    user = make_user(session, *roles, now=now)
    token = services.open_session(session, user, device="", now=now)

    assert (queries.signed_in(session, token, now + unused) is not None) is open_
    assert len(queries.sessions_of(session, user.id, now + unused)) == (1 if open_ else 0)


def test_a_session_that_is_used_goes_on(session: Session, engine: sa.Engine, now: datetime) -> None:
    user = make_user(session, Role.STAFF, now=now)
    token = services.open_session(session, user, device="", now=now)
    session.commit()
    viewer = queries.signed_in(session, token, now)
    session.commit()
    assert viewer is not None
    later = now + timedelta(hours=11)
    with engine.begin() as connection:
        queries.touch_session(connection, viewer.session_id, later)
        # A page that was slow never sets it back.
        queries.touch_session(connection, viewer.session_id, now)
    session.expire_all()

    seen = queries.signed_in(session, token, now + timedelta(hours=20))
    assert seen is not None
    assert seen.last_seen_at == later


@pytest.fixture
def three_tokens(session: Session, sari: User, now: datetime) -> list[str]:
    tokens = [services.open_session(session, sari, device=f"HP {number}", now=now) for number in range(3)]
    session.commit()
    return tokens


def open_ones(session: Session, tokens: list[str], now: datetime) -> list[bool]:
    return [queries.signed_in(session, token, now) is not None for token in tokens]


def test_sessions_end_one_by_one_or_all_but_this(
    session: Session, sari: User, three_tokens: list[str], now: datetime
) -> None:
    services.end_session(session, three_tokens[0], now)
    services.end_session(session, "unknown", now)
    assert open_ones(session, three_tokens, now) == [False, True, True]

    services.end_sessions_of(session, sari, now, except_token=three_tokens[2])
    assert open_ones(session, three_tokens, now) == [False, False, True]
    assert [row.device for row in queries.sessions_of(session, sari.id, now)] == ["HP 2"]

    services.end_sessions_of(session, sari, now)
    assert open_ones(session, three_tokens, now) == [False, False, False]


def test_only_ones_own_session_can_be_ended_from_the_list(
    session: Session, sari: User, three_tokens: list[str], now: datetime
) -> None:
    stranger = make_learner(session, now=now)
    row = queries.sessions_of(session, sari.id, now)[0]

    assert not services.end_own_session(session, stranger, row.id, now)
    assert services.end_own_session(session, sari, row.id, now)
    assert not services.end_own_session(session, sari, row.id, now)
    assert open_ones(session, three_tokens, now).count(True) == 2


def test_changing_the_password_ends_every_session(
    session: Session, sari: User, three_tokens: list[str], now: datetime
) -> None:
    services.change_password(session, sari, PASSWORD, "teh-manis-8", token=None, now=now)
    session.commit()

    assert open_ones(session, three_tokens, now) == [False, False, False]
    assert services.sign_in(session, key="081234567890", password="teh-manis-8", now=now) is sari
    assert type(refusal(session, "081234567890", PASSWORD, now)) is SignInError


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [("salah", "teh-manis-8", "old"), (None, "teh-manis-8", "old"), (PASSWORD, "pendek", "password"),
     (PASSWORD, "081234567890", "password")],
)  # fmt: skip
def test_a_password_changes_only_with_the_old_one_to_a_good_one(
    session: Session, sari: User, three_tokens: list[str], now: datetime, old: str, new: str, field: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        services.change_password(session, sari, old, new, token=None, now=now)

    assert refused.value.field == field
    assert open_ones(session, three_tokens, now) == [True, True, True]


def test_the_old_password_cannot_be_tried_for_ever(session: Session, sari: User, now: datetime) -> None:
    for _each in range(services.SIGN_IN_TRIES):
        with pytest.raises(RefusedError):
            services.change_password(session, sari, "salah", "teh-manis-8", token=None, now=now)
        session.commit()
    with pytest.raises(TooManyError):
        services.change_password(session, sari, PASSWORD, "teh-manis-8", token=None, now=now)


def test_a_switched_off_account_is_signed_in_nowhere(
    session: Session, sari: User, three_tokens: list[str], now: datetime
) -> None:
    services.disable(session, sari, reason="hilang", actor=None, way=Way.COMMAND, now=now)
    assert open_ones(session, three_tokens, now) == [False, False, False]
    services.enable(session, sari, reason="ketemu", actor=None, way=Way.COMMAND, now=now)

    # On again, it has to sign in again.
    assert open_ones(session, three_tokens, now) == [False, False, False]
    session.commit()
    assert services.sign_in(session, key="081234567890", password=PASSWORD, now=now) is sari


# One-time codes


def give(
    session: Session, user: User, now: datetime, *, kind: CodeKind = CodeKind.TOLD, actor: User | None = None
) -> str:
    way = Way.COMMAND if actor is None else Way.PAGE
    code = services.give_code(session, user, kind=kind, actor=actor, way=way, now=now)
    session.commit()
    return code


def test_a_code_sets_a_password_once(
    session: Session, sari: User, three_tokens: list[str], now: datetime
) -> None:
    code = give(session, sari, now)

    # The old sessions end with the code, whoever held them.
    assert open_ones(session, three_tokens, now) == [False, False, False]
    assert code not in session.scalars(select(OneTimeCode.digest)).all()
    assert services.code_is_valid(session, code, now)
    assert services.code_is_valid(session, code, now)
    assert services.redeem_code(session, code, password="teh-manis-8", now=now) is sari
    assert not services.code_is_valid(session, code, now)
    with pytest.raises(CodeError):
        services.redeem_code(session, code, password="teh-manis-9", now=now)


def test_a_code_may_be_typed_in_pieces_and_small_letters(session: Session, sari: User, now: datetime) -> None:
    code = give(session, sari, now)
    typed = f" {code[:5].lower()}-{code[5:]} "

    assert services.redeem_code(session, typed, password="teh-manis-8", now=now) is sari


@pytest.mark.parametrize(
    ("kind", "lifetime"),
    [
        (CodeKind.TOLD, timedelta(hours=24)),
        (CodeKind.SLIP, timedelta(days=30)),
        (CodeKind.MAILED, timedelta(minutes=30)),
    ],
)
def test_a_code_lives_as_long_as_its_kind(
    session: Session, sari: User, now: datetime, kind: CodeKind, lifetime: timedelta
) -> None:
    code = give(session, sari, now, kind=kind)

    assert services.code_is_valid(session, code, now + lifetime - timedelta(seconds=1))
    assert not services.code_is_valid(session, code, now + lifetime)
    with pytest.raises(CodeError):
        services.redeem_code(session, code, password="teh-manis-8", now=now + lifetime)


def test_a_new_code_ends_the_ones_before(session: Session, sari: User, now: datetime) -> None:
    first, second = give(session, sari, now, kind=CodeKind.SLIP), give(session, sari, now)

    assert not services.code_is_valid(session, first, now)
    assert services.code_is_valid(session, second, now)


def test_a_refused_password_leaves_the_code_good(session: Session, sari: User, now: datetime) -> None:
    code = give(session, sari, now)
    with pytest.raises(RefusedError, match="paling sedikit"):
        services.redeem_code(session, code, password="pendek", now=now)
    assert services.redeem_code(session, code, password="teh-manis-8", now=now) is sari


@pytest.mark.parametrize("code", ["", None, "AAAAAAAAAA", "\ud800", "x" * 5000])
def test_an_unknown_code_is_refused(session: Session, now: datetime, code: str | None) -> None:
    with pytest.raises(CodeError):
        services.redeem_code(session, code, password="teh-manis-8", now=now)


def test_a_switched_off_account_takes_no_code(session: Session, sari: User, now: datetime) -> None:
    code = give(session, sari, now)
    services.disable(session, sari, reason="hilang", actor=None, way=Way.COMMAND, now=now)
    session.commit()

    with pytest.raises(CodeError):
        services.redeem_code(session, code, password="teh-manis-8", now=now)
    with pytest.raises(RefusedError, match="dimatikan"):
        give(session, sari, now)


def test_a_code_used_by_two_at_once_is_used_by_one(
    session: Session, engine: sa.Engine, sari: User, now: datetime
) -> None:
    code = give(session, sari, now)
    session.commit()
    together = threading.Barrier(2)
    results: list[str] = []

    def work(password: str) -> None:
        with Session(engine) as own:
            together.wait()
            try:
                services.redeem_code(own, code, password=password, now=now)
                own.commit()
                results.append("used")
            except CodeError:
                own.rollback()
                results.append("refused")

    threads = [threading.Thread(target=work, args=(f"teh-manis-{number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["refused", "used"]


@pytest.fixture
def course(session: Session, now: datetime) -> Course:
    course = Course(slug="dapur-halal", created_at=now)
    session.add(course)
    session.flush()
    return course


@pytest.mark.parametrize(
    ("giver", "taker", "allowed"),
    [
        (Role.ADMIN, None, True),
        (Role.ADMIN, Role.STAFF, True),
        (Role.ADMIN, Role.ADMIN, True),
        (Role.STAFF, None, True),
        (Role.STAFF, Role.STAFF, False),
        (Role.STAFF, Role.TRAINER, False),
        (Role.STAFF, Role.ADMIN, False),
        (Role.TRAINER, None, False),
        (Role.TRAINER, Role.TRAINER, False),
        (None, None, False),
        (None, Role.ADMIN, False),
    ],
)
def test_who_may_give_whom_a_code(
    session: Session, now: datetime, giver: Role | None, taker: Role | None, allowed: bool
) -> None:
    actor = make_user(session, *([giver] if giver else []), now=now)
    user = make_user(session, *([taker] if taker else []), now=now)

    if allowed:
        assert give(session, user, now, actor=actor)
        event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event is not None
        assert (event.action, event.actor_id, event.subject_user_id) == (
            "account.give_code",
            actor.id,
            user.id,
        )
    else:
        with pytest.raises(NotFoundError):
            give(session, user, now, actor=actor)
        assert session.scalars(select(OneTimeCode)).all() == []


def test_a_trainer_gives_codes_to_learners_of_the_own_courses(
    session: Session, course: Course, now: datetime
) -> None:
    trainer, other = make_user(session, Role.TRAINER, now=now), make_user(session, Role.TRAINER, now=now)
    learner = make_learner(session, now=now)
    session.add(CourseTrainer(course_id=course.id, user_id=trainer.id, added_at=now))
    session.add(
        Enrolment(
            user_id=learner.id, course_id=course.id, enrolled_at=now, required_count=0, required_done=0,
            last_activity_at=now,
        )
    )  # fmt: skip
    session.flush()

    assert give(session, learner, now, actor=trainer)
    with pytest.raises(NotFoundError):
        give(session, learner, now, actor=other)


# People entered and corrected by the office


def test_somebody_entered_by_the_office_leaves_a_trail(session: Session, now: datetime) -> None:
    officer = make_user(session, Role.STAFF, now=now)
    user = services.create_user(
        session, name="Siti Aminah", phone="0813 1111 2222", contact_phone="0813 3333 4444", regency="18.72",
        actor=officer, way=Way.PAGE, now=now, today=now.date(),
    )  # fmt: skip

    assert (user.phone, user.contact_phone, user.password_hash) == ("+6281311112222", "+6281333334444", None)
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.actor_id, event.subject_user_id) == ("account.create", officer.id, user.id)
    assert "Siti" in session.get_one(AuditPersonal, event.id).personal
    assert "Siti" not in event.after
    assert verify_chain(session) == []


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Siti Aminah", "siti.aminah"),
        ("H. Ahmad Syafi'i, S.E.", "h.ahmad.syafi.i"),
        ("Élodie", "elodie"),
        ("陳美玲", "peserta"),
        ("123", "peserta"),
        ("Raden Mas Panji Sosrokartono Kusumo", "raden.mas.panji.sosrokar"),
    ],
)
def test_without_a_key_a_username_is_made_from_the_name(
    session: Session, now: datetime, name: str, username: str
) -> None:
    made = [
        services.create_user(session, name=name, actor=None, way=Way.COMMAND, now=now).username
        for _each in range(3)
    ]
    assert made == [username, f"{username}2", f"{username}3"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "0812"}, "phone"),
        ({"contact_phone": "abc", "username": "siti"}, "contact_phone"),
        ({"email": "siti@"}, "email"),
        ({"username": "Siti"}, "username"),
        ({"username": "9siti"}, "username"),
        ({"username": ""}, "username"),
        ({"phone": "081234567890"}, "phone"),
        ({"email": "Sari@Contoh.com"}, "email"),
        ({"username": "sari"}, "username"),
        ({"password": "pendek", "username": "siti"}, "password"),
        ({"regency": "99.99", "username": "siti"}, "regency"),
    ],
)
def test_a_key_of_the_wrong_form_or_taken_is_refused_beside_its_field(
    session: Session, now: datetime, given: dict[str, str], field: str
) -> None:
    make_user(session, now=now, phone="081234567890", email="sari@contoh.com", username="sari")

    with pytest.raises(RefusedError) as refused:
        services.create_user(
            session,
            name="Siti",
            actor=None,
            way=Way.COMMAND,
            today=now.date(),
            now=now,
            **given,  # type: ignore[arg-type]
        )

    assert refused.value.field == field


def test_whom_staff_enter_with_a_number_gets_a_username_too(session: Session, now: datetime) -> None:
    officer = make_user(session, Role.STAFF, now=now)

    made = services.create_user(
        session, name="Siti Aminah", phone="081234567899", actor=officer, way=Way.PAGE, now=now
    )

    assert (made.phone, made.username) == ("+6281234567899", "siti.aminah")


def test_only_admins_and_commands_make_role_holders(session: Session, now: datetime) -> None:
    admin, officer = make_user(session, Role.ADMIN, now=now), make_user(session, Role.STAFF, now=now)

    made = services.create_user(
        session, name="Siti", roles=[Role.LEARNER, Role.STAFF], actor=admin, way=Way.PAGE, now=now
    )
    assert queries.roles_of(session, made.id) == {Role.STAFF}
    for actor in (officer, None):
        with pytest.raises(NotFoundError):
            services.create_user(session, name="Budi", roles=[Role.ADMIN], actor=actor, way=Way.PAGE, now=now)


def correct(session: Session, user: User, actor: User | None, now: datetime, **changes: str | None) -> None:
    given: dict[str, str | None] = {
        "name": user.name, "phone": user.phone, "email": user.email, "contact_phone": user.contact_phone,
        "regency": None, "reason": "salah ketik",
    }  # fmt: skip
    services.correct_person(
        session, user, actor=actor, way=Way.PAGE, today=now.date(), now=now, **(given | changes)
    )  # type: ignore[arg-type]


def test_a_correction_says_before_and_after_and_why(session: Session, sari: User, now: datetime) -> None:
    officer = make_user(session, Role.STAFF, now=now)
    services.confirm_name(session, sari, name=sari.name, regency="18.71", today=now.date(), now=now)

    correct(session, sari, officer, now, name="Sari W.", phone="0812 0000 1111", regency="18.72")

    assert (sari.name, sari.phone) == ("Sari W.", "+6281200001111")
    assert sari.name_confirmed_at is None
    assert queries.regency_of(session, sari.id, now.date()) == "18.72"
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.action == "account.correct"
    personal = session.get_one(AuditPersonal, event.id).personal
    assert all(
        value in personal for value in ("Sari Wulandari", "Sari W.", "18.71", "18.72", PHONE, "salah ketik")
    )


def test_a_correction_that_changes_nothing_leaves_no_trail(
    session: Session, sari: User, now: datetime
) -> None:
    officer = make_user(session, Role.STAFF, now=now)
    before = acts(session)
    services.confirm_name(session, sari, name=sari.name, regency="18.71", today=now.date(), now=now)

    correct(session, sari, officer, now, regency="18.71")

    assert acts(session) == before
    assert sari.name_confirmed_at == now


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"name": ""}, "name"),
        ({"phone": "0812"}, "phone"),
        ({"email": "x@"}, "email"),
        ({"contact_phone": "1"}, "contact_phone"),
        ({"regency": "x"}, "regency"),
        ({"phone": "081300000000"}, "phone"),
        ({"email": "ada@contoh.com"}, "email"),
        ({"phone": None, "email": None}, "phone"),
    ],
)
def test_a_correction_that_cannot_be_made_is_refused_beside_its_field(
    session: Session, sari: User, now: datetime, changes: dict[str, str | None], field: str
) -> None:
    make_user(session, now=now, phone="081300000000", email="ada@contoh.com")
    officer = make_user(session, Role.STAFF, now=now)

    with pytest.raises(RefusedError) as refused:
        correct(session, sari, officer, now, **changes)

    assert refused.value.field == field


def test_nobody_corrects_upward(session: Session, now: datetime) -> None:
    admin, officer = make_user(session, Role.ADMIN, now=now), make_user(session, Role.STAFF, now=now)
    number = "081300000000"
    trainer = make_user(session, Role.TRAINER, now=now, phone=number)

    for user in (admin, officer, trainer):
        with pytest.raises(RefusedError, match="Hanya admin"):
            correct(session, user, officer, now, name="Lain")
    with pytest.raises(RefusedError, match="Hanya admin"):
        services.release_number(session, trainer, reason="x", actor=officer, way=Way.PAGE, now=now)
    correct(session, officer, admin, now, name="Lain")
    assert officer.name == "Lain"


def test_a_number_held_wrongly_is_released_and_its_holder_gets_a_username(
    session: Session, now: datetime
) -> None:
    officer = make_user(session, Role.STAFF, now=now)
    user = sign_up(session, now)
    token = services.open_session(session, user, device="", now=now)

    username = services.release_number(
        session, user, reason="nomor orang lain", actor=officer, way=Way.PAGE, now=now
    )

    assert username == user.username == "sari.wulandari"
    assert (user.phone, user.contact_phone) == (None, None)
    assert queries.signed_in(session, token, now) is None
    assert acts(session)[-1] == "account.release_number"
    # The number is free for whoever it belongs to.
    assert sign_up(session, now, name="Siti").phone == PHONE
    with pytest.raises(RefusedError, match="tidak memakai nomor"):
        services.release_number(session, user, reason="lagi", actor=officer, way=Way.PAGE, now=now)


def test_another_contact_number_and_an_own_username_stay(session: Session, now: datetime) -> None:
    user = services.create_user(
        session, name="Siti", phone="081311112222", contact_phone="081333334444", username="siti",
        actor=None, way=Way.COMMAND, now=now,
    )  # fmt: skip
    assert services.release_number(session, user, reason="x", actor=None, way=Way.COMMAND, now=now) == "siti"
    assert user.contact_phone == "+6281333334444"


def test_a_person_confirms_name_and_regency(session: Session, sari: User, now: datetime) -> None:
    services.confirm_name(
        session, sari, name=" Sari  Wulandari, S.E.", regency="18.71", today=now.date(), now=now
    )
    services.confirm_name(
        session, sari, name="Sari Wulandari, S.E.", regency="18.71", today=now.date(), now=now
    )

    assert (sari.name, sari.name_confirmed_at) == ("Sari Wulandari, S.E.", now)
    assert len(session.scalars(select(UserRegency)).all()) == 1
    for name, regency, field in (("", "18.71", "name"), ("Sari", None, "regency")):
        with pytest.raises(RefusedError) as refused:
            services.confirm_name(session, sari, name=name, regency=regency, today=now.date(), now=now)
        assert refused.value.field == field


def test_a_name_corrected_later_is_confirmed_again_before_it_is_printed(
    session: Session, sari: User, now: datetime
) -> None:
    services.confirm_name(session, sari, name="Sari", regency="18.71", today=now.date(), now=now)
    services.confirm_name(
        session, sari, name=" Sari ", regency="18.72", today=now.date(), now=now, confirm=False
    )
    assert sari.name_confirmed_at == now

    services.confirm_name(
        session, sari, name="Sari 🎂", regency="18.72", today=now.date(), now=now, confirm=False
    )
    assert (sari.name, sari.name_confirmed_at) == ("Sari 🎂", None)


def test_a_regency_is_that_of_its_day_else_the_first_one_given_later(
    session: Session, sari: User, now: datetime
) -> None:
    for regency, day in (
        ("18.71", date(2026, 5, 1)),
        ("18.72", date(2026, 6, 1)),
        ("18.01", date(2026, 6, 1)),
    ):
        session.add(UserRegency(user_id=sari.id, regency=regency, since_on=day, recorded_at=now))
    session.flush()

    assert [
        queries.regency_of(session, sari.id, day)
        for day in (date(2026, 4, 1), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1), date(2027, 1, 1))
    ] == ["18.71", "18.71", "18.71", "18.01", "18.01"]


# Roles


def test_roles_are_granted_and_revoked_once_with_a_trail(session: Session, now: datetime) -> None:
    admin, user = make_user(session, Role.ADMIN, now=now), make_learner(session, now=now)
    for _each in range(2):
        services.grant_role(session, user, Role.TRAINER, actor=admin, way=Way.PAGE, now=now)
    services.grant_role(session, user, Role.STAFF, actor=admin, way=Way.PAGE, now=now)
    services.grant_role(session, user, Role.LEARNER, actor=admin, way=Way.PAGE, now=now)

    # None implies another.
    assert queries.roles_of(session, user.id) == {Role.TRAINER, Role.STAFF}
    for _each in range(2):
        services.revoke_role(session, user, Role.TRAINER, actor=admin, way=Way.PAGE, now=now)
    assert queries.roles_of(session, user.id) == {Role.STAFF}
    assert acts(session)[-3:] == ["role.grant", "role.grant", "role.revoke"]
    assert session.scalars(select(UserRole.granted_by).where(UserRole.user_id == user.id)).all() == [admin.id]


Act = Callable[[Session, User, User | None, datetime], None]


def act_grant(session: Session, user: User, actor: User | None, now: datetime) -> None:
    services.grant_role(session, user, Role.ADMIN, actor=actor, way=Way.PAGE, now=now)


def act_revoke(session: Session, user: User, actor: User | None, now: datetime) -> None:
    services.revoke_role(session, user, Role.TRAINER, actor=actor, way=Way.PAGE, now=now)


def act_disable(session: Session, user: User, actor: User | None, now: datetime) -> None:
    services.disable(session, user, reason="x", actor=actor, way=Way.PAGE, now=now)


def act_enable(session: Session, user: User, actor: User | None, now: datetime) -> None:
    services.enable(session, user, reason="x", actor=actor, way=Way.PAGE, now=now)


@pytest.mark.parametrize("act", [act_grant, act_revoke, act_disable, act_enable])
@pytest.mark.parametrize("role", [None, Role.TRAINER, Role.STAFF])
def test_only_admins_touch_roles_and_switch_accounts(
    session: Session, now: datetime, act: Act, role: Role | None
) -> None:
    actor = make_user(session, *([role] if role else []), now=now)
    user = make_user(session, Role.TRAINER, now=now)
    before = acts(session)

    for who in (actor, None):
        with pytest.raises(NotFoundError):
            act(session, user, who, now)
    # Not even on oneself.
    with pytest.raises(NotFoundError):
        act(session, actor, actor, now)

    assert queries.roles_of(session, user.id) == {Role.TRAINER}
    assert acts(session) == before


def test_the_last_admin_stays(session: Session, now: datetime) -> None:
    admin, second = make_user(session, Role.ADMIN, now=now), make_user(session, Role.ADMIN, now=now)
    services.disable(session, second, reason="cuti", actor=admin, way=Way.PAGE, now=now)

    # An admin who is switched off does not count.
    with pytest.raises(RefusedError, match="admin terakhir"):
        services.revoke_role(session, admin, Role.ADMIN, actor=admin, way=Way.PAGE, now=now)
    with pytest.raises(RefusedError, match="admin terakhir"):
        services.disable(session, admin, reason="x", actor=admin, way=Way.PAGE, now=now)
    services.revoke_role(session, second, Role.ADMIN, actor=admin, way=Way.PAGE, now=now)

    assert queries.roles_of(session, admin.id) == {Role.ADMIN}
    assert queries.active_admin_count(session) == 1


def test_two_admins_cannot_take_the_role_from_each_other_at_once(
    session: Session, engine: sa.Engine, now: datetime
) -> None:
    pair = [make_user(session, Role.ADMIN, now=now).id for _each in range(2)]
    session.commit()
    together = threading.Barrier(2)

    def work(own: int, other: int) -> None:
        with Session(engine) as mine:
            together.wait()
            try:
                services.revoke_role(
                    mine,
                    mine.get_one(User, other),
                    Role.ADMIN,
                    actor=mine.get_one(User, own),
                    way=Way.PAGE,
                    now=now,
                )
                mine.commit()
            except (RefusedError, NotFoundError):
                mine.rollback()

    threads = [threading.Thread(target=work, args=(a, b)) for a, b in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.expire_all()
    assert queries.active_admin_count(session) == 1


def test_an_account_goes_off_and_on_with_a_reason(session: Session, sari: User, now: datetime) -> None:
    admin = make_user(session, Role.ADMIN, now=now)
    for _each in range(2):
        services.disable(session, sari, reason="dipinjam", actor=admin, way=Way.PAGE, now=now)
    assert sari.disabled_at == now
    for _each in range(2):
        services.enable(session, sari, reason="kembali", actor=admin, way=Way.PAGE, now=now)
    assert sari.disabled_at is None
    assert acts(session)[-2:] == ["account.disable", "account.enable"]
    for act in (services.disable, services.enable):
        with pytest.raises(RefusedError, match="alasannya"):
            act(session, sari, reason="", actor=admin, way=Way.PAGE, now=now)


# Finding people


@pytest.fixture
def people(session: Session, now: datetime) -> dict[str, User]:
    erased = make_user(session, now=now, name="Sari Lama")
    erased.erased_at = now
    session.flush()
    return {
        "sari": make_user(session, now=now, name="Sari Wulandari", phone="081234567890"),
        "budi": services.create_user(
            session, name="Budi 100% Santoso", username="budi", contact_phone="081234567890", actor=None,
            way=Way.COMMAND, now=now,
        ),
        "ana": make_user(session, Role.STAFF, now=now, name="Ana_Maria", email="ana@contoh.com"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wulan", ["sari"]),
        ("SARI", ["sari"]),
        ("0812-3456-7890", ["budi", "sari"]),
        ("Ana@Contoh.com", ["ana"]),
        ("budi", ["budi"]),
        ("100%", ["budi"]),
        ("a_m", ["ana"]),
        ("a%m", []),
        ("\\", []),
        ("s", []),
        ("", []),
        ("sari\0", []),
        ("\ud800\ud800", []),
        ("lama", []),
    ],
)
def test_people_are_found_by_part_of_the_name_or_a_whole_key(
    session: Session, people: dict[str, User], text: str, found: list[str]
) -> None:
    assert queries.find_people(session, text) == [people[name] for name in found]


def test_no_more_people_are_found_than_asked_for(session: Session, people: dict[str, User]) -> None:
    assert queries.find_people(session, "an", limit=1) == [people["ana"]]


def test_people_are_known_by_id_username_and_key(session: Session, people: dict[str, User]) -> None:
    sari, budi = people["sari"], people["budi"]

    assert queries.user_by_id(session, sari.id) is sari
    assert queries.user_by_id(session, 0) is None
    assert queries.find_username(session, "budi") is budi
    assert queries.find_username(session, "siapa") is None
    assert queries.user_by_key(session, "0812 3456 7890") is sari
    for key in ("081300000000", "bukan kunci"):
        with pytest.raises(NotFoundError):
            queries.user_by_key(session, key)


def test_the_list_of_people_holds_role_holders_or_everybody(
    session: Session, people: dict[str, User]
) -> None:
    assert queries.list_users(session, everybody=False) == [people["ana"]]
    assert queries.list_users(session, everybody=True) == [people[name] for name in ("ana", "budi", "sari")]


def test_whether_there_is_an_admin_is_known(session: Session, now: datetime) -> None:
    assert not queries.any_admin(session)
    make_user(session, Role.ADMIN, now=now)
    assert queries.any_admin(session)
