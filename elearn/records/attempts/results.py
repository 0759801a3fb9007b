"""What a page shows of an attempt that was handed in, and what of the key it may show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import Item, ItemType, Quiz, ScoreRule, ShowKey
from elearn.content.marking import feedback_of
from elearn.content.markup import ANCHOR_PREFIX
from elearn.content.presentation import AskedItem, WireAnswer, empty_answer, present, show_answer
from elearn.records.attempts.answers import (
    current_answers,
    is_overdue,
    item_ids_of,
    latest_grade,
    latest_grade_id,
    quiz_of,
)
from elearn.records.attempts.errors import AttemptOpenError
from elearn.records.attempts.models import Attempt, EssayMark, Grade, GradeItem, Outcome
from elearn.records.attempts.opening import Chances, chances
from elearn.records.attempts.views import QuizPlace, place_of
from elearn.records.catalogue import queries as catalogue


@dataclass(frozen=True, slots=True)
class Reread:
    """The section to read again: a module of the course; anchor and heading where it is a part of its page."""

    module_slug: str
    title: str
    anchor: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ItemResultView:
    """One question of a result. The last two are empty unless the key may be shown."""

    asked: AskedItem
    position: int
    answer: WireAnswer
    #: The shown choices (or places, or cells) of the answer, as texts to be read.
    answer_html: tuple[str, ...]
    #: None while a person has to mark it.
    points: int | None
    max_points: int
    right: bool | None
    feedback_html: tuple[str, ...]
    #: What the person who marked an essay wrote.
    word: str
    reread: Reread | None
    key_html: str
    explanation_html: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """How an attempt went; *state* is graded, waiting or not_taken."""

    uuid: UUID
    number: int
    place: QuizPlace
    state: Outcome
    points: int | None
    max_points: int
    score: int | None
    passed: bool | None
    pass_mark: int
    handed_in_at: datetime
    shows_key: bool
    score_rule: ScoreRule
    items: tuple[ItemResultView, ...]
    chances: Chances
    #: When the next attempt may begin; None where there is nothing to wait for.
    opens_at: datetime | None
    #: Whether any attempt of this quiz was passed, and the score that counts.
    has_passed: bool
    counting_score: int | None

    @property
    def right_count(self) -> int:
        """How many questions earned everything."""
        return sum(item.right is True for item in self.items)


def result_view(session: Session, attempt: Attempt, now: datetime) -> ResultView:
    """Return how a closed attempt went; AttemptOpenError before.

    Always: score, right or wrong, the learner's answer, the feedback of what was chosen and what to read
    again. The key only as `Tampilkan kunci` allows.
    """
    grade = latest_grade(session, attempt) if attempt.handed_in_at is not None else None
    if grade is None or attempt.handed_in_at is None:
        raise AttemptOpenError(overdue=is_overdue(attempt, now))
    place = place_of(session, attempt)
    quiz = quiz_of(session, attempt)
    live_quiz = _live_quiz(session, place) or quiz
    left = chances(session, attempt.enrolment_id, attempt.module_id, live_quiz, place.kind)
    has_passed = _has_passed(session, attempt)
    shows_key = _may_show_key(quiz.show_key, has_passed=has_passed, used_up=left.are_used_up)
    return ResultView(
        uuid=attempt.uuid,
        number=attempt.number,
        place=place,
        state=Outcome(grade.outcome),
        points=grade.points,
        max_points=grade.max_points,
        score=grade.score,
        passed=grade.passed,
        pass_mark=attempt.pass_mark,
        handed_in_at=attempt.handed_in_at,
        shows_key=shows_key,
        score_rule=live_quiz.score_rule,
        items=_item_results(session, attempt, place, quiz, grade, shows_key=shows_key),
        chances=left,
        opens_at=left.opens_at(live_quiz.wait),
        has_passed=has_passed,
        counting_score=counting_score(session, attempt.enrolment_id, attempt.module_id, live_quiz.score_rule),
    )


def _live_quiz(session: Session, place: QuizPlace) -> Quiz | None:
    if place.live_revision_id is None:
        return None
    return catalogue.parsed_module(session, place.live_revision_id).quiz


def _may_show_key(show_key: ShowKey, *, has_passed: bool, used_up: bool) -> bool:
    """Say whether right answers and explanations may stand in a result; only ever asked after handing in."""
    return (
        show_key is ShowKey.WITH_RESULT
        or (show_key is ShowKey.AFTER_PASSING and has_passed)
        or (show_key is ShowKey.AFTER_LAST_ATTEMPT and used_up)
    )


def _has_passed(session: Session, attempt: Attempt) -> bool:
    return bool(
        session.scalar(
            select(
                exists(
                    _counting_grades(attempt.enrolment_id, attempt.module_id).where(Grade.passed.is_(True))
                )
            )
        )
    )


def counting_score(session: Session, enrolment_id: int, module_id: int, rule: ScoreRule) -> int | None:
    """Return the score of a quiz that counts by *rule*; what has no score replaces none."""
    scored = _counting_grades(enrolment_id, module_id).where(Grade.score.is_not(None))
    order = Attempt.number.desc() if rule is ScoreRule.LAST else Grade.score.desc()
    return session.scalar(scored.order_by(order).limit(1))


def _counting_grades(enrolment_id: int, module_id: int) -> Select[int | None]:
    """Select the scores of the grades that count, one for each attempt handed in."""
    return (
        select(Grade.score)
        .join(Attempt, Attempt.id == Grade.attempt_id)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.module_id == module_id,
            Grade.id == latest_grade_id(),
        )
    )


def _item_results(
    session: Session, attempt: Attempt, place: QuizPlace, quiz: Quiz, grade: Grade, *, shows_key: bool
) -> tuple[ItemResultView, ...]:
    compiled = catalogue.compiled_module(session, place.digest)
    earned = {
        item.item_id: item
        for item in session.scalars(select(GradeItem).where(GradeItem.grade_id == grade.id))
    }
    answers = current_answers(session, attempt)
    words = {
        mark.item_id: mark.word
        for mark in session.execute(
            select(EssayMark.item_id, EssayMark.word)
            .where(EssayMark.attempt_id == attempt.id)
            .order_by(EssayMark.id)
        )
    }
    targets = Targets(session, place.live_release_id, place.kind, place.module_slug)
    views = []
    for position, item_id in enumerate(item_ids_of(session, attempt), start=1):
        item = quiz.item(item_id)
        given = answers.get(item_id)
        answer = given.answer if given is not None else empty_answer(item)
        asked = present(item, compiled.items[item_id], seed=attempt.seed, quiz_shuffles=quiz.shuffle_choices)
        key = compiled.keys[item_id]
        wire = show_answer(item, answer, seed=attempt.seed)
        feedback = (key.feedback_html[place_] for place_ in feedback_of(item, answer))
        views.append(
            ItemResultView(
                asked=asked,
                position=position,
                answer=wire,
                answer_html=readable(asked, wire),
                points=earned[item_id].points,
                max_points=earned[item_id].max_points,
                right=earned[item_id].right,
                feedback_html=tuple(html for html in feedback if html),
                word=words.get(item_id, ""),
                reread=targets.of(item),
                key_html=key.answer_html if shows_key else "",
                explanation_html=key.explanation_html if shows_key else "",
            )
        )
    return tuple(views)


def readable(asked: AskedItem, answer: WireAnswer) -> tuple[str, ...]:
    """Return *answer* as HTML to be read: texts for ids, in the order in which they were shown or given."""
    if isinstance(answer, str):
        return (escape(answer),) if answer else ()
    texts = {shown.id: shown.html for shown in (*asked.choices, *asked.right)}
    if isinstance(answer, dict):
        return tuple(f"{left.html} → {texts[answer[left.id]]}" for left in asked.left if left.id in answer)
    if asked.type is ItemType.ORDER:
        return tuple(texts.get(choice, "–") for choice in answer)
    return tuple(shown.html for shown in asked.choices if shown.id in answer)


class Targets:
    """Where the items of a quiz send their reader: `Baca lagi`, else where the objective is taught.

    *kind* and *module_slug* are those of the text with the quiz, *release_id* is what is live.
    """

    def __init__(self, session: Session, release_id: int, kind: str, module_slug: str) -> None:
        self._kind = kind
        self._module_slug = module_slug
        self._modules = {
            module.slug: module for module in catalogue.release_view(session, release_id).modules
        }
        self._session = session

    def of(self, item: Item) -> Reread | None:
        slug, _hash, anchor = item.reread.partition("#")
        if not item.reread and self._kind != ModuleKind.MODULE:
            slug = self._teaching(item.objective)
        elif not slug:
            slug = self._module_slug
        module = self._modules.get(slug)
        if module is None or module.kind != ModuleKind.MODULE:
            return None
        found = ANCHOR_PREFIX + anchor if anchor else ""
        # The live text may have lost the section that the pinned one names.
        headings = catalogue.compiled_module(self._session, module.digest).toc if found else ()
        heading = next((entry.text for entry in headings if entry.anchor == found), "")
        return Reread(module.slug, module.title, found if heading else "", heading)

    def _teaching(self, objective: str) -> str:
        if not objective:
            return ""
        for module in self._modules.values():
            if module.kind == ModuleKind.MODULE and objective in self._objectives(module.revision_id):
                return module.slug
        return ""

    def _objectives(self, revision_id: int) -> tuple[str, ...]:
        return catalogue.parsed_module(self._session, revision_id).objectives
