"""Answers in, QuizResult out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from elearn.content.items import Answer, Item, Quiz

#: A score is a share in ten-thousandths; this is all of it.
WHOLE_SCORE = 10_000

_NO_POINTS: Mapping[str, int] = MappingProxyType({})


class Outcome(StrEnum):
    """What became of a quiz that was handed in."""

    GRADED = "graded"
    WAITING = "waiting"
    NOT_TAKEN = "not_taken"


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What one item earned. *points* is None while a person has to mark it.

    *right* is None there too, and for an essay that is worth nothing: nobody judges it.
    """

    item_id: str
    points: int | None
    max_points: int
    right: bool | None


@dataclass(frozen=True, slots=True)
class QuizResult:
    """What a quiz earned, in ten-thousandths of a point; *score* is a share in ten-thousandths.

    *points* counts what is marked so far. *score* is None where the maximum is 0 and where the outcome is
    not `GRADED`; *passed* is None where it is not decided. A graded result can still have an unmarked
    essay: then the rest decided, and the score may yet grow.
    """

    items: tuple[ItemResult, ...]
    points: int
    max_points: int
    outcome: Outcome
    passed: bool | None
    score: int | None

    @property
    def unmarked_count(self) -> int:
        """How many essays a person has still to mark."""
        return sum(item.points is None for item in self.items)


def mark_quiz(
    quiz: Quiz,
    item_ids: Sequence[str],
    answers: Mapping[str, Answer],
    essay_points: Mapping[str, int] = _NO_POINTS,
    *,
    pass_mark: int | None = None,
) -> QuizResult:
    """Mark the items *item_ids* of *quiz*; an item left out of *answers* earns nothing.

    *essay_points* are what a person gave, by item; ValueError where that is below 0 or above the item's
    maximum. *pass_mark* is the one the attempt began with, where it is not the quiz's own.
    """
    asked = [quiz.item(item_id) for item_id in item_ids]
    items = tuple(_item_result(item, answers.get(item.id, ""), essay_points.get(item.id)) for item in asked)
    points = sum(item.points or 0 for item in items)
    max_points = sum(item.max_points for item in items)
    if not any(answers.get(item.id) for item in asked):
        return QuizResult(items, points, max_points, Outcome.NOT_TAKEN, passed=None, score=None)

    mark = quiz.pass_mark if pass_mark is None else pass_mark
    open_points = sum(item.max_points for item in items if item.points is None)
    passed = reaches(points, mark, max_points)
    if not passed and reaches(points + open_points, mark, max_points):
        return QuizResult(items, points, max_points, Outcome.WAITING, passed=None, score=None)
    return QuizResult(items, points, max_points, Outcome.GRADED, passed, score_of(points, max_points))


def _item_result(item: Item, answer: Answer, given: int | None) -> ItemResult:
    """Mark *item*; what a person gave counts where a machine cannot tell."""
    if given is not None and not 0 <= given <= item.max_points:
        message = f"points of {item.id} out of range: {given}"
        raise ValueError(message)
    points, right = item.mark(answer), item.is_right(answer)
    if points is None and given is not None:
        return ItemResult(item.id, given, item.max_points, right=given == item.max_points)
    return ItemResult(item.id, points, item.max_points, right)


def reaches(points: int, pass_mark: int, max_points: int) -> bool:
    """Say whether *points* of *max_points* reach *pass_mark*: integers, so nothing is rounded."""
    return points * WHOLE_SCORE >= pass_mark * max_points


def score_of(points: int, max_points: int) -> int | None:
    """Return the share in ten-thousandths, rounded down; None of nothing.

    Rounded down, because then it reaches a pass mark exactly when the points do.
    """
    return points * WHOLE_SCORE // max_points if max_points else None


def percent(score: int) -> int:
    """Return *score* as a whole percentage, rounded down: 69.99% never reads 70%."""
    return score // 100


def right_answer(item: Item) -> Answer:
    """Return an answer to *item* that earns all that can be earned; empty for an essay. Shows the key!"""
    return item.right_answer()


def feedback_of(item: Item, answer: Answer) -> tuple[int, ...]:
    """Return the positions (of choices, or of answer rows) whose feedback is shown for *answer*."""
    return item.feedback_of(answer)
