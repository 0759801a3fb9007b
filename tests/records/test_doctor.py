"""Summaries compared with the facts, and mended from them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from elearn.records import doctor
from elearn.records.enrolments.models import Enrolment
from tests.records.learning import COURSE, complete, learner, publish, take


@pytest.fixture
def course(session, now):
    return publish(session, COURSE, now=now)


def test_a_learner_who_did_everything_has_a_true_summary(session, course, now):
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=1)
    complete(session, user, now=now + timedelta(days=1))

    assert doctor.check_summaries(session) == []
    enrolment = session.scalars(select(Enrolment)).one()
    assert doctor.summary_from_facts(session, enrolment).required_done == 3


def test_without_an_enrolment_there_is_nothing_to_find(session, course):
    assert doctor.check_summaries(session) == []
    assert doctor.repair_summaries(session) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("required_done", 0), ("posttest_score", 1), ("pretest_score", None), ("last_activity_at", "earlier")],
)
def test_a_summary_that_was_changed_is_found_and_mended(session, course, now, column, value):
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=1)
    complete(session, user, now=now + timedelta(days=1))
    changed = now - timedelta(days=900) if value == "earlier" else value
    session.execute(update(Enrolment).values({column: changed}).execution_options(synchronize_session=False))

    (finding,) = doctor.check_summaries(session)

    assert column in finding
    assert doctor.repair_summaries(session) == 1
    assert doctor.check_summaries(session) == []


def test_more_enrolments_than_one_batch_are_all_looked_at(session, course, now, monkeypatch):
    monkeypatch.setattr(doctor, "BATCH", 2)
    for number in range(5):
        take(session, learner(session, f"Peserta {number}", now=now), "meja", now=now)
    session.execute(update(Enrolment).values(required_done=0).execution_options(synchronize_session=False))

    assert len(doctor.check_summaries(session)) == 5
    assert doctor.repair_summaries(session) == 5
    assert doctor.check_summaries(session) == []
