"""Questions to trainers: what is one question, whose turn it is, and what everybody reads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from elearn.records import engines, study
from elearn.records.accounts.models import Role, User
from elearn.records.audit.models import AuditEvent, Way
from elearn.records.catalogue.models import CourseState, Module
from elearn.records.doctor import check_summaries, repair_summaries
from elearn.records.errors import NotFoundError, RefusedError, TooManyError
from elearn.records.inquiries import queries, services
from elearn.records.inquiries.errors import CourseClosedError, InquiryNotFoundError
from elearn.records.inquiries.models import (
    Inquiry,
    InquiryEvent,
    InquiryReply,
    InquiryState,
    Visibility,
)
from elearn.records.inquiries.queries import InquiryFilters, SharedAnswer
from elearn.records.notices.models import NoticeKind
from elearn.records.notices.queries import unseen
from elearn.records.reading import lesson_view
from elearn.web.messages import pieces
from tests.conftest import NOW
from tests.factories import SLUG, make_course, make_learner, make_user

LESSON = "bahan"


class Desk:
    """A course with an asker, two trainers and a clerk, and what they do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = NOW
        self.asker = make_learner(session, now=NOW)
        self.other = make_learner(session, now=NOW, name="Orang lain")
        self.trainer = make_user(session, Role.TRAINER, now=NOW, name="Ratna Dewi")
        self.second = make_user(session, Role.TRAINER, now=NOW, name="Yanto")
        self.staff = make_user(session, Role.STAFF, now=NOW, name="Bagus")
        self.course = make_course(session, now=NOW, trainers=[self.trainer, self.second])
        session.flush()

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def ask(self, text: str = "Boleh?", *, module: str | None = LESSON, event: UUID | None = None) -> Inquiry:
        asked = services.ask(
            self.session, self.asker, SLUG, module, text=text, event=event or uuid4(), now=self.tick()
        )
        return self.again(asked.inquiry.id)

    def again(self, inquiry_id: int) -> Inquiry:
        self.session.expire_all()
        return queries.inquiry_for_staff(self.session, inquiry_id)

    def write(self, inquiry: Inquiry, text: str = "Lagi.") -> None:
        services.follow_up(self.session, inquiry, self.asker, text=text, event=uuid4(), now=self.tick())

    def answer(self, inquiry: Inquiry, text: str = "Boleh.", *, by: User | None = None) -> InquiryReply:
        said = services.answer(
            self.session,
            inquiry,
            text=text,
            event=uuid4(),
            base=0,
            actor=by or self.trainer,
            way=Way.PAGE,
            now=self.tick(),
        )
        return said.reply

    def share(self, reply: InquiryReply, question: str = "Boleh tidak?", *, by: User | None = None) -> bool:
        return services.share(
            self.session,
            reply,
            question=question,
            module_id=self.module_id(),
            actor=by or self.trainer,
            way=Way.PAGE,
            now=self.tick(),
        )

    def act(self, verb: Callable[..., bool], reply: InquiryReply, *, by: User | None = None) -> bool:
        return verb(self.session, reply, actor=by or self.trainer, way=Way.PAGE, now=self.tick())

    def close(self, inquiry: Inquiry, *, base: int = 1_000_000) -> bool:
        return services.close(
            self.session, inquiry, base=base, actor=self.trainer, way=Way.PAGE, now=self.tick()
        )

    def module_id(self) -> int:
        return self.session.scalars(select(Module.id).where(Module.slug == LESSON)).one()

    def shared(self) -> list[SharedAnswer]:
        return queries.shared_answers(self.session, self.module_id())

    def last_shared(self) -> int:
        """Return what the lesson page is kept under."""
        self.session.commit()
        state = lesson_view(self.session.get_bind().engine, None, SLUG, LESSON, self.now)
        assert state is not None
        return state.last_shared


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


# --- Asking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("Boleh?", LESSON, 1), ("Boleh?", LESSON, 1), True),
        (("Boleh?", LESSON, 1), (" Boleh?\r\n", LESSON, 1), True),
        (("Boleh?", LESSON, None), ("Boleh?", LESSON, None), True),
        (("Boleh?", LESSON, 1), ("Boleh?", LESSON, 2), False),
        (("Boleh?", LESSON, 1), ("Harus?", LESSON, 1), False),
        (("Boleh?", LESSON, None), ("Boleh?", None, None), False),
    ],
)
def test_what_is_one_question(
    desk: Desk,
    first: tuple[str, str | None, int | None],
    second: tuple[str, str | None, int | None],
    same: bool,
) -> None:
    asked = [
        services.ask(
            desk.session,
            desk.asker,
            SLUG,
            module,
            text=text,
            event=None if event is None else UUID(int=event),
            now=NOW,
        )
        for text, module, event in (first, second)
    ]

    assert (asked[0].inquiry.id == asked[1].inquiry.id) is same
    assert [one.is_new for one in asked] == [True, not same]


def test_the_same_words_on_another_day_or_from_another_person_are_another_question(desk: Desk) -> None:
    ids = {
        services.ask(desk.session, person, SLUG, LESSON, text="Boleh?", event=None, now=moment).inquiry.id
        for person, moment in ((desk.asker, NOW), (desk.other, NOW), (desk.asker, NOW + timedelta(days=1)))
    }

    assert len(ids) == 3


def test_pressed_twice_at_the_same_moment_it_is_one_question_and_one_message(
    desk: Desk, engine: sa.Engine
) -> None:
    inquiry = desk.ask("Yang lama?").id
    asker, moment = desk.asker.id, desk.now
    desk.session.commit()
    together = threading.Barrier(3)

    def press(_number: int) -> tuple[bool, bool]:
        together.wait()
        with Session(engine) as session:
            person = session.get_one(User, asker)
            asked = services.ask(session, person, SLUG, LESSON, text="Sekali?", event=UUID(int=7), now=moment)
            session.commit()
            thread = queries.thread_of(session, asker, inquiry, lock=True)
            said = services.follow_up(
                session, thread, person, text="Sekali lagi.", event=UUID(int=8), now=moment
            )
            session.commit()
            return asked.is_new, said.is_new

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(press, range(3)))
    assert [sum(one) for one in zip(*found, strict=True)] == [1, 1]
    assert [one.text for one in desk.again(inquiry).replies] == ["Sekali lagi."]


@pytest.mark.parametrize(
    ("text", "field"), [("", "text"), (" \n", "text"), ("x" * 2001, "text"), ("a\0b", "text")]
)
def test_what_nobody_can_read_is_refused(desk: Desk, text: str, field: str) -> None:
    inquiry = desk.ask()
    for act in (
        lambda: services.ask(desk.session, desk.asker, SLUG, LESSON, text=text, event=None, now=NOW),
        lambda: desk.write(inquiry, text),
        lambda: desk.answer(inquiry, text),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.field == field


@pytest.mark.parametrize(("course", "module"), [("tidak-ada", None), (SLUG, "tidak-ada")])
def test_a_place_that_is_not_there_is_not_found(desk: Desk, course: str, module: str | None) -> None:
    with pytest.raises(NotFoundError):
        services.ask(desk.session, desk.asker, course, module, text="Boleh?", event=None, now=NOW)


def test_a_closed_course_takes_neither_questions_nor_further_messages(desk: Desk) -> None:
    inquiry = desk.ask()
    desk.course.state = CourseState.UNLISTED
    with pytest.raises(CourseClosedError):
        desk.ask("Yang kedua?")
    desk.write(inquiry)
    desk.course.state = CourseState.LISTED
    study.enrol(desk.session, desk.asker, SLUG, NOW)
    desk.course.state = CourseState.UNLISTED
    desk.ask("Yang kedua?")
    desk.course.state = CourseState.RETIRED
    with pytest.raises(CourseClosedError):
        desk.write(inquiry)


def test_messages_of_an_hour_are_counted_and_repeats_are_not(desk: Desk) -> None:
    inquiry = desk.ask(event=UUID(int=1))
    for number in range(services.MOST_AN_HOUR - 1):
        services.ask(desk.session, desk.asker, SLUG, LESSON, text=f"{number}", event=None, now=NOW)
        services.ask(desk.session, desk.asker, SLUG, LESSON, text=f"{number}", event=None, now=NOW)
    with pytest.raises(TooManyError):
        services.follow_up(desk.session, inquiry, desk.asker, text="x", event=uuid4(), now=NOW)
    services.ask(desk.session, desk.other, SLUG, LESSON, text="x", event=None, now=NOW)


def test_one_can_ask_in_ones_own_courses_else_in_every_listed_one(desk: Desk) -> None:
    make_course(desk.session, now=NOW, slug="kedua")
    everywhere = [one.slug for one in queries.places_for(desk.session, desk.asker.id)]
    study.enrol(desk.session, desk.asker, "kedua", NOW)
    own = [one.slug for one in queries.places_for(desk.session, desk.asker.id)]
    linked = [one.slug for one in queries.places_for(desk.session, desk.asker.id, extra=SLUG)]

    assert (sorted(everywhere), own, sorted(linked)) == (
        ["dapur-halal", "kedua"],
        ["kedua"],
        sorted([SLUG, "kedua"]),
    )


# --- Whose turn it is --------------------------------------------------------------------------------


def test_a_question_waits_until_it_is_answered_and_again_after_a_further_message(desk: Desk) -> None:
    inquiry = desk.ask()
    states = [inquiry.state]
    for step in (desk.answer, desk.write, desk.answer, desk.write, desk.close):
        step(inquiry)
        inquiry = desk.again(inquiry.id)
        states.append(inquiry.state)

    open_, answered = InquiryState.OPEN, InquiryState.ANSWERED
    assert states == [open_, answered, open_, answered, open_, answered]
    assert inquiry.last_at == inquiry.replies[-1].at


def test_nothing_is_closed_that_the_closer_has_not_seen(desk: Desk) -> None:
    inquiry = desk.ask()
    desk.write(inquiry)
    inquiry = desk.again(inquiry.id)

    assert not desk.close(inquiry, base=0)
    assert desk.close(inquiry, base=inquiry.replies[-1].id)
    assert not desk.close(inquiry)


def test_an_answer_pressed_twice_is_one_and_the_second_answerer_is_told_of_the_first(desk: Desk) -> None:
    inquiry = desk.ask()
    said = []
    for person, event in ((desk.trainer, 1), (desk.trainer, 1), (desk.second, 2)):
        said.append(
            services.answer(
                desk.session,
                inquiry,
                text="Boleh.",
                event=UUID(int=event),
                base=0,
                actor=person,
                way=Way.PAGE,
                now=desk.tick(),
            )
        )

    assert [(one.is_new, one.others) for one in said] == [(True, ()), (False, ()), (True, ("Ratna Dewi",))]
    assert [notice.subject_id for notice in unseen(desk.session, desk.asker.id)] == [inquiry.id]
    desk.session.expire_all()
    services.mark_seen(desk.session, inquiry, last_seen=inquiry.replies[-1].id, now=desk.now)
    assert unseen(desk.session, desk.asker.id, NoticeKind.ANSWER) == []
    desk.answer(inquiry, "Tambahan.")
    assert len(unseen(desk.session, desk.asker.id)) == 1


def test_nobody_answers_themselves(desk: Desk) -> None:
    asked = services.ask(desk.session, desk.trainer, SLUG, None, text="Boleh?", event=None, now=NOW)
    with pytest.raises(RefusedError):
        desk.answer(desk.again(asked.inquiry.id))


def test_questions_are_reached_by_their_asker_by_trainers_of_the_course_and_by_staff(desk: Desk) -> None:
    inquiry = desk.ask()
    stranger = make_user(desk.session, Role.TRAINER, now=NOW)

    assert queries.thread_of(desk.session, desk.asker.id, inquiry.id, lock=True).id == inquiry.id
    assert queries.inquiry_for_trainer(desk.session, desk.trainer.id, inquiry.id, lock=True).id == inquiry.id
    for load in (
        lambda: queries.thread_of(desk.session, desk.other.id, inquiry.id),
        lambda: queries.inquiry_for_trainer(desk.session, stranger.id, inquiry.id),
        lambda: queries.inquiry_for_staff(desk.session, inquiry.id + 1),
        lambda: services.follow_up(desk.session, inquiry, desk.other, text="x", event=uuid4(), now=desk.now),
    ):
        with pytest.raises(InquiryNotFoundError):
            load()
    counts = [
        queries.open_count(desk.session, trainer_id=one) for one in (desk.trainer.id, stranger.id, None)
    ]
    assert counts == [1, 0, 1]
    lines = queries.inquiries(desk.session, InquiryFilters(), trainer_id=stranger.id).lines
    assert lines == []


def test_the_list_is_sorted_narrowed_and_cut_into_pages(desk: Desk) -> None:
    waiting = [desk.ask(f"Tunggu {number}") for number in range(3)]
    done = [desk.ask(f"Dijawab {number}", module=None) for number in range(2)]
    for inquiry in done:
        desk.answer(inquiry)
    found = {}
    for state in (InquiryState.OPEN, InquiryState.ANSWERED, None):
        after, texts = None, []
        while True:
            filters = InquiryFilters(state=state, course_slug=SLUG, after=after, limit=2)
            page = queries.inquiries(desk.session, filters, trainer_id=desk.trainer.id)
            texts += [line.text for line in page.lines]
            after = page.further
            if after is None:
                break
        found[state] = texts

    assert found[InquiryState.OPEN] == [one.text for one in waiting]
    assert found[InquiryState.ANSWERED] == ["Dijawab 1", "Dijawab 0"]
    assert found[None] == ["Dijawab 1", "Dijawab 0", "Tunggu 2", "Tunggu 1", "Tunggu 0"]
    elsewhere = InquiryFilters(state=None, course_slug="lain")
    assert queries.inquiries(desk.session, elsewhere, trainer_id=None).lines == []


# --- Good for everybody ------------------------------------------------------------------------------


def test_everybody_reads_the_trainers_wording_and_the_answer_and_no_askers_name(desk: Desk) -> None:
    reply = desk.answer(desk.ask("Saya Sari, NIK 18…, boleh?"))
    desk.share(reply)

    (line,) = desk.shared()
    assert (line.question, line.answer, line.answered_by) == ("Boleh tidak?", "Boleh.", "Ratna Dewi")


def test_what_an_answer_answers_is_the_askers_last_message_before_it(desk: Desk) -> None:
    inquiry = desk.ask("Pertama?")
    for step in (desk.answer, desk.write, desk.answer):
        step(inquiry)
    inquiry = desk.again(inquiry.id)

    assert [queries.asked_before(inquiry, inquiry.replies[place]) for place in (0, 2)] == [
        "Pertama?",
        "Lagi.",
    ]
    with pytest.raises(InquiryNotFoundError):
        queries.answer_in(inquiry, inquiry.replies[1].id)


def test_each_act_on_a_shared_answer_gives_the_page_another_key_and_nothing_else_does(desk: Desk) -> None:
    keys = [desk.last_shared()]
    inquiry = desk.ask()
    reply = desk.answer(inquiry)
    assert desk.last_shared() == keys[0] == 0
    for act in (
        lambda: desk.share(reply),
        lambda: desk.act(services.unshare, reply),
        lambda: desk.share(reply, "Dengan kata lain?"),
        lambda: desk.act(services.hide, reply, by=desk.staff),
        lambda: desk.share(reply, by=desk.staff),
        lambda: services.erase_person(desk.session, desk.asker.id, desk.tick()) or True,
    ):
        assert act()
        keys.append(desk.last_shared())

    assert keys == sorted(set(keys))


def test_what_staff_have_hidden_a_trainer_cannot_share(desk: Desk) -> None:
    reply = desk.answer(desk.ask())
    desk.act(services.hide, reply, by=desk.staff)
    with pytest.raises(RefusedError):
        desk.share(reply)
    assert desk.share(reply, by=desk.staff)
    assert not desk.share(reply)


@pytest.mark.parametrize(("question", "module_id"), [("", None), ("Boleh?", 0), ("x" * 2001, None)])
def test_a_share_without_a_question_or_a_lesson_is_refused(
    desk: Desk, question: str, module_id: int | None
) -> None:
    reply = desk.answer(desk.ask(module=None))
    place = desk.module_id() if module_id is None else module_id
    with pytest.raises(RefusedError):
        services.share(
            desk.session,
            reply,
            question=question,
            module_id=place,
            actor=desk.trainer,
            way=Way.PAGE,
            now=NOW,
        )
    assert desk.shared() == []


def test_acts_of_the_desk_leave_a_trail_and_those_of_learners_do_not(desk: Desk) -> None:
    before = desk.session.scalars(select(AuditEvent.id)).all()
    inquiry = desk.ask()
    desk.write(inquiry)
    reply = desk.answer(inquiry)
    desk.share(reply)
    desk.act(services.unshare, reply)
    desk.act(services.hide, reply, by=desk.staff)
    desk.write(desk.again(inquiry.id))
    desk.close(desk.again(inquiry.id))
    rows = desk.session.execute(
        select(AuditEvent.action, AuditEvent.subject_user_id)
        .where(AuditEvent.id.not_in(before))
        .order_by(AuditEvent.id)
    )

    acts = ("answer", "share", "unshare", "hide", "close")
    assert [tuple(row) for row in rows] == [(f"inquiry.{act}", desk.asker.id) for act in acts]


# --- Erasure -----------------------------------------------------------------------------------------


def test_erasing_the_asker_empties_question_messages_and_what_was_shared(desk: Desk) -> None:
    shared = desk.ask("Rahasia saya")
    desk.write(shared, "Rahasia lagi")
    desk.share(desk.answer(shared), "Rahasia umum")
    waiting = desk.ask("Rahasia lain")
    services.erase_person(desk.session, desk.asker.id, desk.tick())
    desk.session.expire_all()

    kept = [
        *desk.session.scalars(select(Inquiry.text)),
        *desk.session.scalars(select(InquiryReply.text)),
        *desk.session.scalars(select(InquiryEvent.question)),
    ]
    assert not [text for text in kept if "Rahasia" in text]
    assert "Boleh." in kept
    assert desk.shared() == []
    assert desk.again(waiting.id).state == InquiryState.ANSWERED
    assert list(queries.differences(desk.session)) == []
    assert [one.id for one in queries.of_person(desk.session, desk.asker.id)] == [shared.id, waiting.id]


def test_erasing_an_answerer_takes_the_answer_from_the_lesson_too(desk: Desk) -> None:
    inquiry = desk.ask()
    desk.share(desk.answer(inquiry))
    assert [one.text for one in queries.replies_by(desk.session, desk.trainer.id)] == ["Boleh."]
    services.erase_person(desk.session, desk.trainer.id, desk.tick())

    assert desk.shared() == []
    assert desk.again(inquiry.id).text == "Boleh?"
    assert desk.again(inquiry.id).replies[0].text == ""


# --- Facts -------------------------------------------------------------------------------------------


def test_the_database_keeps_what_was_said_and_done(desk: Desk) -> None:
    desk.share(desk.answer(desk.ask()))
    desk.session.commit()
    for statement in (
        "UPDATE inquiries SET asked_at = asked_at",
        "UPDATE inquiries SET user_id = user_id",
        "DELETE FROM inquiries",
        "UPDATE inquiry_replies SET author_id = author_id",
        "DELETE FROM inquiry_replies",
        "UPDATE inquiry_events SET kind = kind",
        "DELETE FROM inquiry_events",
    ):
        with pytest.raises(DBAPIError, match="never changed"):
            desk.session.execute(sa.text(statement))
        desk.session.rollback()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "write", "answer", "close", "share", "unshare", "hide", "erase"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_the_summaries_are_what_the_facts_say(
    make_sqlite: Callable[[], str], steps: list[tuple[str, int, int]]
) -> None:
    engine = engines.make_engine(make_sqlite(), reading=False)
    with Session(engine) as session:
        desk = Desk(session)
        for act, first, second in steps:
            _happen(desk, act, first, second)
        session.flush()
        session.expire_all()

        assert list(queries.differences(session)) == []
        shown = {line.reply_id for line in desk.shared()}
        shared = select(InquiryReply.id).where(InquiryReply.visibility == Visibility.SHARED)
        assert shown == set(session.scalars(shared))
    engine.dispose()


def _happen(desk: Desk, act: str, first: int, second: int) -> None:
    desk.session.expire_all()
    threads = desk.session.scalars(select(Inquiry.id).order_by(Inquiry.id)).all()
    if act == "ask":
        desk.ask(f"Nomor {first}", module=LESSON if second else None, event=UUID(int=first))
        return
    if act == "erase":
        services.erase_person(desk.session, (desk.asker, desk.trainer)[first % 2].id, desk.tick())
        return
    if first >= len(threads):
        return
    inquiry = desk.again(threads[first])
    try:
        if act in {"write", "answer", "close"}:
            {"write": desk.write, "answer": desk.answer, "close": desk.close}[act](inquiry)
        elif second < len(inquiry.replies):
            reply = inquiry.replies[second]
            if act == "share":
                desk.share(reply, by=(desk.trainer, desk.staff)[second % 2])
            else:
                desk.act(getattr(services, act), reply)
    except (RefusedError, NotFoundError, TooManyError):
        desk.session.flush()


def test_a_summary_that_is_wrong_is_found_and_mended(desk: Desk) -> None:
    inquiry = desk.ask()
    reply = desk.answer(inquiry)
    assert check_summaries(desk.session) == []
    inquiry.state, reply.visibility = InquiryState.OPEN, Visibility.SHARED
    desk.session.flush()

    (finding,) = check_summaries(desk.session)
    assert f"pertanyaan nomor {inquiry.id}" in finding
    assert repair_summaries(desk.session) == 1
    assert check_summaries(desk.session) == []
    assert (inquiry.state, reply.visibility) == (InquiryState.ANSWERED, Visibility.PRIVATE)


# --- Plain text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Lihat https://a.example/b?c=1&d=2.", ["https://a.example/b?c=1&d=2"]),
        ("(HTTP://A.example) dan https://b.example/", ["HTTP://A.example", "https://b.example/"]),
        ("https:// http://, javascript:alert(1) ftp://a.example www.a.example", []),
        ('https://a.example/"><script>', ["https://a.example/"]),
        ("https://a.example\nhttps://b.example", ["https://a.example", "https://b.example"]),
        ("", []),
    ],
)
def test_only_web_addresses_can_be_tapped(text: str, addresses: list[str]) -> None:
    assert [piece.text for piece in pieces(text) if piece.is_address] == addresses


@given(
    st.lists(st.sampled_from(["http://", "https://", "a.b", "/", ".", ")", " ", "\n", "<", '"', "é"])).map(
        "".join
    )
)
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    found = pieces(text)

    assert "".join(piece.text for piece in found) == text
    assert all(piece.text.lower().startswith(("http://", "https://")) for piece in found if piece.is_address)
    assert all(piece.text for piece in found)
