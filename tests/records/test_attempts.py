"""Starting, answering and handing in: what is saved, what counts, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import func, select

from elearn.content.items import GAP
from elearn.content.presentation import opaque_ids, show_answer
from elearn.records import authoring, doctor, study
from elearn.records.accounts.models import Role
from elearn.records.attempts import queries
from elearn.records.attempts.errors import (
    AnswerTooLongError,
    AttemptClosedError,
    AttemptOpenError,
    NotAnAnswerError,
    QuizNotOpenError,
    SameEventError,
)
from elearn.records.attempts.models import Attempt, Grade, GradeItem, Outcome, Response
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.catalogue.models import Module
from elearn.records.enrolments.queries import enrolment_of
from elearn.records.errors import NotFoundError, RefusedError
from tests.factories import make_user
from tests.records.learning import (
    COURSE,
    SLUG,
    essay,
    learner,
    module,
    publish,
    quiz,
    right,
    save,
    single,
    take,
    wrong,
)

ALL_KINDS = """### Satu
<!-- id: q-pilih1 -->

Pilih satu.

- [x] Ya, bersih
- [ ] Tidak bersih
- [ ] Entah

### Semua
<!-- id: q-semua1 -->

Pilih semua.

- [x] Sabun
- [x] Air
- [ ] Debu

### Isian
<!-- id: q-isian1 -->

Apa singkatannya?

- Jawaban: NIB

### Angka
<!-- id: q-angka1 -->

Berapa?

- Jawaban angka: 3,5

### Urutan
<!-- id: q-urut01 -->

Urutkan.

1. Pertama
2. Kedua
3. Ketiga

- Jenis: urutkan

### Pasangan
<!-- id: q-pasang -->

Pasangkan.

| Kiri | Kanan |
|---|---|
| Air | Cair |
| Batu | Padat |
|  | Gas |

- Jenis: jodohkan
"""


@pytest.fixture
def user(session, now):
    publish(session, COURSE, now=now)
    return learner(session, now=now)


@pytest.fixture
def attempt(session, user, now):
    return study.start_quiz(session, user, SLUG, "meja", now)


@pytest.fixture
def item(session, attempt):
    return queries.items_of(session, attempt)[0]


def with_module(body: str, **extra: str) -> dict[str, str]:
    """Return the course with another text for the module `meja`."""
    return {**COURSE, "01-meja.md": module("Meja", body=body, **extra)}


def responses(session, attempt):
    return session.scalars(
        select(Response).where(Response.attempt_id == attempt.id).order_by(Response.id)
    ).all()


def current(session, attempt, item, now):
    view = queries.attempt_view(session, attempt, now)
    return next(one for one in view.items if one.asked.id == item.id)


# --- Starting ---------------------------------------------------------------------------------------


def test_starting_twice_gives_the_open_attempt(session, user, attempt, now):
    again = study.start_quiz(session, user, SLUG, "meja", now + timedelta(hours=1))

    assert again.id == attempt.id
    assert session.scalar(select(func.count(Attempt.id))) == 1


def test_an_attempt_keeps_questions_pass_mark_and_revision_when_a_new_text_is_published(
    session, user, attempt, now
):
    before = queries.attempt_view(session, attempt, now)
    publish(session, with_module(quiz(single("q-lain01"), settings="- Lulus: 100%")), now=now)

    after = queries.attempt_view(session, attempt, now)

    assert [one.asked for one in after.items] == [one.asked for one in before.items]
    assert attempt.pass_mark == 7000


def test_a_second_attempt_prefers_questions_not_asked_yet(session, now):
    body = quiz(*(single(f"q-kolam{n}") for n in range(4)), settings="- Ambil: 2 soal")
    publish(session, with_module(body), now=now)
    user = learner(session, now=now)
    first = study.start_quiz(session, user, SLUG, "meja", now)
    asked = {item.id for item in queries.items_of(session, first)}
    study.hand_in(session, first, now)

    second = study.start_quiz(session, user, SLUG, "meja", now)

    assert asked.isdisjoint(item.id for item in queries.items_of(session, second))
    assert second.number == 2


def test_another_learners_attempt_is_not_found(session, attempt, now):
    other = learner(session, "Joko", now=now)

    with pytest.raises(NotFoundError):
        queries.attempt_of(session, other.id, attempt.uuid)
    with pytest.raises(NotFoundError):
        queries.attempt_of(session, other.id, uuid4(), lock=True)
    with pytest.raises(NotFoundError):
        queries.attempt_to_mark(session, other.id, attempt.uuid)


def test_a_module_without_quiz_and_a_module_that_is_not_there_have_none_to_start(session, user, now):
    for slug in ("lantai", "tidak-ada"):
        with pytest.raises(NotFoundError):
            study.start_quiz(session, user, SLUG, slug, now)


def test_chances_are_counted_and_one_more_can_be_granted(session, now):
    publish(session, with_module(quiz(single("q-meja01"), settings="- Kesempatan: 1")), now=now)
    user = learner(session, now=now)
    staff = make_user(session, now=now)
    take(session, user, "meja", now=now, rights=0)
    with pytest.raises(QuizNotOpenError, match="sudah habis"):
        study.start_quiz(session, user, SLUG, "meja", now)
    place = session.scalars(select(Module).where(Module.slug == "meja")).one()
    enrolment = enrolment_of(session, user.id, SLUG)
    granted = {"actor": staff, "way": Way.PAGE, "now": now}
    with pytest.raises(RefusedError):
        study.grant_attempt(session, enrolment, place, reason="  ", **granted)

    study.grant_attempt(session, enrolment, place, reason="Listrik padam", **granted)

    assert study.start_quiz(session, user, SLUG, "meja", now).number == 2
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-1] == "attempt.grant"


def test_an_attempt_more_is_not_granted_for_a_module_of_another_course(session, user, attempt, now):
    publish(session, COURSE_ELSEWHERE, now=now, slug="kursus-lain")
    elsewhere = session.scalars(select(Module).where(Module.slug == "lain")).one()

    with pytest.raises(NotFoundError):
        study.grant_attempt(
            session,
            enrolment_of(session, user.id, SLUG),
            elsewhere,
            reason="x",
            actor=user,
            way=Way.PAGE,
            now=now,
        )


COURSE_ELSEWHERE = {
    "kursus.md": COURSE["kursus.md"],
    "01-lain.md": module("Lain", body=quiz(single("q-asing1"))),
}


@pytest.mark.parametrize(
    ("wait", "left", "words"),
    [
        ("10 menit", timedelta(minutes=10), "10 menit lagi"),
        ("2 jam", timedelta(hours=2), "2 jam lagi"),
        ("3 hari", timedelta(days=3), "3 hari lagi"),
    ],
)
def test_the_wait_between_attempts_is_enforced_and_said(session, now, wait, left, words):
    publish(session, with_module(quiz(single("q-meja01"), settings=f"- Jeda: {wait}")), now=now)
    user = learner(session, now=now)
    attempt = study.start_quiz(session, user, SLUG, "meja", now)
    study.hand_in(session, attempt, now)

    with pytest.raises(QuizNotOpenError, match=words) as refused:
        study.start_quiz(session, user, SLUG, "meja", now)

    assert refused.value.opens_at == now + left
    assert study.start_quiz(session, user, SLUG, "meja", now + left).number == 2


# --- Saving an answer --------------------------------------------------------------------------------


def test_answers_are_numbered_and_the_last_one_counts(session, attempt, item, now):
    first = save(session, attempt, item, (1,), now=now)
    second = save(session, attempt, item, (0,), now=now, base=first.number)

    assert (first.number, first.stale) == (1, False)
    assert (second.number, second.stale) == (2, False)
    assert current(session, attempt, item, now).answer == show_answer(item, (0,), seed=attempt.seed)


def test_the_same_event_again_changes_nothing_and_gets_the_same_reply_also_after_closing(
    session, attempt, item, now
):
    event = uuid4()
    first = save(session, attempt, item, (1,), now=now, event=event)
    save(session, attempt, item, (0,), now=now, base=1)

    assert save(session, attempt, item, (1,), now=now, event=event) == first
    study.hand_in(session, attempt, now)
    assert save(session, attempt, item, (1,), now=now + timedelta(days=1), event=event) == first
    assert len(responses(session, attempt)) == 2


def test_the_same_event_with_another_answer_or_item_is_refused(session, attempt, item, now):
    event = uuid4()
    save(session, attempt, item, (1,), now=now, event=event)
    other = queries.items_of(session, attempt)[1]

    for refused, answer in ((item, (0,)), (other, (1,))):
        with pytest.raises(SameEventError):
            save(session, attempt, refused, answer, now=now, event=event)
    assert len(responses(session, attempt)) == 1


def test_an_answer_with_an_old_base_is_saved_and_both_are_shown(session, attempt, item, now):
    save(session, attempt, item, (1,), now=now)

    saved = save(session, attempt, item, (0,), now=now, base=0)

    assert (saved.number, saved.stale) == (2, True)
    shown = current(session, attempt, item, now)
    assert shown.answer == show_answer(item, (0,), seed=attempt.seed)
    assert shown.elsewhere == show_answer(item, (1,), seed=attempt.seed)
    save(session, attempt, item, (2,), now=now, base=2)
    assert current(session, attempt, item, now).elsewhere is None


def test_an_empty_answer_clears_but_one_from_a_forgotten_tab_does_not_count(session, attempt, item, now):
    event = uuid4()
    save(session, attempt, item, (0,), now=now)
    forgotten = save(session, attempt, item, (), now=now, base=0, event=event)
    shown = current(session, attempt, item, now)

    assert (forgotten.number, forgotten.stale) == (2, True)
    assert save(session, attempt, item, (), now=now, base=0, event=event) == forgotten
    assert (shown.number, shown.is_answered) == (1, True)
    cleared = save(session, attempt, item, (), now=now, base=1)
    assert (cleared.number, cleared.stale) == (3, False)
    assert not current(session, attempt, item, now).is_answered


def test_a_form_sent_twice_is_one_answer(session, attempt, item, now):
    event = uuid4()
    first = save(session, attempt, item, (1,), now=now, event=event, form=True)
    again = save(session, attempt, item, (1,), now=now, event=event, form=True)

    assert again == first
    assert len(responses(session, attempt)) == 1


def test_a_form_after_the_script_has_saved_the_same_is_a_repeat(session, attempt, item, now):
    event = uuid4()
    by_script = save(session, attempt, item, (1,), now=now, event=event)

    assert save(session, attempt, item, (1,), now=now, event=event, form=True) == by_script


def test_going_back_and_sending_again_ends_as_what_was_sent_last(session, attempt, item, now):
    event = uuid4()
    sent = [
        save(session, attempt, item, answer, now=now, event=event, form=True)
        for answer in ((1,), (0,), (1,), (1,), (0,), (1,))
    ]

    assert [one.number for one in sent] == [1, 2, 3, 3, 4, 5]
    assert current(session, attempt, item, now).answer == show_answer(item, (1,), seed=attempt.seed)
    assert len({row.event for row in responses(session, attempt)}) == 5
    assert save(session, attempt, item, (1,), now=now, event=event, form=True) == sent[-1]


def test_a_form_whose_derived_event_somebody_took_on_purpose_is_refused(session, attempt, item, now):
    event = UUID(int=7)
    for answer in ((1,), (0,)):
        save(session, attempt, item, answer, now=now, event=event, form=True)
    first = responses(session, attempt)[0]
    other = queries.items_of(session, attempt)[1]
    save(session, attempt, other, (1,), now=now, event=uuid5(first.event, f"{item.id}:3"))

    with pytest.raises(SameEventError):
        save(session, attempt, item, (1,), now=now, event=event, form=True)


def test_a_repeated_form_gets_its_reply_also_after_closing(session, attempt, item, now):
    event = uuid4()
    saved = save(session, attempt, item, (1,), now=now, event=event, form=True)
    study.hand_in(session, attempt, now)

    assert save(session, attempt, item, (1,), now=now, event=event, form=True) == saved
    with pytest.raises(AttemptClosedError):
        save(session, attempt, item, (0,), now=now, event=event, form=True)


def test_an_answer_after_handing_in_is_refused(session, attempt, item, now):
    study.hand_in(session, attempt, now)

    with pytest.raises(AttemptClosedError) as refused:
        save(session, attempt, item, (0,), now=now)

    assert not refused.value.closed_now
    assert responses(session, attempt) == []


@pytest.mark.parametrize(
    "raw",
    [None, 3, "x", {"a": "b"}, ["tidak-ada"], ["a", "b"], [None], "\ud800", True, [["a"]]],
)
def test_what_is_no_answer_is_refused_and_nothing_is_saved(session, attempt, item, now, raw):
    with pytest.raises(NotAnAnswerError):
        study.save_answer(
            session, attempt, item_id=item.id, event=uuid4(), base=0, raw=raw, form=False, now=now
        )
    assert responses(session, attempt) == []


@pytest.mark.parametrize(("item_id", "base"), [("q-tidakada", 0), ("q-lain01", 0), (None, -1), (None, 2**31)])
def test_an_item_or_a_base_that_cannot_be_is_refused(session, now, item_id, base):
    body = quiz(single("q-meja01"), single("q-lain01"), settings="- Ambil: 1 soal\n- Acak soal: tidak")
    publish(session, with_module(body), now=now)
    attempt = study.start_quiz(session, learner(session, now=now), SLUG, "meja", now)
    asked = queries.items_of(session, attempt)[0]
    if item_id == "q-lain01" and asked.id == "q-lain01":
        item_id = "q-meja01"  # whichever of the two was not drawn
    item = asked if item_id is None else queries.quiz_of(session, attempt).items[0]

    with pytest.raises(NotAnAnswerError):
        study.save_answer(
            session,
            attempt,
            item_id=item_id or item.id,
            event=uuid4(),
            base=base,
            raw=[],
            form=False,
            now=now,
        )


def test_every_kind_of_item_comes_back_as_it_was_sent(session, now):
    publish(session, with_module(quiz(ALL_KINDS)), now=now)
    attempt = study.start_quiz(session, learner(session, now=now), SLUG, "meja", now)
    items = {item.id: item for item in queries.items_of(session, attempt)}
    answers = {
        "q-pilih1": (2,),
        "q-semua1": (0, 2),
        "q-isian1": " nib ",
        "q-angka1": "tiga setengah",
        "q-urut01": (2, GAP, 0),
        "q-pasang": ((0, 2),),
    }
    saved = {
        item_id: save(session, attempt, items[item_id], answer, now=now)
        for item_id, answer in answers.items()
    }
    view = {one.asked.id: one for one in queries.attempt_view(session, attempt, now).items}

    for item_id, answer in answers.items():
        assert view[item_id].answer == show_answer(items[item_id], answer, seed=attempt.seed)
    assert "3,5" in saved["q-angka1"].unclear
    assert view["q-angka1"].unclear == saved["q-angka1"].unclear
    assert {item_id for item_id, one in view.items() if not one.is_complete} == {"q-urut01", "q-pasang"}
    assert queries.attempt_view(session, attempt, now).incomplete_count == 2
    study.hand_in(session, attempt, now)
    result = {one.asked.id: one for one in queries.result_view(session, attempt, now).items}
    assert result["q-isian1"].right
    assert result["q-urut01"].answer_html == ("Ketiga", "–", "Pertama")
    assert result["q-pasang"].answer_html == ("Air → Gas",)
    assert result["q-isian1"].answer_html == (" nib ",)


def test_what_a_learner_typed_is_shown_as_text(session, now):
    publish(session, with_module(quiz(ALL_KINDS)), now=now)
    attempt = study.start_quiz(session, learner(session, now=now), SLUG, "meja", now)
    items = {item.id: item for item in queries.items_of(session, attempt)}
    save(session, attempt, items["q-isian1"], "<script>", now=now)
    study.hand_in(session, attempt, now)

    result = {one.asked.id: one for one in queries.result_view(session, attempt, now).items}

    assert result["q-isian1"].answer_html == ("&lt;script&gt;",)
    assert result["q-pilih1"].answer_html == ()


def test_an_answer_that_is_too_long_is_refused(session, now):
    publish(session, with_module(quiz(essay("q-cerita"))), now=now)
    attempt = study.start_quiz(session, learner(session, now=now), SLUG, "meja", now)
    item = queries.items_of(session, attempt)[0]

    with pytest.raises(AnswerTooLongError, match=r"10\.000"):
        save(session, attempt, item, "a" * 10_001, now=now)


# --- Handing in ---------------------------------------------------------------------------------------


def test_handing_in_twice_gives_the_same_grade(session, user, attempt, now):
    for item in queries.items_of(session, attempt):
        save(session, attempt, item, right(item), now=now)
    first = study.hand_in(session, attempt, now)

    second = study.hand_in(session, attempt, now + timedelta(minutes=1))

    assert second.grade is first.grade
    assert second.completed_module
    assert first.completed_module
    assert not second.completed_course
    assert attempt.handed_in_at == now
    assert session.scalar(select(func.count(Grade.id))) == 1


def test_each_item_is_marked_and_the_score_is_their_share(session, user, now):
    outcome = take(session, user, "meja", now=now, rights=1)

    assert (outcome.grade.outcome, outcome.grade.score, outcome.grade.passed) == ("graded", 5000, False)
    marks = session.scalars(select(GradeItem).where(GradeItem.grade_id == outcome.grade.id)).all()
    assert sorted((mark.points, mark.right) for mark in marks) == [(0, False), (10_000, True)]
    assert not outcome.completed_module


def test_an_attempt_without_any_answer_is_not_taken_and_replaces_no_score(session, now):
    publish(
        session,
        {
            **COURSE,
            "postes.md": module(
                "Postes", body=quiz(single("q-satu01"), settings="- Nilai diambil: terakhir")
            ),
        },
        now=now,
    )
    user = learner(session, now=now)
    take(session, user, "postes", now=now)
    attempt = study.start_quiz(session, user, SLUG, "postes", now)
    item = queries.items_of(session, attempt)[0]
    save(session, attempt, item, (1,), now=now)
    save(session, attempt, item, (), now=now, base=1)

    outcome = study.hand_in(session, attempt, now)

    assert (outcome.grade.outcome, outcome.grade.score, outcome.grade.passed) == ("not_taken", None, None)
    assert enrolment_of(session, user.id, SLUG).posttest_score == 10_000
    assert queries.result_view(session, attempt, now).state is Outcome.NOT_TAKEN


@pytest.mark.parametrize(("rule", "score"), [("terbaik", 10_000), ("terakhir", 2500)])
def test_the_best_or_the_last_score_counts_as_the_quiz_says(session, now, rule, score):
    body = quiz(*(single(f"q-postes{n}") for n in range(1, 5)), settings=f"- Nilai diambil: {rule}")
    publish(session, {**COURSE, "postes.md": module("Postes", body=body)}, now=now)
    user = learner(session, now=now)
    take(session, user, "postes", now=now)

    outcome = take(session, user, "postes", now=now, rights=1)

    assert enrolment_of(session, user.id, SLUG).posttest_score == score
    assert queries.result_view(session, outcome.attempt, now).counting_score == score
    assert doctor.check_summaries(session) == []


def test_a_quiz_that_gives_no_points_is_passed_by_handing_it_in(session, now):
    publish(session, with_module(quiz(essay("q-cerita", points=0))), now=now)
    user = learner(session, now=now)

    outcome = take(session, user, "meja", now=now)

    assert (outcome.grade.score, outcome.grade.passed, outcome.completed_module) == (None, True, True)


# --- Time limits --------------------------------------------------------------------------------------


@pytest.fixture
def timed(session, now):
    body = quiz(single("q-meja01"), single("q-meja02"), settings="- Waktu: 20 menit")
    publish(session, with_module(body), now=now)
    return study.start_quiz(session, learner(session, now=now), SLUG, "meja", now)


def test_an_answer_in_the_grace_is_saved_and_counts(session, timed, now):
    late = now + timedelta(minutes=20, seconds=30)
    for item in queries.items_of(session, timed):
        save(session, timed, item, right(item), now=late)

    outcome = study.hand_in(session, timed, late)

    assert outcome.grade.score == 10_000
    assert timed.handed_in_at == now + timedelta(minutes=20)


def test_an_answer_after_the_grace_closes_the_attempt_with_what_was_saved(session, timed, now):
    first, second = queries.items_of(session, timed)
    save(session, timed, first, right(first), now=now)
    late = now + timedelta(minutes=20, seconds=31)
    assert queries.attempt_view(session, timed, late).closed
    with pytest.raises(AttemptOpenError) as still_open:
        queries.result_view(session, timed, late)
    assert still_open.value.overdue

    with pytest.raises(AttemptClosedError) as refused:
        save(session, timed, second, right(second), now=late)

    assert refused.value.closed_now
    assert timed.handed_in_at == timed.deadline
    assert queries.result_view(session, timed, late).score == 5000


def test_the_sweep_closes_what_is_overdue_and_nothing_else(session, timed, now):
    learner_without_hurry = learner(session, "Joko", now=now)
    study.start_quiz(session, learner_without_hurry, SLUG, "postes", now)
    just_in_time = now + timedelta(minutes=20, seconds=30)

    assert study.close_overdue(session, just_in_time) == 0
    assert study.close_overdue(session, just_in_time + timedelta(seconds=1), 10) == 1
    assert study.close_overdue(session, just_in_time + timedelta(days=1)) == 0
    assert timed.handed_in_at == timed.deadline
    assert queries.latest_grade(session, timed).outcome == "not_taken"
    assert doctor.check_summaries(session) == []


def test_starting_again_closes_the_overdue_attempt_first(session, timed, now):
    user_id = timed.enrolment.user_id
    late = now + timedelta(hours=1)

    again = study.start_quiz(session, timed.enrolment.user, SLUG, "meja", late)

    assert again.number == 2
    assert timed.handed_in_at == timed.deadline
    assert again.enrolment.user_id == user_id


def test_a_clock_set_back_never_ends_an_attempt_before_it_began(session, attempt, now):
    study.hand_in(session, attempt, now - timedelta(hours=1))

    assert attempt.handed_in_at == now


# --- Essays -------------------------------------------------------------------------------------------


@pytest.fixture
def trainer(session, now):
    return make_user(session, Role.TRAINER, now=now, name="Bu Ratna")


@pytest.fixture
def waiting(session, now, trainer):
    body = quiz(single("q-meja01"), essay("q-cerita"), settings="- Lulus: 100%")
    course = publish(session, with_module(body), now=now)
    authoring.set_trainers(session, course, add=[trainer], remove=[], actor=None, way=Way.COMMAND, now=now)
    return take(session, learner(session, now=now), "meja", now=now)


def mark(session, outcome, trainer, now, *, item="q-cerita", points=10_000, word="Bagus."):
    return study.mark_essay(
        session,
        outcome.attempt,
        item,
        points=points,
        word=word,
        actor=trainer,
        way=Way.PAGE,
        now=now,
    )


def test_an_essay_waits_and_a_person_decides(session, waiting, trainer, now):
    assert (waiting.grade.outcome, waiting.grade.passed, waiting.completed_module) == ("waiting", None, False)
    (line,) = queries.essays_to_mark(session, trainer)
    assert (line.answer, line.max_points, line.decides) == ("Dapur saya bersih.", 10_000, True)
    assert line.learner_name == "Sari Wulandari"
    attempt = queries.attempt_to_mark(session, trainer.id, line.attempt_uuid, lock=True)

    outcome = study.mark_essay(
        session, attempt, line.item_id, points=10_000, word="Bagus.", actor=trainer, way=Way.PAGE, now=now
    )

    assert outcome.grade.passed
    assert outcome.completed_module
    assert queries.essays_to_mark(session, trainer) == []
    result = queries.result_view(session, attempt, now)
    assert [one.word for one in result.items if one.asked.id == "q-cerita"] == ["Bagus."]
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-1] == "essay.mark"


def test_only_essays_of_the_trainers_own_course_are_listed(session, waiting, trainer, now):
    other = publish(session, COURSE_ELSEWHERE, now=now, slug="kursus-lain")

    assert queries.essays_to_mark(session, trainer, other) == []
    assert queries.essays_to_mark(session, make_user(session, now=now)) == []


def test_marking_again_adds_a_grade_and_takes_no_completion_back(session, waiting, trainer, now):
    mark(session, waiting, trainer, now)

    again = mark(session, waiting, trainer, now, points=0, word="Salah baca.")

    assert again.grade.passed is False
    assert session.scalar(select(func.count(Grade.id))) == 3
    assert enrolment_of(session, waiting.attempt.enrolment.user_id, SLUG).required_done == 1
    assert doctor.check_summaries(session) == []


@pytest.mark.parametrize("points", [-1, 10_001])
def test_points_beyond_the_question_are_refused(session, waiting, trainer, now, points):
    with pytest.raises(RefusedError, match="0 sampai 1") as refused:
        mark(session, waiting, trainer, now, points=points)
    assert refused.value.field == "points"


def test_a_word_no_database_can_hold_is_refused(session, waiting, trainer, now):
    with pytest.raises(RefusedError) as refused:
        mark(session, waiting, trainer, now, word="Bagus\0")
    assert refused.value.field == "word"


def test_what_no_person_marks_is_refused(session, waiting, trainer, user, now):
    for item in ("q-meja01", "q-tidakada"):
        with pytest.raises(RefusedError):
            mark(session, waiting, trainer, now, item=item)
    still_open = study.start_quiz(session, waiting.attempt.enrolment.user, SLUG, "meja", now)
    with pytest.raises(RefusedError, match="belum dikumpulkan"):
        study.mark_essay(
            session, still_open, "q-cerita", points=1, word="", actor=trainer, way=Way.PAGE, now=now
        )


def test_another_attempt_may_start_while_an_essay_waits(session, waiting, now):
    user = waiting.attempt.enrolment.user

    assert study.start_quiz(session, user, SLUG, "meja", now).number == 2


def test_an_essay_does_not_wait_where_the_rest_has_decided(session, now):
    publish(
        session, with_module(quiz(single("q-meja01"), essay("q-cerita"), settings="- Lulus: 50%")), now=now
    )

    outcome = take(session, learner(session, now=now), "meja", now=now)

    assert (outcome.grade.outcome, outcome.grade.passed) == ("graded", True)


# --- What may be seen ----------------------------------------------------------------------------------


def test_the_questions_say_nothing_about_what_is_right(session, attempt, now):
    shown = repr(queries.attempt_view(session, attempt, now))

    assert "Betul, meja dilap" not in shown
    assert "Karena dilap" not in shown
    assert "right=True" not in shown


@pytest.mark.parametrize(
    ("setting", "after_failing", "after_passing", "after_last"),
    [
        ("langsung", True, True, True),
        ("setelah lulus", False, True, True),
        ("setelah kesempatan habis", False, False, True),
        ("tidak", False, False, False),
    ],
)
def test_the_key_is_shown_when_the_quiz_allows_it(
    session, now, setting, after_failing, after_passing, after_last
):
    settings = f"- Kesempatan: 3\n- Tampilkan kunci: {setting}"
    publish(session, with_module(quiz(single("q-meja01"), settings=settings)), now=now)
    user = learner(session, now=now)
    shown = []
    for rights in (0, 1, 1):
        attempt = take(session, user, "meja", now=now, rights=rights).attempt
        result = queries.result_view(session, attempt, now)
        shown.append(result.shows_key)
        assert ("Karena dilap" in repr(result)) is result.shows_key
        assert bool(result.items[0].key_html) is result.shows_key

    assert shown == [after_failing, after_passing, after_last]


def test_the_feedback_of_the_chosen_is_always_shown(session, user, now):
    outcome = take(session, user, "meja", now=now, rights=0)

    result = queries.result_view(session, outcome.attempt, now)

    assert all("Debu belum bersih" in one.feedback_html[0] for one in result.items)
    assert (result.right_count, result.has_passed, result.shows_key) == (0, False, False)


def test_a_result_names_the_section_to_read_again(session, now):
    tests = [single("q-postes1", "Tujuan: bersih"), single("q-postes2", "Baca lagi: lantai#lap-lantai")]
    files = {
        **with_module("## Lap meja\n\nPelan-pelan.\n\n" + quiz(single("q-meja01", "Baca lagi: #lap-meja"))),
        "02-lantai.md": module("Lantai", body="## Lap lantai\n\nPelan-pelan."),
        "postes.md": module("Postes", body=quiz(*tests, single("q-postes3"), settings="- Acak soal: tidak")),
    }
    publish(session, files, now=now)
    user = learner(session, now=now)
    own = queries.result_view(session, take(session, user, "meja", now=now).attempt, now)
    test = queries.result_view(session, take(session, user, "postes", now=now).attempt, now)

    assert (own.items[0].reread.module_slug, own.items[0].reread.title) == ("meja", "Meja")
    assert own.items[0].reread.anchor.endswith("lap-meja")
    taught, named, nowhere = (one.reread for one in test.items)
    assert taught.module_slug == "meja"
    assert taught.anchor == ""
    assert named.module_slug == "lantai"
    assert named.anchor.endswith("lap-lantai")
    assert nowhere is None


def test_an_attempt_outlives_its_module(session, user, attempt, now):
    publish(session, {name: text for name, text in COURSE.items() if name != "01-meja.md"}, now=now)
    view = queries.attempt_view(session, attempt, now)
    assert (view.place.title, view.place.live_revision_id) == ("Meja", None)

    outcome = study.hand_in(session, attempt, now)

    assert not outcome.completed_module
    assert queries.result_view(session, attempt, now).chances.used == 1
    with pytest.raises(NotFoundError):
        study.start_quiz(session, user, SLUG, "meja", now)
    assert doctor.check_summaries(session) == []


def test_an_open_attempt_has_no_result(session, attempt, now):
    with pytest.raises(AttemptOpenError) as refused:
        queries.result_view(session, attempt, now)

    assert not refused.value.overdue
    assert queries.attempt_view(session, attempt, now).state == "open"


def test_the_attempts_of_a_quiz_come_in_order_with_their_grades(session, user, now):
    take(session, user, "meja", now=now, rights=1)
    second = study.start_quiz(session, user, SLUG, "meja", now)

    enrolment = enrolment_of(session, user.id, SLUG)
    first_line, second_line = queries.attempts_of(session, enrolment, second.module)

    assert (first_line[0].number, first_line[1].score) == (1, 5000)
    assert second_line == (second, None)


def test_opaque_ids_differ_between_attempts(session, user, attempt, item, now):
    study.hand_in(session, attempt, now)
    second = study.start_quiz(session, user, SLUG, "meja", now)

    assert set(opaque_ids(item, seed=attempt.seed)).isdisjoint(opaque_ids(item, seed=second.seed))
    assert wrong(item) == (1,)
