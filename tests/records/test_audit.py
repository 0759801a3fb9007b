"""The audit trail: who did what to whom, in a chain that shows every change made behind its back."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from elearn.records.accounts.models import User
from elearn.records.audit.models import AuditEvent, AuditHead, AuditPersonal, Way
from elearn.records.audit.services import GENESIS, record, verify_chain
from tests.factories import make_user


def act(session: Session, now: datetime, *, actor: User | None = None, number: int = 1) -> AuditEvent:
    return record(
        session,
        actor=actor,
        way=Way.PAGE,
        action="cohort.create",
        subject_type="cohort",
        subject_id=number,
        after={"name": f"Angkatan {number}"},
        now=now,
    )


def let_go(session: Session) -> None:
    """Take the database's own guards away, as somebody with its password could."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("DROP TRIGGER keep_audit_events_update"))
        session.execute(sa.text("DROP TRIGGER keep_audit_events_delete"))
    else:
        session.execute(sa.text("ALTER TABLE audit_events DISABLE TRIGGER keep_audit_events"))


def test_an_act_tells_who_did_what_by_which_way_to_whom(session: Session, now: datetime) -> None:
    officer = make_user(session, now=now)
    learner = make_user(session, now=now)

    event = record(
        session,
        actor=officer,
        way=Way.PAGE,
        action="account.correct",
        subject_type="user",
        subject_id=learner.id,
        subject_user_id=learner.id,
        before={"state": "lama"},
        after={"state": "baru"},
        personal_before={"name": "Sari"},
        personal_after={"name": "Sari Wulandari"},
        reason="salah ketik",
        now=now,
    )
    session.commit()

    assert (event.actor_id, event.way, event.subject_user_id) == (officer.id, "page", learner.id)
    assert (event.at, event.reason) == (now, "")
    assert json.loads(event.after) == {"state": "baru"}
    assert "Sari" not in event.before + event.after
    kept = session.get_one(AuditPersonal, event.id)
    assert json.loads(kept.personal) == {
        "before": {"name": "Sari"}, "after": {"name": "Sari Wulandari"}, "reason": "salah ketik",
    }  # fmt: skip


def test_the_sweep_and_commands_have_no_actor(session: Session, now: datetime) -> None:
    event = record(session, actor=None, way=Way.JOB, action="a.b", subject_type="x", subject_id=1, now=now)
    assert event.actor_id is None
    assert event.personal_digest == ""
    assert session.get(AuditPersonal, event.id) is None


def test_every_event_follows_the_one_before(session: Session, now: datetime) -> None:
    first, second = act(session, now), act(session, now, number=2)
    session.commit()

    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash
    assert session.get_one(AuditHead, 1).event_count == 2
    assert verify_chain(session) == []


def test_a_chain_verifies_whatever_zone_its_moments_were_told_in(session: Session, now: datetime) -> None:
    act(session, now.astimezone(timezone(timedelta(hours=7))))
    session.commit()
    session.expire_all()

    assert verify_chain(session) == []


def test_an_empty_trail_is_whole(session: Session) -> None:
    assert verify_chain(session) == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE audit_events SET reason = 'lain' WHERE id = 2",
            "Catatan jejak audit nomor 2 pernah diubah.",
        ),
        (
            "UPDATE audit_events SET actor_id = NULL WHERE id = 2",
            "Catatan jejak audit nomor 2 pernah diubah.",
        ),
        ("DELETE FROM audit_events WHERE id = 2", "Jejak audit terputus sebelum catatan nomor 3."),
        ("DELETE FROM audit_events WHERE id = 3", "Ujung jejak audit tidak cocok: ada catatan yang hilang."),
    ],
)
def test_a_change_behind_its_back_is_found(
    session: Session, now: datetime, statement: str, sentence: str
) -> None:
    officer = make_user(session, now=now)
    for number in range(2):
        act(session, now, actor=officer, number=number)
    let_go(session)
    session.execute(sa.text(statement))
    session.commit()
    session.expire_all()

    assert sentence in verify_chain(session)


def test_a_trail_emptied_whole_is_found(session: Session, now: datetime) -> None:
    act(session, now)
    let_go(session)
    session.execute(sa.text("DELETE FROM audit_events"))
    session.commit()

    assert verify_chain(session) == ["Ujung jejak audit tidak cocok: ada catatan yang hilang."]


def test_a_lost_end_is_found(session: Session, now: datetime) -> None:
    act(session, now)
    session.execute(sa.delete(AuditHead))
    session.commit()
    session.expire_all()

    assert verify_chain(session) == ["Ujung jejak audit tidak cocok: ada catatan yang hilang."]


def personal_event(session: Session, now: datetime) -> AuditEvent:
    return record(
        session,
        actor=None,
        way=Way.COMMAND,
        action="a.b",
        subject_type="user",
        subject_id=1,
        personal_after={"name": "Sari"},
        now=now,
    )


def test_personal_values_can_be_erased_and_the_chain_still_verifies(session: Session, now: datetime) -> None:
    event = personal_event(session, now)
    session.execute(sa.update(AuditPersonal).values(personal=""))
    session.commit()

    assert event.personal_digest
    assert verify_chain(session) == []


def test_personal_values_that_were_changed_or_taken_out_are_found(session: Session, now: datetime) -> None:
    event = personal_event(session, now)
    session.execute(sa.update(AuditPersonal).values(personal='{"after":{"name":"Siti"}}'))
    session.commit()
    assert verify_chain(session) == [f"Data pribadi pada catatan jejak audit nomor {event.id} pernah diubah."]

    session.execute(sa.delete(AuditPersonal))
    session.commit()
    assert verify_chain(session) == [f"Data pribadi pada catatan jejak audit nomor {event.id} hilang."]


def test_acts_at_the_same_time_come_one_after_the_other(engine: sa.Engine, now: datetime) -> None:
    together = threading.Barrier(4)
    errors: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            together.wait()
            for number in range(6):
                with Session(engine) as session:
                    act(session, now, number=worker * 100 + number)
                    session.commit()
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with Session(engine) as session:
        assert session.get_one(AuditHead, 1).event_count == 24
        assert verify_chain(session) == []
