"""Work to be done later: enqueued with the act, taken by one, done once in effect, tried again, given up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from elearn.records.jobs import queries, services
from elearn.records.jobs.models import Job
from elearn.records.jobs.services import Lease

A_SECOND = timedelta(seconds=1)


def take(session: Session, now: datetime) -> Lease | None:
    """Take a job as a worker does: committed before it is worked at."""
    taken = services.lease(session, now)
    session.commit()
    return taken


def must_take(session: Session, now: datetime) -> Lease:
    taken = take(session, now)
    assert taken is not None
    return taken


def the_job(session: Session) -> Job:
    session.expire_all()
    return session.scalars(sa.select(Job)).one()


def at_once(count: int, act: Callable[[], Any]) -> list[Any]:
    """Do *act* in *count* threads that begin together; return what each gave."""
    barrier, given = threading.Barrier(count), []

    def run() -> None:
        barrier.wait()
        given.append(act())

    threads = [threading.Thread(target=run) for _each in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == count
    return given


def test_a_job_comes_and_goes_with_the_transaction_that_wants_it(session: Session, now: datetime) -> None:
    services.enqueue(session, "mail.reset", {"user_id": 7}, now=now)
    session.rollback()
    assert take(session, now) is None

    services.enqueue(session, "mail.reset", {"user_id": 7, "next": "/belajar"}, now=now)
    session.commit()
    taken = must_take(session, now)

    assert (taken.kind, taken.payload) == ("mail.reset", {"user_id": 7, "next": "/belajar"})


def test_under_one_key_there_is_one_job_also_when_it_is_done(session: Session, now: datetime) -> None:
    assert services.enqueue(session, "a", {}, now=now, key="answer:12")
    assert not services.enqueue(session, "a", {}, now=now, key="answer:12")
    services.enqueue(session, "a", {}, now=now)
    services.enqueue(session, "a", {}, now=now)
    session.commit()
    while taken := take(session, now):
        services.finish(session, taken, now)
        session.commit()

    assert not services.enqueue(session, "a", {}, now=now, key="answer:12")
    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 3


def test_two_who_enqueue_under_one_key_at_once_add_one(engine: sa.Engine, now: datetime) -> None:
    def act() -> bool:
        with Session(engine) as session:
            added = services.enqueue(session, "a", {}, now=now, key="k")
            session.commit()
            return added

    assert sorted(at_once(4, act)) == [False, False, False, True]


def test_workers_that_look_at_once_take_each_job_once(engine: sa.Engine, now: datetime) -> None:
    with Session(engine) as session:
        for number in range(40):
            services.enqueue(session, "a", {"number": number}, now=now)
        session.commit()

    def act() -> list[int]:
        taken = []
        with Session(engine) as session:
            while job := take(session, now):
                taken.append(job.payload["number"])
                assert services.finish(session, job, now)
                session.commit()
        return taken

    taken = Counter(number for worker in at_once(4, act) for number in worker)

    assert taken == Counter(range(40))
    with Session(engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.done_at == now)) == 40
        assert session.scalar(sa.select(sa.func.max(Job.tries))) == 1


def test_what_is_to_be_done_tomorrow_is_not_done_today_and_the_oldest_comes_first(
    session: Session, now: datetime
) -> None:
    services.enqueue(session, "tomorrow", {}, now=now, run_at=now + timedelta(days=1))
    services.enqueue(session, "second", {}, now=now)
    services.enqueue(session, "first", {}, now=now, run_at=now - timedelta(hours=1))
    session.commit()

    assert [must_take(session, now).kind for _each in range(2)] == ["first", "second"]
    assert take(session, now) is None
    assert must_take(session, now + timedelta(minutes=1, days=1)).kind in {"first", "second"}


def test_a_worker_that_died_is_followed_by_another_and_comes_too_late_itself(
    session: Session, now: datetime
) -> None:
    services.enqueue(session, "a", {}, now=now)
    session.commit()
    dead = must_take(session, now)

    assert take(session, now + services.LEASE - A_SECOND) is None
    later = now + services.LEASE
    next_one = must_take(session, later)
    assert not services.still_holds(session, dead)
    assert services.still_holds(session, next_one)
    assert not services.finish(session, dead, later)
    assert services.put_back(session, dead, later) is False
    assert the_job(session).run_at == later + services.LEASE
    assert services.finish(session, next_one, later)
    session.commit()

    assert take(session, later + timedelta(days=9)) is None
    assert not services.still_holds(session, next_one)


def test_waits_grow_and_after_a_day_it_is_given_up(session: Session, now: datetime) -> None:
    services.enqueue(session, "a", {}, now=now)
    session.commit()
    waits, moment, given_up = [], now, False
    while not given_up:
        taken = must_take(session, moment)
        given_up = services.put_back(session, taken, moment)
        session.commit()
        if not given_up:
            again = the_job(session).run_at
            waits.append(int((again - moment).total_seconds()))
            moment = again

    assert waits[:9] == [30, 60, 120, 240, 480, 960, 1920, 3840, 7680]
    assert set(waits[9:]) == {4 * 3600}
    assert timedelta(hours=18) < moment - now <= timedelta(days=1)
    assert the_job(session).given_up_at == moment
    assert take(session, now + timedelta(days=9)) is None


def test_a_job_that_kills_its_worker_each_time_is_given_up_after_a_day(
    session: Session, now: datetime
) -> None:
    services.enqueue(session, "deadly", {}, now=now)
    session.commit()
    moment = now
    while moment <= now + timedelta(days=1):
        assert services.give_up_lost(session, moment) == []
        assert must_take(session, moment).tries > 0
        moment += timedelta(hours=5)

    assert len(services.give_up_lost(session, moment)) == 1
    session.commit()
    assert take(session, moment) is None


def test_a_job_that_waited_for_days_because_nobody_worked_is_still_done(
    session: Session, now: datetime
) -> None:
    services.enqueue(session, "a", {}, now=now)
    session.commit()
    later = now + timedelta(days=5)

    assert services.give_up_lost(session, later) == []
    assert services.finish(session, must_take(session, later), later)


def test_what_ended_is_forgotten_after_a_month(session: Session, now: datetime) -> None:
    for _each in range(2):
        services.enqueue(session, "a", {}, now=now)
    session.commit()
    services.finish(session, must_take(session, now), now)
    session.commit()

    services.forget_old(session, now + timedelta(days=30))
    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 2
    services.forget_old(session, now + timedelta(days=30, seconds=1))
    assert the_job(session).done_at is None


@pytest.mark.parametrize(
    ("seen_ago", "waited", "words"),
    [
        (None, None, None),
        (None, 0, None),
        (None, 11, "belum ada pekerja"),
        (0, None, None),
        (9, 9, None),
        (11, None, "terlihat 11 menit"),
        (600, 600, "terlihat 600 menit"),
        (0, 11, "menunggu lebih dari 10 menit"),
    ],
)
def test_the_doctor_hears_of_a_worker_that_is_not_there(
    session: Session, now: datetime, seen_ago: int | None, waited: int | None, words: str | None
) -> None:
    if seen_ago is not None:
        services.note_worker(session, now - timedelta(days=9))
        services.note_worker(session, now - timedelta(minutes=seen_ago))
    if waited is not None:
        services.enqueue(session, "a", {}, now=now - timedelta(minutes=waited))

    found = queries.findings(session, now)

    assert len(found) == (words is not None)
    assert words is None or words in found[0]


def test_the_doctor_hears_of_work_that_was_given_up(session: Session, now: datetime) -> None:
    for _each in range(2):
        services.enqueue(session, "mail.reset", {}, now=now)
        session.commit()
        services.put_back(session, must_take(session, now), now + timedelta(days=2))
        session.commit()

    assert queries.findings(session, now) == [
        "Pekerjaan mail.reset 2 kali tidak berhasil setelah dicoba sehari; lihat catatan server."
    ]
