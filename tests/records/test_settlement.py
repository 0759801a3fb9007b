"""What a publication changes for everybody, and that no history brings summaries and facts apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from elearn.records import doctor, engines, settlement, study
from elearn.records.accounts.models import Role, User
from elearn.records.attempts import queries
from elearn.records.attempts.models import Attempt, Grade, Response
from elearn.records.audit.models import Way
from elearn.records.catalogue.models import Course, Module
from elearn.records.certificates.models import Certificate
from elearn.records.completions.models import CourseCompletion, ModuleCompletion
from elearn.records.enrolments.models import Enrolment
from elearn.records.enrolments.queries import enrolment_of
from elearn.records.errors import ConflictError, RefusedError
from tests.factories import make_user
from tests.records.learning import (
    COURSE,
    PRINTING,
    SLUG,
    complete,
    course_page,
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

WITHOUT_LANTAI = {name: text for name, text in COURSE.items() if name != "02-lantai.md"}
#: A new required module, and the post-test by another rule.
LARGER = {
    **COURSE,
    "04-jendela.md": module("Jendela"),
    "postes.md": module(
        "Postes",
        body=quiz(*(single(f"q-postes{n}") for n in range(1, 5)), settings="- Nilai diambil: terakhir"),
    ),
}
#: What was read and passed before is enough now; an essay decides in the post-test.
RELAXED = {
    **COURSE,
    "01-meja.md": module("Meja", body=quiz(single("q-meja01"), single("q-meja02")), selesai="dibaca"),
    "postes.md": module(
        "Postes",
        body=quiz(single("q-postes1"), essay("q-cerita"), settings="- Lulus: 100%\n- Waktu: 20 menit"),
    ),
}


# --- Publishing ---------------------------------------------------------------------------------------


def test_taking_out_the_last_thing_left_completes_the_course(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    take(session, user, "meja", now=now)
    take(session, user, "postes", now=now)
    later = now + timedelta(days=1)

    publish(session, WITHOUT_LANTAI, now=later)

    found = session.scalars(select(CourseCompletion)).one()
    assert (found.reason, found.completed_at) == ("requirement removed", later)
    enrolment = enrolment_of(session, user.id, SLUG)
    assert (enrolment.state, enrolment.required_done, enrolment.required_count) == ("completed", 2, 2)
    assert doctor.check_summaries(session) == []
    # The certificate is due, and issued when the learner asks for it.
    assert session.scalar(select(func.count(Certificate.id))) == 0
    confirmed = study.confirm_and_issue(
        session, user, enrolment, name=user.name, regency="18.71", printing=PRINTING, now=later
    )
    assert confirmed.release_number == 2


def test_a_new_module_takes_no_completion_back(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    complete(session, user, now=now)

    publish(session, LARGER, now=now + timedelta(days=1))

    enrolment = enrolment_of(session, user.id, SLUG)
    assert (enrolment.state, enrolment.required_done, enrolment.required_count) == ("completed", 3, 4)
    assert doctor.check_summaries(session) == []


def test_a_requirement_that_is_met_already_is_settled_by_publishing(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    study.mark_read(session, user, SLUG, "meja", now)

    publish(session, RELAXED, now=now + timedelta(days=1))

    done = session.scalars(select(ModuleCompletion)).one()
    assert (done.reason, done.attempt_id) == ("requirement removed", None)
    assert enrolment_of(session, user.id, SLUG).required_done == 1


def test_another_rule_for_the_score_is_settled_by_publishing(session, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    take(session, user, "postes", now=now)
    take(session, user, "postes", now=now, rights=1)
    assert enrolment_of(session, user.id, SLUG).posttest_score == 10_000

    publish(session, LARGER, now=now)

    assert enrolment_of(session, user.id, SLUG).posttest_score == 2500


def test_settling_a_course_takes_a_few_statements_whatever_the_number_of_enrolments(session, engine, now):
    course = publish(session, COURSE, now=now)
    counted = []
    for people in (1, 6):
        for number in range(people):
            take(session, learner(session, f"Peserta {number}", now=now), "meja", now=now)
        session.commit()
        seen = []

        def note(_connection, _cursor, statement, *_rest, seen=seen):
            seen.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        settlement.settle_course(session, course, now)
        sa.event.remove(engine, "before_cursor_execute", note)
        counted.append(len([text for text in seen if not text.startswith("BEGIN")]))

    assert counted[0] == counted[1] <= 8


def test_settling_again_changes_nothing(session, now):
    course = publish(session, COURSE, now=now)
    complete(session, learner(session, now=now), now=now)

    again = settlement.settle_course(session, course, now + timedelta(days=1))

    assert (again.module_count, again.course_count) == (0, 0)


# --- Random histories -----------------------------------------------------------------------------------


class Histories(RuleBasedStateMachine):
    """Learners, a trainer and the clock doing whatever they like, in one course on SQLite."""

    url = ""
    make_url: Callable[[], str]

    @initialize()
    def begin(self) -> None:
        self.engine = engines.make_engine(type(self).make_url(), reading=False)
        self.session = Session(self.engine)
        self.now = datetime.fromisoformat("2026-11-23T03:42:00+00:00")
        self.trainer = make_user(self.session, Role.TRAINER, now=self.now)
        publish(self.session, COURSE, now=self.now)
        self.people = [learner(self.session, name, now=self.now) for name in ("Sari", "Joko")]
        self.events: list[tuple[Attempt, str, UUID, object, bool, object]] = []
        self.done: set[tuple[int, int]] = set()

    def act(self, act: Callable[[], object]) -> None:
        """Do *act*; a refusal is an answer too, and rolls back what it began unless it closed something."""
        try:
            act()
        except (RefusedError, ConflictError, study.NotFoundError):
            self.session.flush()

    people_of = st.integers(0, 1)
    quizzes = st.sampled_from(["pretes", "meja", "postes"])

    @rule(person=people_of, slug=st.sampled_from(["meja", "lantai", "hiasan", "jendela"]))
    def read(self, person: int, slug: str) -> None:
        self.act(lambda: study.mark_read(self.session, self.people[person], SLUG, slug, self.now, PRINTING))

    @rule(person=people_of, ticked=st.sets(st.sampled_from(["c-meja01", "c-lantai"])))
    def tick(self, person: int, ticked: set[str]) -> None:
        self.act(lambda: study.set_ticks(self.session, self.people[person], SLUG, "lantai", ticked, self.now))

    @rule(person=people_of, slug=quizzes)
    def start(self, person: int, slug: str) -> None:
        self.act(lambda: study.start_quiz(self.session, self.people[person], SLUG, slug, self.now))

    def open_attempt(self, person: int, slug: str) -> Attempt | None:
        return self.session.scalar(
            select(Attempt)
            .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
            .join(Module, Module.id == Attempt.module_id)
            .where(
                Enrolment.user_id == self.people[person].id,
                Module.slug == slug,
                Attempt.handed_in_at.is_(None),
            )
        )

    @rule(
        person=people_of,
        slug=quizzes,
        pick=st.integers(0, 3),
        kind=st.sampled_from(["right", "wrong", "empty"]),
        base=st.integers(0, 3),
        form=st.booleans(),
    )
    def answer(self, person: int, slug: str, pick: int, kind: str, base: int, form: bool) -> None:
        attempt = self.open_attempt(person, slug)
        if attempt is None:
            return
        items = queries.items_of(self.session, attempt)
        item = items[pick % len(items)]
        answer = {"right": right(item), "wrong": wrong(item), "empty": ()}[kind]
        if kind == "empty" and isinstance(right(item), str):
            answer = ""
        event = uuid4()

        def send() -> None:
            reply = save(self.session, attempt, item, answer, now=self.now, base=base, event=event, form=form)
            if not form:
                self.events.append((attempt, item.id, event, answer, form, (base, reply)))

        self.act(send)

    @precondition(lambda self: self.events)
    @rule(pick=st.integers(0, 10**6))
    def repeat(self, pick: int) -> None:
        attempt, item_id, event, answer, form, (base, reply) = self.events[pick % len(self.events)]
        item = queries.quiz_of(self.session, attempt).item(item_id)
        before = self.session.scalar(select(func.count(Response.id)))

        again = save(self.session, attempt, item, answer, now=self.now, base=base, event=event, form=form)

        assert again == reply
        assert self.session.scalar(select(func.count(Response.id))) == before

    @rule(person=people_of, slug=quizzes)
    def hand_in(self, person: int, slug: str) -> None:
        attempt = self.open_attempt(person, slug)
        if attempt is None:
            return
        first = study.hand_in(self.session, attempt, self.now, PRINTING)
        assert study.hand_in(self.session, attempt, self.now, PRINTING).grade is first.grade

    @rule(files=st.sampled_from([COURSE, WITHOUT_LANTAI, LARGER, RELAXED]))
    def publish_a_change(self, files: dict[str, str]) -> None:
        publish(self.session, files, now=self.now)

    @rule(order=st.sampled_from(["bebas", "berurutan"]))
    def publish_an_order(self, order: str) -> None:
        publish(self.session, {**COURSE, "kursus.md": course_page(urutan=order)}, now=self.now)

    @rule(person=people_of)
    def grant(self, person: int) -> None:
        place = self.session.scalars(select(Module).where(Module.slug == "pretes")).one()
        self.act(
            lambda: study.grant_attempt(
                self.session,
                enrolment_of(self.session, self.people[person].id, SLUG),
                place,
                reason="uji",
                actor=self.trainer,
                way=Way.PAGE,
                now=self.now,
            )
        )

    @rule(pick=st.integers(0, 10), points=st.sampled_from([0, 5000, 10_000]))
    def mark_an_essay(self, pick: int, points: int) -> None:
        closed = self.session.scalars(
            select(Attempt).where(Attempt.handed_in_at.is_not(None)).order_by(Attempt.id)
        ).all()
        if closed:
            self.act(
                lambda: study.mark_essay(
                    self.session,
                    closed[pick % len(closed)],
                    "q-cerita",
                    points=points,
                    word="",
                    actor=self.trainer,
                    way=Way.PAGE,
                    now=self.now,
                    printing=PRINTING,
                )
            )

    @rule(minutes=st.sampled_from([-30, 1, 25, 60 * 24]))
    def move_the_clock(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        study.close_overdue(self.session, self.now, 100, PRINTING)

    @invariant()
    def summaries_equal_facts(self) -> None:
        if hasattr(self, "session"):
            assert doctor.check_summaries(self.session) == []

    @invariant()
    def one_attempt_is_open(self) -> None:
        if hasattr(self, "session"):
            most = self.session.scalar(
                select(func.count())
                .select_from(Attempt)
                .where(Attempt.handed_in_at.is_(None))
                .group_by(Attempt.enrolment_id, Attempt.module_id)
                .order_by(func.count().desc())
                .limit(1)
            )
            assert (most or 0) <= 1

    @invariant()
    def what_is_complete_stays_complete(self) -> None:
        if hasattr(self, "session"):
            rows = self.session.execute(select(ModuleCompletion.enrolment_id, ModuleCompletion.module_id))
            now = {(row.enrolment_id, row.module_id) for row in rows}
            assert now >= self.done
            self.done = now

    @invariant()
    def progress_is_a_share(self) -> None:
        if hasattr(self, "session"):
            for done, count in self.session.execute(
                select(Enrolment.required_done, Enrolment.required_count)
            ):
                assert 0 <= done <= count

    @invariant()
    def settling_the_course_finds_nothing_new(self) -> None:
        if hasattr(self, "session"):
            course = self.session.scalars(select(Course)).one()
            settled = settlement.settle_course(self.session, course, self.now)
            assert (settled.module_count, settled.course_count) == (0, 0)

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.close()
            self.engine.dispose()


def test_no_history_brings_summaries_and_facts_apart(make_sqlite):
    Histories.make_url = staticmethod(make_sqlite)
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# --- Two at once --------------------------------------------------------------------------------------------


def at_once(engine: sa.Engine, *acts: Callable[[Session], object]) -> list[object]:
    """Do *acts* in threads that begin together, each in a transaction of its own; return what came of them."""
    barrier = Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[Session], object]) -> None:
        with Session(engine, expire_on_commit=False) as own:
            barrier.wait(timeout=30)
            try:
                results[index] = act(own)
                own.commit()
            except Exception as error:  # noqa: BLE001 - told below, in the test's own thread
                results[index] = error

    threads = [Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, RefusedError | ConflictError):
            raise result
    return results


@pytest.fixture
def ready(session, now):
    """A learner with an open post-test, answered right; all else of the course is complete."""
    publish(session, COURSE, now=now)
    user = learner(session, now=now)
    take(session, user, "meja", now=now)
    study.mark_read(session, user, SLUG, "lantai", now)
    attempt = study.start_quiz(session, user, SLUG, "postes", now)
    for item in queries.items_of(session, attempt):
        save(session, attempt, item, right(item), now=now)
    names = user.id, attempt.uuid
    session.commit()
    return names


def test_handing_in_twice_at_once_is_one_grade_one_completion_one_certificate(session, engine, ready, now):
    user_id, uuid = ready

    def hand_in(own: Session) -> object:
        attempt = queries.attempt_of(own, user_id, uuid, lock=True)
        return study.hand_in(own, attempt, now, PRINTING).grade.id

    results = at_once(engine, *[hand_in] * 4)

    assert len(set(results)) == 1, results
    session.expire_all()
    attempt = queries.attempt_of(session, user_id, uuid)
    assert session.scalar(select(func.count(Grade.id)).where(Grade.attempt_id == attempt.id)) == 1
    assert session.scalar(select(func.count(CourseCompletion.id))) == 1
    assert session.scalars(select(Certificate.number)).all() == ["1/DAPUR/XI/2026"]
    assert doctor.check_summaries(session) == []


def test_the_same_answer_from_two_tabs_at_once_is_one_row_and_one_reply(session, engine, ready, now):
    user_id, uuid = ready
    item = queries.items_of(session, queries.attempt_of(session, user_id, uuid))[0]
    session.commit()
    event = uuid4()

    def send(own: Session) -> object:
        attempt = queries.attempt_of(own, user_id, uuid, lock=True)
        return save(own, attempt, item, (1,), now=now, base=1, event=event)

    results = at_once(engine, *[send] * 4)

    assert len(set(results)) == 1, results
    assert results[0].number == 2


def test_different_answers_at_once_get_numbers_without_gaps(session, engine, ready, now):
    user_id, uuid = ready
    item = queries.items_of(session, queries.attempt_of(session, user_id, uuid))[0]
    session.commit()

    def send(own: Session) -> object:
        attempt = queries.attempt_of(own, user_id, uuid, lock=True)
        return save(own, attempt, item, (1,), now=now, base=1)

    results = at_once(engine, *[send] * 5)

    assert sorted(saved.number for saved in results) == [2, 3, 4, 5, 6]
    assert sum(not saved.stale for saved in results) == 1


def test_an_answer_and_a_handing_in_at_once_leave_a_grade_of_what_was_saved(session, engine, ready, now):
    user_id, uuid = ready
    item = queries.items_of(session, queries.attempt_of(session, user_id, uuid))[0]
    session.commit()

    def send(own: Session) -> object:
        return save(own, queries.attempt_of(own, user_id, uuid, lock=True), item, (1,), now=now, base=1)

    def hand_in(own: Session) -> object:
        return study.hand_in(own, queries.attempt_of(own, user_id, uuid, lock=True), now).grade.score

    saved, score = at_once(engine, send, hand_in)

    assert (isinstance(saved, ConflictError) and score == 10_000) or score == 7500


def test_starting_twice_at_once_is_one_attempt(session, engine, now):
    publish(session, COURSE, now=now)
    user_id = learner(session, now=now).id
    session.commit()

    def start(own: Session) -> object:
        return study.start_quiz(own, own.get_one(User, user_id), SLUG, "meja", now).uuid

    results = at_once(engine, *[start] * 4)

    assert len(set(results)) == 1, results
    assert session.scalar(select(func.count(Enrolment.id))) == 1


def test_confirming_twice_at_once_is_one_certificate(session, engine, now):
    publish(session, COURSE, now=now)
    user = learner(session, now=now, confirmed=False)
    complete(session, user, now=now)
    user_id, enrolment_id = user.id, enrolment_of(session, user.id, SLUG).id
    session.commit()

    def confirm(own: Session) -> object:
        return study.confirm_and_issue(
            own,
            own.get_one(User, user_id),
            own.get_one(Enrolment, enrolment_id),
            name="Sari Wulandari",
            regency="18.71",
            printing=PRINTING,
            now=now,
        ).serial

    results = at_once(engine, *[confirm] * 4)

    assert len(set(results)) == 1, results
    assert session.scalar(select(func.count(Certificate.id))) == 1


def test_numbers_issued_at_once_have_no_gap_and_no_double(session, engine, now):
    publish(session, COURSE, now=now)
    waiting = []
    for number in range(5):
        user = learner(session, f"Peserta {number}", now=now)
        complete(session, user, now=now, printing=None)
        waiting.append(enrolment_of(session, user.id, SLUG).id)
    session.commit()

    def issue(enrolment_id: int) -> Callable[[Session], object]:
        def act(own: Session) -> object:
            enrolment = own.get_one(Enrolment, enrolment_id)
            return study.issue_if_due(own, enrolment, PRINTING, now).sequence

        return act

    results = at_once(engine, *[issue(enrolment_id) for enrolment_id in waiting])

    assert sorted(results) == [1, 2, 3, 4, 5]


def test_publishing_while_people_hand_in_leaves_no_summary_behind(session, engine, ready, now):
    user_id, uuid = ready
    other = learner(session, "Joko", now=now)
    other_id = other.id
    session.commit()

    def hand_in(own: Session) -> object:
        return study.hand_in(own, queries.attempt_of(own, user_id, uuid, lock=True), now).completed_module

    def enrol(own: Session) -> object:
        return study.enrol(own, own.get_one(User, other_id), SLUG, now).id

    def change(own: Session) -> object:
        return publish(own, WITHOUT_LANTAI, now=now).id

    results = at_once(engine, hand_in, change, enrol)

    assert results[0] is True
    session.expire_all()
    assert doctor.check_summaries(session) == []
    assert session.scalar(select(func.count(CourseCompletion.id))) == 1


def test_sweeping_while_learners_hand_in_closes_each_attempt_once(session, engine, now):
    publish(session, {"kursus.md": COURSE["kursus.md"], **TIMED}, now=now)
    open_attempts = []
    for name in ("Sari", "Joko", "Yuliana"):
        user = learner(session, name, now=now)
        attempt = study.start_quiz(session, user, SLUG, "postes", now)
        save(session, attempt, queries.items_of(session, attempt)[0], (0,), now=now)
        open_attempts.append((user.id, attempt.uuid))
    session.commit()
    late = now + timedelta(hours=1)

    def hand_in(user_id: int, uuid: UUID) -> Callable[[Session], object]:
        return lambda own: (
            study.hand_in(own, queries.attempt_of(own, user_id, uuid, lock=True), late, PRINTING).grade.passed
        )

    results = at_once(
        engine,
        lambda own: study.close_overdue(own, late, 100, PRINTING),
        *[hand_in(*one) for one in reversed(open_attempts)],
    )

    assert results[1:] == [True, True, True]
    assert session.scalar(select(func.count(Grade.id))) == 3
    assert sorted(session.scalars(select(Certificate.sequence))) == [1, 2, 3]
    assert doctor.check_summaries(session) == []


TIMED = {
    "01-hiasan.md": COURSE["03-hiasan.md"],
    "postes.md": module("Postes", body=quiz(single("q-postes1"), settings="- Waktu: 20 menit")),
}
