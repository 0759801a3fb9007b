"""Enrolling, putting aside, reading and ticking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from elearn.records import doctor, study
from elearn.records.catalogue.models import Course, CourseState
from elearn.records.completions.models import ModuleCompletion
from elearn.records.enrolments.errors import CourseNotOpenError, ModuleNotOpenError
from elearn.records.enrolments.models import Enrolment, ModuleRead, Tick
from elearn.records.enrolments.queries import enrolment_of, find_enrolment, ticks_of
from elearn.records.errors import NotFoundError
from tests.records.learning import COURSE, SLUG, course_page, learner, publish, take


@pytest.fixture
def course(session, now):
    return publish(session, COURSE, now=now)


@pytest.fixture
def user(session, course, now):
    return learner(session, now=now)


def test_enrolling_twice_is_one_enrolment(session, user, now):
    first = study.enrol(session, user, SLUG, now)
    again = study.enrol(session, user, SLUG, now + timedelta(days=1))

    assert again.id == first.id
    assert (first.enrolled_at, first.required_count, first.state) == (now, 3, "learning")


def test_a_course_that_is_not_there_or_was_never_published_is_not_found(session, user, now):
    session.add(Course(slug="hanya-draf", created_at=now))
    session.flush()

    for slug in ("tidak-ada", "hanya-draf"):
        with pytest.raises(NotFoundError):
            study.enrol(session, user, slug, now)


@pytest.mark.parametrize("state", [CourseState.UNLISTED, CourseState.RETIRED])
def test_nobody_new_comes_into_a_course_that_is_closed(session, course, user, now, state):
    course.state = state

    for act in (
        lambda: study.enrol(session, user, SLUG, now),
        lambda: study.mark_read(session, user, SLUG, "lantai", now),
        lambda: study.start_quiz(session, user, SLUG, "meja", now),
        lambda: study.set_ticks(session, user, SLUG, "lantai", {"c-meja01"}, now),
    ):
        with pytest.raises(CourseNotOpenError):
            act()
    assert session.scalar(select(func.count(Enrolment.id))) == 0
    assert isinstance(study.quiz_view(session, user.id, SLUG, "meja", now).refusal, CourseNotOpenError)


def test_whoever_is_in_an_unlisted_course_goes_on(session, course, user, now):
    enrolment = study.enrol(session, user, SLUG, now)
    course.state = CourseState.UNLISTED

    assert study.enrol(session, user, SLUG, now).id == enrolment.id
    assert study.mark_read(session, user, SLUG, "lantai", now).completed_module


def test_a_retired_course_is_read_only(session, course, user, now):
    study.enrol(session, user, SLUG, now)
    course.state = CourseState.RETIRED

    with pytest.raises(CourseNotOpenError, match="sudah ditutup"):
        study.mark_read(session, user, SLUG, "lantai", now)


def test_the_first_act_in_a_course_enrols(session, user, now):
    study.set_ticks(session, user, SLUG, "lantai", set(), now)
    assert find_enrolment(session, user.id, session.scalars(select(Course.id)).one()) is None

    study.set_ticks(session, user, SLUG, "lantai", {"c-meja01"}, now)

    assert ticks_of(session, enrolment_of(session, user.id, SLUG).id) == {"c-meja01"}


def test_who_is_not_enrolled_has_no_enrolment_to_be_found(session, user):
    with pytest.raises(NotFoundError):
        enrolment_of(session, user.id, SLUG)


def test_a_course_put_aside_comes_back_with_the_next_act(session, user, now):
    enrolment = study.enrol(session, user, SLUG, now)
    study.put_aside(session, user, SLUG, now)
    study.put_aside(session, user, SLUG, now + timedelta(days=1))
    assert enrolment.put_aside_at == now

    study.mark_read(session, user, SLUG, "lantai", now)

    assert enrolment.put_aside_at is None


def test_reading_is_noted_once_and_completes_what_asks_for_reading(session, user, now):
    first = study.mark_read(session, user, SLUG, "lantai", now)
    again = study.mark_read(session, user, SLUG, "lantai", now + timedelta(days=1))

    assert (first.completed_module, again.completed_module) == (True, False)
    assert session.scalars(select(ModuleRead.read_at)).one() == now
    enrolment = enrolment_of(session, user.id, SLUG)
    # What was last learnt is a fact, and a second press added none.
    assert (enrolment.required_done, enrolment.last_activity_at) == (1, now)


def test_reading_a_module_that_asks_for_its_quiz_does_not_complete_it(session, user, now):
    assert not study.mark_read(session, user, SLUG, "meja", now).completed_module
    assert session.scalar(select(func.count(ModuleCompletion.id))) == 0


@pytest.mark.parametrize("slug", ["pretes", "postes", "tidak-ada"])
def test_only_modules_are_read(session, user, now, slug):
    with pytest.raises(NotFoundError):
        study.mark_read(session, user, SLUG, slug, now)


def test_ticks_keep_their_first_moment_and_go_when_taken_away(session, user, now):
    study.set_ticks(session, user, SLUG, "lantai", {"c-meja01", "c-lantai", "c-asing1"}, now)
    study.set_ticks(session, user, SLUG, "lantai", {"c-meja01"}, now + timedelta(days=1))

    (tick,) = session.scalars(select(Tick)).all()
    assert (tick.item_id, tick.since) == ("c-meja01", now)
    study.set_ticks(session, user, SLUG, "lantai", set(), now)
    assert session.scalars(select(Tick)).all() == []


@pytest.fixture
def in_order(session, now):
    return publish(session, {**COURSE, "kursus.md": course_page(urutan="berurutan")}, now=now)


def test_in_a_sequential_course_what_comes_before_must_be_complete(session, in_order, now):
    user = learner(session, now=now)
    with pytest.raises(ModuleNotOpenError, match="Meja") as refused:
        study.mark_read(session, user, SLUG, "lantai", now)
    assert refused.value.title == "Meja"
    with pytest.raises(ModuleNotOpenError):
        study.start_quiz(session, user, SLUG, "postes", now)
    take(session, user, "pretes", now=now)
    take(session, user, "meja", now=now)
    with pytest.raises(ModuleNotOpenError, match="Lantai"):
        study.start_quiz(session, user, SLUG, "postes", now)

    study.mark_read(session, user, SLUG, "lantai", now)

    assert take(session, user, "postes", now=now).completed_course


def test_what_is_not_required_blocks_nothing(session, in_order, now):
    user = learner(session, now=now)
    take(session, user, "meja", now=now)
    study.mark_read(session, user, SLUG, "lantai", now)

    assert study.mark_read(session, user, SLUG, "hiasan", now).completed_module
    assert doctor.check_summaries(session) == []
