"""What stands before a quiz, the pre-test's window, and how many statements the hot acts take."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from elearn.content.presentation import show_answer
from elearn.records import study
from elearn.records.attempts import queries
from elearn.records.attempts.errors import QuizNotOpenError
from elearn.records.catalogue.models import Module
from elearn.records.errors import NotFoundError
from tests.records.learning import (
    COURSE,
    PRINTING,
    SLUG,
    complete,
    learner,
    module,
    publish,
    quiz,
    right,
    save,
    single,
    take,
)


@pytest.fixture
def user(session, now):
    publish(session, COURSE, now=now)
    return learner(session, now=now)


@contextmanager
def statements(engine):
    """Count what goes to the database but for the edges of transactions."""
    seen = []

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if statement.split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_the_page_before_a_quiz_says_how_often_it_was_taken(session, user, now):
    fresh = study.quiz_view(session, user.id, SLUG, "meja", now)
    assert (fresh.chances.used, fresh.open_attempt, fresh.last_attempt, fresh.refusal) == (
        0,
        None,
        None,
        None,
    )
    first = take(session, user, "meja", now=now, rights=0).attempt
    second = study.start_quiz(session, user, SLUG, "meja", now)

    view = study.quiz_view(session, user.id, SLUG, "meja", now)

    assert (view.open_attempt, view.last_attempt) == (second.uuid, first.uuid)
    assert (view.chances.used, view.chances.allowed, view.chances.has_open) == (2, None, True)
    assert (view.title, view.kind, view.course_title) == ("Meja", "module", "Dapur Bersih")


def test_the_pretest_has_one_attempt_whatever_its_file_says(session, now):
    files = {
        **COURSE,
        "pretes.md": module("Pretes", body=quiz(single("q-pretes1"), settings="- Kesempatan: 5")),
    }
    publish(session, files, now=now)
    user = learner(session, now=now)
    take(session, user, "pretes", now=now)

    with pytest.raises(QuizNotOpenError):
        study.start_quiz(session, user, SLUG, "pretes", now)
    refusal = study.quiz_view(session, user.id, SLUG, "pretes", now).refusal
    assert isinstance(refusal, QuizNotOpenError)


def test_the_pretest_can_be_taken_until_the_first_module_is_complete(session, user, now):
    study.mark_read(session, user, SLUG, "lantai", now)
    started = study.start_quiz(session, user, SLUG, "pretes", now)
    take(session, user, "meja", now=now)
    assert study.start_quiz(session, user, SLUG, "pretes", now).id == started.id
    assert study.hand_in(session, started, now).grade is not None
    late = learner(session, "Joko", now=now)
    take(session, late, "meja", now=now)

    with pytest.raises(QuizNotOpenError, match="sebelum modul pertama selesai"):
        study.start_quiz(session, late, SLUG, "pretes", now)


def test_a_pretest_is_never_complete_and_never_required(session, user, now):
    outcome = take(session, user, "pretes", now=now)

    assert outcome.grade.passed
    assert not outcome.completed_module
    assert outcome.attempt.enrolment.required_count == 3


def test_handing_in_again_says_the_same_about_course_and_certificate(session, user, now):
    first = complete(session, user, now=now)

    again = study.hand_in(session, first.attempt, now + timedelta(days=3), PRINTING)

    assert (again.completed_module, again.completed_course) == (True, True)
    assert again.certificate is first.certificate


@pytest.mark.parametrize("form", [False, True])
def test_saving_an_answer_takes_three_statements_and_one_of_them_writes(session, engine, user, now, form):
    attempt = study.start_quiz(session, user, SLUG, "meja", now)
    uuid, user_id = attempt.uuid, user.id
    item = queries.items_of(session, attempt)[0]
    raw = show_answer(item, right(item), seed=attempt.seed)
    session.commit()

    with statements(engine) as seen:
        attempt = queries.attempt_of(session, user_id, uuid, lock=True)
        study.save_answer(
            session, attempt, item_id=item.id, event=uuid4(), base=0, raw=raw, form=form, now=now
        )
        session.commit()

    assert len(seen) == 3, seen
    assert [text.split()[0] for text in seen].count("INSERT") == 1


@pytest.mark.parametrize("question_count", [1, 40])
def test_handing_in_takes_the_same_few_statements_whatever_the_number_of_questions(
    session, engine, now, question_count
):
    body = quiz(*(single(f"q-banyak{n:02}") for n in range(question_count)))
    files = {"kursus.md": COURSE["kursus.md"], "postes.md": module("Postes", body=body)}
    publish(session, {**files, "01-meja.md": module("Meja", wajib="tidak")}, now=now)
    user = learner(session, now=now)
    warm = learner(session, "Joko", now=now)
    take(session, warm, "postes", now=now)
    attempt = study.start_quiz(session, user, SLUG, "postes", now)
    for item in queries.items_of(session, attempt):
        save(session, attempt, item, right(item), now=now)
    uuid, user_id = attempt.uuid, user.id
    session.commit()

    with statements(engine) as seen:
        attempt = queries.attempt_of(session, user_id, uuid, lock=True)
        outcome = study.hand_in(session, attempt, now, PRINTING)
        session.commit()

    assert outcome.certificate is not None
    # One more is the look-up of the session.
    assert len(seen) + 1 <= 20, seen


def test_the_quiz_of_a_text_without_one_is_not_found(session, user, now):
    assert session.scalars(select(Module.slug).where(Module.kind == "pretest")).one() == "pretes"
    with pytest.raises(NotFoundError):
        study.quiz_view(session, user.id, SLUG, "lantai", now)
