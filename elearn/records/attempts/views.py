"""What a page shows of an open attempt: its questions, without any key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from elearn.content.items import Item
from elearn.content.presentation import (
    AskedItem,
    WireAnswer,
    empty_answer,
    is_complete,
    present,
    show_answer,
    unclear_hint,
)
from elearn.records.attempts.answers import (
    CurrentAnswer,
    current_answers,
    is_closed,
    item_ids_of,
    quiz_of,
)
from elearn.records.attempts.models import Attempt
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import Course, Module, ModuleRevision, Release, ReleaseModule


@dataclass(frozen=True, slots=True)
class QuizPlace:
    """Where an attempt belongs; *title* is the live one, or that of the pinned text where it is gone.

    *live_revision_id* is None where the live release has the module no more.
    """

    course_id: int
    course_slug: str
    course_title: str
    module_id: int
    module_slug: str
    kind: str
    title: str
    digest: str
    live_release_id: int
    live_revision_id: int | None
    #: Of the course's texts, as its live release says.
    language: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as it is shown, with what was answered; nothing in it depends on what is right."""

    asked: AskedItem
    position: int
    answer: WireAnswer
    #: The base of the next answer.
    number: int
    is_answered: bool
    is_complete: bool
    #: A sentence for an answer that cannot be read, empty where it is clear.
    unclear: str
    #: The answer given elsewhere that this one did not see.
    elsewhere: WireAnswer | None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """An attempt while it is open, and its questions; *closed* from the end of the grace on."""

    uuid: UUID
    number: int
    place: QuizPlace
    intro_html: str
    pass_mark: int
    started_at: datetime
    deadline: datetime | None
    handed_in_at: datetime | None
    closed: bool
    items: tuple[QuestionView, ...]

    @property
    def state(self) -> str:
        """`open` or `closed`, as `soal.json` says."""
        return "closed" if self.closed else "open"

    @property
    def incomplete_count(self) -> int:
        """How many questions lack something."""
        return sum(not item.is_complete for item in self.items)


def attempt_view(session: Session, attempt: Attempt, now: datetime) -> AttemptView:
    """Return the attempt with its questions in order, without key, weight and feedback."""
    place = place_of(session, attempt)
    compiled = catalogue.compiled_module(session, place.digest)
    quiz = quiz_of(session, attempt)
    answers = current_answers(session, attempt)
    return AttemptView(
        uuid=attempt.uuid,
        number=attempt.number,
        place=place,
        intro_html=compiled.quiz_intro_html,
        pass_mark=attempt.pass_mark,
        started_at=attempt.started_at,
        deadline=attempt.deadline,
        handed_in_at=attempt.handed_in_at,
        closed=is_closed(attempt, now),
        items=tuple(
            _question(
                quiz.item(item_id),
                present(
                    quiz.item(item_id),
                    compiled.items[item_id],
                    seed=attempt.seed,
                    quiz_shuffles=quiz.shuffle_choices,
                ),
                position,
                answers.get(item_id),
                attempt.seed,
            )
            for position, item_id in enumerate(item_ids_of(session, attempt), start=1)
        ),
    )


def _question(
    item: Item, asked: AskedItem, position: int, given: CurrentAnswer | None, seed: int
) -> QuestionView:
    answer = given.answer if given is not None else empty_answer(item)
    elsewhere = given.elsewhere if given is not None else None
    return QuestionView(
        asked=asked,
        position=position,
        answer=show_answer(item, answer, seed=seed),
        number=given.number if given is not None else 0,
        is_answered=bool(answer),
        is_complete=is_complete(item, answer),
        unclear=unclear_hint(item, answer),
        elsewhere=show_answer(item, elsewhere, seed=seed) if elsewhere is not None else None,
    )


def place_of(session: Session, attempt: Attempt) -> QuizPlace:
    """Return course and module of an attempt in one statement."""
    live = aliased(ReleaseModule)
    row: Any = session.execute(
        select(
            Course.id,
            Course.slug,
            Release.title,
            Module.id,
            Module.slug,
            Module.kind,
            live.title,
            ModuleRevision.digest,
            Course.live_release_id,
            live.revision_id,
        )
        .select_from(Module)
        .join(Course, Course.id == Module.course_id)
        .join(Release, Release.id == Course.live_release_id)
        .join(ModuleRevision, ModuleRevision.id == attempt.revision_id)
        .outerjoin(live, and_(live.release_id == Course.live_release_id, live.module_id == Module.id))
        .where(Module.id == attempt.module_id)
    ).one()
    return QuizPlace(
        course_id=row[0],
        course_slug=row[1],
        course_title=row[2],
        module_id=row[3],
        module_slug=row[4],
        kind=row[5],
        title=row[6] or catalogue.parsed_module(session, attempt.revision_id).title,
        digest=row[7],
        live_release_id=row[8],
        live_revision_id=row[9],
        language=catalogue.release_view(session, row[8]).language,
    )
