"""Answers in, result out: sums, pass mark, essays that wait."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from item_makers import choice_item, essay_item, items_with_answers, order_item, text_item

from elearn.content.items import POINT, Answer, Item, Marking, Quiz
from elearn.content.marking import (
    ItemResult,
    Outcome,
    QuizResult,
    feedback_of,
    mark_quiz,
    percent,
    reaches,
    right_answer,
    score_of,
)

CHOICE = choice_item("x NIB | KTP", item_id="q-aaaaa1")
TEXT = text_item("BPJPH", "badan {50}", item_id="q-aaaaa2")
ESSAY = essay_item(item_id="q-aaaaa3", max_points=2 * POINT)
NOTE = essay_item(item_id="q-aaaaa4", max_points=0)
QUIZ = Quiz((CHOICE, TEXT, ESSAY, NOTE), pass_mark=7_000)
IDS = tuple(item.id for item in QUIZ.items)


def summary(result: QuizResult) -> tuple[Outcome, bool | None, int | None]:
    return result.outcome, result.passed, result.score


@pytest.mark.parametrize(
    ("item_ids", "answers", "essays", "expected"),
    [
        (IDS[:2], {"q-aaaaa1": (0,), "q-aaaaa2": "bpjph"}, {}, (Outcome.GRADED, True, 10_000)),
        (IDS[:2], {"q-aaaaa1": (0,), "q-aaaaa2": "badan"}, {}, (Outcome.GRADED, True, 7_500)),
        (IDS[:2], {"q-aaaaa1": (1,), "q-aaaaa2": "bpjph"}, {}, (Outcome.GRADED, False, 5_000)),
        (IDS[:2], {"q-aaaaa2": "bpjph"}, {}, (Outcome.GRADED, False, 5_000)),
        (IDS[:2], {"q-aaaaa1": (1,)}, {}, (Outcome.GRADED, False, 0)),
        (IDS[:2], {"q-aaaaa1": (), "q-aaaaa2": ""}, {}, (Outcome.NOT_TAKEN, None, None)),
        (IDS[:2], {}, {}, (Outcome.NOT_TAKEN, None, None)),
        (
            IDS[:2],
            {"q-aaaaa3": "an answer to a question that was not asked"},
            {},
            (Outcome.NOT_TAKEN, None, None),
        ),
        (IDS, {"q-aaaaa1": (0,), "q-aaaaa3": "Garam."}, {}, (Outcome.WAITING, None, None)),
        (
            IDS,
            {"q-aaaaa1": (0,), "q-aaaaa3": "Garam."},
            {"q-aaaaa3": 2 * POINT},
            (Outcome.GRADED, True, 7_500),
        ),
        (IDS, {"q-aaaaa1": (0,), "q-aaaaa3": "Garam."}, {"q-aaaaa3": 0}, (Outcome.GRADED, False, 2_500)),
        # Without the essay's two points the rest cannot reach 70%, even all of it: decided already.
        (IDS, {"q-aaaaa3": "Garam."}, {}, (Outcome.GRADED, False, 0)),
        # An essay left empty is nothing to wait for.
        (IDS, {"q-aaaaa1": (0,), "q-aaaaa2": "bpjph"}, {}, (Outcome.GRADED, False, 5_000)),
        # An essay that is worth nothing never waits, but it is an answer.
        (IDS[3:], {"q-aaaaa4": "Garam."}, {}, (Outcome.GRADED, True, None)),
        (IDS[3:], {}, {}, (Outcome.NOT_TAKEN, None, None)),
        ((IDS[0], IDS[3]), {"q-aaaaa1": (0,), "q-aaaaa4": "Garam."}, {}, (Outcome.GRADED, True, 10_000)),
    ],
)
def test_a_quiz_is_marked(
    item_ids: tuple[str, ...],
    answers: dict[str, Answer],
    essays: dict[str, int],
    expected: tuple[Outcome, bool | None, int | None],
) -> None:
    assert summary(mark_quiz(QUIZ, item_ids, answers, essays)) == expected


def test_the_rest_can_decide_before_the_essay_is_marked() -> None:
    answers: dict[str, Answer] = {"q-aaaaa1": (0,), "q-aaaaa2": "bpjph", "q-aaaaa3": "Garam."}
    result = mark_quiz(replace(QUIZ, pass_mark=5_000), IDS, answers)
    assert summary(result) == (Outcome.GRADED, True, 5_000)
    assert result.unmarked_count == 1
    assert mark_quiz(replace(QUIZ, pass_mark=5_000), IDS, answers, {"q-aaaaa3": 5_000}).unmarked_count == 0


def test_the_result_tells_each_item_in_the_order_asked() -> None:
    answers: dict[str, Answer] = {"q-aaaaa2": "badan", "q-aaaaa3": "Garam.", "q-aaaaa4": "Air."}
    result = mark_quiz(QUIZ, ("q-aaaaa4", "q-aaaaa3", "q-aaaaa2", "q-aaaaa1"), answers)
    assert result.items == (
        ItemResult("q-aaaaa4", 0, 0, right=None),
        ItemResult("q-aaaaa3", None, 20_000, right=None),
        ItemResult("q-aaaaa2", 5_000, 10_000, right=False),
        ItemResult("q-aaaaa1", 0, 10_000, right=False),
    )
    assert (result.points, result.max_points) == (5_000, 40_000)


@pytest.mark.parametrize(("points", "right"), [(0, False), (19_999, False), (20_000, True)])
def test_a_person_marks_an_essay(points: int, right: bool) -> None:
    result = mark_quiz(QUIZ, IDS, {"q-aaaaa3": "Garam."}, {"q-aaaaa3": points})
    assert result.items[2] == ItemResult("q-aaaaa3", points, 20_000, right)


@pytest.mark.parametrize("points", [-1, 20_001])
def test_a_person_cannot_give_more_than_there_is(points: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        mark_quiz(QUIZ, IDS, {"q-aaaaa3": "Garam."}, {"q-aaaaa3": points})


def test_a_person_does_not_mark_what_a_machine_marks() -> None:
    result = mark_quiz(QUIZ, IDS[:1], {"q-aaaaa1": (1,)}, {"q-aaaaa1": POINT})
    assert result.points == 0


def test_the_pass_mark_is_the_one_the_attempt_began_with() -> None:
    answers: dict[str, Answer] = {"q-aaaaa1": (0,)}
    assert mark_quiz(QUIZ, IDS[:2], answers).passed is False
    assert mark_quiz(QUIZ, IDS[:2], answers, pass_mark=5_000).passed is True


def test_an_item_that_is_not_in_the_quiz_is_an_error() -> None:
    with pytest.raises(KeyError):
        mark_quiz(QUIZ, ["q-zzzzzz"], {})


def test_three_thirds_are_rounded_by_item_and_summed_as_they_stand() -> None:
    steps = [order_item("a", "b", "c", item_id=f"q-order{n}", marking=Marking.PARTIAL) for n in range(3)]
    result = mark_quiz(
        Quiz(tuple(steps)), [item.id for item in steps], {item.id: (0, 2, 1) for item in steps}
    )
    assert [item.points for item in result.items] == [3_333] * 3
    assert result.points == 9_999


@pytest.mark.parametrize(
    ("score", "shown"), [(6_999, 69), (7_000, 70), (7_099, 70), (9_999, 99), (10_000, 100), (0, 0), (99, 0)]
)
def test_percent_is_rounded_down(score: int, shown: int) -> None:
    assert percent(score) == shown


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 10_000))
def test_the_score_reaches_the_pass_mark_when_the_points_do(
    points: int, max_points: int, pass_mark: int
) -> None:
    points = min(points, max_points)
    score = score_of(points, max_points)
    assert score is not None
    assert 0 <= score <= 10_000
    assert reaches(points, pass_mark, max_points) is (score >= pass_mark)
    if pass_mark % 100 == 0 and not reaches(points, pass_mark, max_points):
        assert percent(score) < pass_mark // 100


@given(st.lists(items_with_answers(), min_size=1, max_size=6), st.data())
def test_the_order_of_the_questions_does_not_change_the_result(
    cases: list[tuple[Item, Any]], data: st.DataObject
) -> None:
    items = tuple(replace(item, id=f"q-{place:06}") for place, (item, _) in enumerate(cases))
    answers = {item.id: answer for item, (_, answer) in zip(items, cases, strict=True)}
    ids = [item.id for item in items]
    quiz = Quiz(items, pass_mark=data.draw(st.integers(0, 10_000)))

    one = mark_quiz(quiz, ids, answers)
    other = mark_quiz(quiz, data.draw(st.permutations(ids)), answers)

    assert summary(one) == summary(other)
    assert one.points == other.points
    assert sorted(one.items, key=lambda result: result.item_id) == sorted(
        other.items, key=lambda result: result.item_id
    )
    assert 0 <= one.points <= one.max_points
    assert (one.passed is None) is (one.outcome is not Outcome.GRADED)


def test_key_and_feedback_are_asked_by_item() -> None:
    assert right_answer(CHOICE) == (0,)
    assert right_answer(TEXT) == "BPJPH"
    assert right_answer(order_item("a", "b", "c")) == (0, 1, 2)
    assert feedback_of(choice_item("x a > Ya. | b"), (0,)) == (0,)
