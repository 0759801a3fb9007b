"""When a module and a course are complete, and what stands in the record of it."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from elearn.records import doctor, study
from elearn.records.catalogue.models import Module
from elearn.records.completions.models import CourseCompletion, ModuleCompletion
from elearn.records.enrolments.queries import enrolment_of
from tests.records.learning import (
    COURSE,
    SLUG,
    complete,
    learner,
    module,
    publish,
    quiz,
    single,
    take,
)


def completion(session):
    return session.scalars(select(CourseCompletion)).one_or_none()


def completed_modules(session):
    rows = session.execute(
        select(Module.slug, ModuleCompletion).join(Module, Module.id == ModuleCompletion.module_id)
    )
    return {slug: row for slug, row in rows}  # noqa: C416 - a result is not a mapping


def test_passing_the_last_quiz_completes_the_course_with_its_evidence(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=1)

    outcome = complete(session, user, now=now + timedelta(days=1))

    assert outcome.completed_course
    found = completion(session)
    assert (found.reason, found.pretest_score, found.posttest_score) == ("requirement met", 5000, 10_000)
    done = completed_modules(session)
    assert set(done) == {"meja", "lantai", "postes"}
    assert done["postes"].attempt_id == outcome.attempt.id
    assert done["lantai"].attempt_id is None
    enrolment = enrolment_of(session, user.id, SLUG)
    assert (enrolment.state, enrolment.completed_at) == ("completed", found.completed_at)


@pytest.mark.parametrize(
    ("rule", "read_first"),
    [("dibaca", True), ("kuis", False), ("dibaca dan kuis", True), ("dibaca dan kuis", False)],
)
def test_a_module_is_complete_when_what_it_asks_is_done(session, now, rule, read_first):
    body = quiz(single("q-meja01"))
    publish(session, {**COURSE, "01-meja.md": module("Meja", body=body, selesai=rule)}, now=now)
    user = learner(session, now=now)
    acts = [
        lambda: study.mark_read(session, user, SLUG, "meja", now).completed_module,
        lambda: take(session, user, "meja", now=now).completed_module,
    ]
    needed = {"dibaca": [True, False], "kuis": [True, False], "dibaca dan kuis": [False, True]}[rule]

    done = [act() for act in (acts if read_first else acts[::-1])]

    assert done == needed
    assert doctor.check_summaries(session) == []


def test_failing_completes_nothing(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)

    assert not take(session, user, "meja", now=now, rights=1).completed_module
    assert completed_modules(session) == {}


def test_a_course_that_requires_nothing_is_never_complete(session, now):
    page = COURSE["kursus.md"].replace("kode: DAPUR", "kode: DAPUR\nsertifikat: tidak")
    publish(session, {"kursus.md": page, "01-baca.md": module("Baca", wajib="tidak")}, now=now)
    user = learner(session, now=now)

    outcome = study.mark_read(session, user, SLUG, "baca", now)

    assert (outcome.completed_module, outcome.completed_course) == (True, False)
    assert enrolment_of(session, user.id, SLUG).required_count == 0
    assert doctor.check_summaries(session) == []


# --- Gain --------------------------------------------------------------------------------------------------


def course_of_ten(session, now):
    tests = {
        name: module(
            title, body=quiz(*(single(f"q-{title.lower()}{n}") for n in range(10)), settings=settings)
        )
        for name, title, settings in (
            ("pretes.md", "Pretes", ""),
            ("postes.md", "Postes", "- Lulus: 10%"),
        )
    }
    publish(session, {"kursus.md": COURSE["kursus.md"], "01-baca.md": module("Baca"), **tests}, now=now)


@pytest.mark.parametrize(
    ("pre", "post", "gain"),
    [
        (0, 10, 10_000),
        (5, 10, 10_000),
        (4, 7, 5000),
        (3, 5, 2857),  # 2/7 = 0,285714
        (7, 9, 6667),  # 2/3, rounded half up
        (6, 6, 0),
        (8, 4, -20_000),
        (7, 6, -3333),
        (9, 1, -80_000),
        (10, 10, None),
    ],
)
def test_gain_is_what_was_won_of_what_was_missing(session, now, pre, post, gain):
    course_of_ten(session, now)
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=pre)
    take(session, user, "postes", now=now + timedelta(hours=1), rights=post)

    study.mark_read(session, user, SLUG, "baca", now + timedelta(hours=2))

    assert completion(session).gain == gain


def test_gain_is_to_the_best_posttest(session, now):
    course_of_ten(session, now)
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=0)
    for rights in (2, 8, 5):
        take(session, user, "postes", now=now + timedelta(hours=1), rights=rights)
    study.mark_read(session, user, SLUG, "baca", now)

    assert completion(session).gain == 8000


def test_without_a_pretest_that_was_answered_there_is_no_gain(session, now):
    course_of_ten(session, now)
    user = learner(session, now=now)
    untouched = study.start_quiz(session, user, SLUG, "pretes", now)
    study.hand_in(session, untouched, now)
    take(session, user, "postes", now=now + timedelta(hours=1))
    study.mark_read(session, user, SLUG, "baca", now)

    assert (completion(session).gain, completion(session).pretest_score) == (None, None)


def test_a_pretest_handed_in_after_the_posttest_began_gives_no_gain(session, now):
    course_of_ten(session, now)
    user = learner(session, now=now)
    posttest = study.start_quiz(session, user, SLUG, "postes", now)
    take(session, user, "pretes", now=now + timedelta(minutes=1), rights=3)
    study.hand_in(session, posttest, now + timedelta(minutes=5))
    take(session, user, "postes", now=now + timedelta(hours=1))
    study.mark_read(session, user, SLUG, "baca", now)

    assert (completion(session).gain, completion(session).pretest_score) == (None, 3000)


def test_without_a_posttest_there_is_no_gain(session, now):
    files = {name: text for name, text in COURSE.items() if name != "postes.md"}
    publish(session, files, now=now)
    user = learner(session, now=now)
    take(session, user, "pretes", now=now, rights=1)
    take(session, user, "meja", now=now)
    study.mark_read(session, user, SLUG, "lantai", now)

    found = completion(session)
    assert (found.pretest_score, found.posttest_score, found.gain) == (5000, None, None)


@given(st.integers(0, 9999), st.integers(0, 10_000))
def test_the_shift_that_makes_databases_round_down_changes_nothing(before, best):
    missing, won, above = 10_000 - before, (best - before) * 10_000, 10_000 * 10_000
    shifted = 2 * won + missing + 2 * missing * above

    assert shifted >= 0
    assert shifted // (2 * missing) - above == floor(Fraction(won, missing) + Fraction(1, 2))
