"""What pages ask about a course and one person: in one statement, on both databases, without writing."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import sqlalchemy as sa

from elearn.records import reading, study
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import Role
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import release_view
from elearn.records.certificates import services as certificates
from elearn.records.errors import NotFoundError
from tests.factories import make_user
from tests.records.learning import (
    COURSE,
    PRINTING,
    SLUG,
    complete,
    learner,
    module,
    publish,
    quiz,
    single,
    take,
)


@pytest.fixture
def course(session, now):
    course = publish(session, COURSE, now=now)
    session.commit()
    return course


@pytest.fixture
def user(session, course, now):
    return learner(session, now=now)


@pytest.fixture
def ask(session, reading_engine, now):
    """Ask what a page asks, with one statement on a connection that cannot write."""

    def ask_once(view, digest, *place, at=now):
        session.commit()
        seen = []
        with reading_engine.connect() as connection:

            def note(_connection, _cursor, statement, *_rest):
                seen.append(statement)

            sa.event.listen(reading_engine, "before_cursor_execute", note)
            found = view(connection, digest, *place, at)
            sa.event.remove(reading_engine, "before_cursor_execute", note)
        assert len(seen) == 1, seen
        return found

    return ask_once


def signed_in(session, user, now):
    token = accounts.open_session(session, user, device="HP", now=now)
    return hashlib.sha256(token.encode()).hexdigest()


def test_a_visitor_learns_what_is_live_and_nothing_about_anybody(session, course, ask):
    lesson = ask(reading.lesson_view, None, SLUG, "lantai")
    page = ask(reading.course_view, None, SLUG)

    assert (lesson.course_id, lesson.release_id) == (course.id, course.live_release_id)
    assert (lesson.viewer, lesson.enrolment_id, lesson.completed) == (None, None, frozenset())
    assert (page.course_state, page.viewer) == ("listed", None)


@pytest.mark.parametrize("digest", [None, "0" * 64])
def test_what_is_not_live_is_not_there(ask, course, digest):
    assert ask(reading.lesson_view, digest, SLUG, "tidak-ada") is None
    assert ask(reading.lesson_view, digest, "tidak-ada", "meja") is None
    assert ask(reading.course_view, digest, "tidak-ada") is None


def test_a_learner_sees_where_they_stand(session, user, ask, now):
    digest = signed_in(session, user, now)
    take(session, user, "pretes", now=now, rights=1)
    take(session, user, "meja", now=now)
    study.mark_read(session, user, SLUG, "lantai", now)
    study.set_ticks(session, user, SLUG, "lantai", {"c-meja01", "c-lantai"}, now)
    attempt = study.start_quiz(session, user, SLUG, "postes", now)
    uuid, user_id = attempt.uuid, user.id

    test = ask(reading.lesson_view, digest, SLUG, "postes")
    lesson = ask(reading.lesson_view, digest, SLUG, "meja")

    assert (test.open_attempt, lesson.open_attempt) == (uuid, None)
    assert (lesson.viewer.id, lesson.viewer.name) == (user_id, "Sari Wulandari")
    assert lesson.viewer.roles == {Role.LEARNER}
    assert (lesson.required_done, lesson.required_count, lesson.pretest_score) == (2, 3, 5000)
    assert lesson.pretest_taken
    assert lesson.ticks == {"c-meja01", "c-lantai"}
    assert lesson.module_id in lesson.completed
    assert len(lesson.completed) == 2
    assert len(lesson.read) == 1
    assert (lesson.completed_at, lesson.has_certificate) == (None, False)


def test_a_complete_course_says_so(session, user, ask, now):
    digest = signed_in(session, user, now)
    outcome = complete(session, user, now=now)
    issued = outcome.certificate

    page = ask(reading.course_view, digest, SLUG)
    assert (page.posttest_score, page.has_certificate) == (10_000, True)
    assert page.completed_at == now + timedelta(hours=1, minutes=1)

    staff = make_user(session, now=now)
    for act in (certificates.revoke, certificates.allow_again):
        act(session, issued, reason="uji", actor=staff, way=Way.PAGE, now=now)
    assert not ask(reading.course_view, digest, SLUG).has_certificate
    study.issue_if_due(session, issued.enrolment, PRINTING, now)
    assert ask(reading.course_view, digest, SLUG).has_certificate


def test_somebody_signed_in_and_not_enrolled_is_known_by_name_only(session, user, ask, now):
    page = ask(reading.course_view, signed_in(session, user, now), SLUG)

    assert page.viewer is not None
    assert (page.enrolment_id, page.required_count) == (None, 0)


@pytest.mark.parametrize("what", ["ended", "unused", "disabled", "unknown"])
def test_a_session_that_is_over_is_a_visitors(session, user, ask, now, what):
    digest = signed_in(session, user, now)
    study.start_quiz(session, user, SLUG, "meja", now)
    at = now
    if what == "ended":
        accounts.end_sessions_of(session, user, now)
    elif what == "unused":
        at = now + timedelta(days=61)
    elif what == "disabled":
        admin = make_user(session, Role.ADMIN, now=now)
        accounts.disable(session, user, reason="uji", actor=admin, way=Way.PAGE, now=now)
    else:
        digest = "0" * 64

    lesson = ask(reading.lesson_view, digest, SLUG, "meja", at=at)

    assert (lesson.viewer, lesson.enrolment_id, lesson.open_attempt) == (None, None, None)


def test_the_viewer_is_the_one_accounts_know(session, course, ask, now):
    trainer = make_user(session, Role.TRAINER, Role.STAFF, now=now, name="Bu Ratna")
    digest = signed_in(session, trainer, now)

    viewer = ask(reading.course_view, digest, SLUG).viewer

    assert viewer.roles == {Role.LEARNER, Role.TRAINER, Role.STAFF}
    assert viewer.last_seen_at == now


def test_a_course_out_of_the_catalogue_stays_readable(session, course, ask, now):
    course.state = CourseState.UNLISTED

    assert ask(reading.course_view, None, SLUG).course_state == "unlisted"


def test_the_home_of_a_learner_lists_the_course_learnt_last_first_and_those_put_aside_at_the_end(
    session, user, now
):
    other = {
        "kursus.md": COURSE["kursus.md"],
        "01-baca.md": COURSE["03-hiasan.md"].replace("wajib: tidak\n", ""),
    }
    for slug in ("kursus-satu", "kursus-dua"):
        publish(session, other, now=now, slug=slug)
        study.enrol(session, user, slug, now)
    study.put_aside(session, user, "kursus-dua", now)
    attempt = study.start_quiz(session, user, SLUG, "meja", now + timedelta(days=1))

    courses = reading.home_view(session, user, now)

    assert [one.slug for one in courses] == [SLUG, "kursus-satu", "kursus-dua"]
    assert courses[0].open_attempts == {attempt.module_id: attempt.uuid}
    assert (courses[0].last_activity_at, courses[0].required_count) == (now + timedelta(days=1), 3)
    assert courses[2].put_aside_at == now
    assert reading.home_view(session, make_user(session, now=now), now) == []


TIMED = {
    **COURSE,
    "01-meja.md": module(
        "Meja", body=quiz(single("q-meja01"), single("q-meja02"), settings="- Waktu: 10 menit")
    ),
}


@pytest.mark.parametrize(
    ("seconds", "is_open"), [(0, True), (600, True), (629, True), (630, True), (631, False), (90_000, False)]
)
def test_an_attempt_is_open_up_to_half_a_minute_after_its_deadline_on_every_page(
    session, reading_engine, now, seconds, is_open
):
    publish(session, TIMED, now=now)
    user = learner(session, now=now)
    digest = signed_in(session, user, now)
    attempt = study.start_quiz(session, user, SLUG, "meja", now)
    module_id, uuid = attempt.module_id, attempt.uuid
    session.commit()
    at = now + timedelta(seconds=seconds)

    lesson = reading.lesson_view(reading_engine, digest, SLUG, "meja", at)
    page = reading.course_view(reading_engine, digest, SLUG, at)
    (home,) = reading.home_view(session, user, at)

    assert lesson.open_attempt == (uuid if is_open else None)
    for state in (page, home):
        assert state.open_attempts == ({module_id: uuid} if is_open else {})
        assert state.overdue == (frozenset() if is_open else {module_id})


def test_the_module_opened_last_is_known_and_what_it_was(session, user, ask, now):
    digest = signed_in(session, user, now)
    assert not study.note_opened(session, user.id, SLUG, "meja", now)
    study.enrol(session, user, SLUG, now)
    for slug, hour in (("hiasan", 3), ("lantai", 1), ("meja", 2)):
        assert study.note_opened(session, user.id, SLUG, slug, now + timedelta(hours=hour))
    # A late request of an earlier look takes nothing back.
    study.note_opened(session, user.id, SLUG, "hiasan", now)

    page = ask(reading.course_view, digest, SLUG)
    (home,) = reading.home_view(session, user, now)
    release = release_view(session, page.release_id)

    for state in (page, home):
        assert state.last_opened == release.module("hiasan").module_id
        assert state.last_opened_at == now + timedelta(hours=3)
        assert state.last_seen_at == state.last_opened_at
        assert state.opened_as == {
            release.module(slug).module_id: release.module(slug).revision_id
            for slug in ("meja", "lantai", "hiasan")
        }
    assert page.last_activity_at == now
    with pytest.raises(NotFoundError):
        study.note_opened(session, user.id, SLUG, "tidak-ada", now)


def test_the_last_attempts_say_which_questions_went_wrong(session, user, now):
    take(session, user, "pretes", now=now, rights=0)
    take(session, user, "meja", now=now, rights=0)
    take(session, user, "meja", now=now + timedelta(hours=1), rights=1)
    open_now = study.start_quiz(session, user, SLUG, "meja", now + timedelta(hours=2))
    take(session, user, "postes", now=now + timedelta(hours=3))

    last, before = reading.last_attempts(session, user)

    assert (last.passed, last.score, last.wrong) == (True, 10_000, frozenset())
    assert (before.module_id, before.passed, before.score) == (open_now.module_id, False, 5_000)
    assert len(before.wrong) == 1
    assert before.uuid != open_now.uuid
    assert reading.last_attempts(session, make_user(session, now=now)) == []


def test_ticks_are_listed_by_course_and_a_course_put_aside_is_taken_up_again(session, user, now):
    assert reading.ticked_courses(session, user) == []
    study.set_ticks(session, user, SLUG, "lantai", {"c-meja01", "c-lantai"}, now)
    study.put_aside(session, user, SLUG, now)

    (course,) = reading.ticked_courses(session, user)
    assert (course.slug, course.ticks) == (SLUG, {"c-meja01", "c-lantai"})
    assert course.put_aside_at == now
    study.take_up(session, user, SLUG)
    assert reading.ticked_courses(session, user)[0].put_aside_at is None
