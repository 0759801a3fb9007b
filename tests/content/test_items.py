"""Every kind of item marks an answer: tables of cases by kind and setting."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from item_makers import (
    choice_item,
    choice_items,
    essay_item,
    items_with_answers,
    match_item,
    number_item,
    order_item,
    text_item,
)

from elearn.content.items import POINT, Answer, ChoiceItem, Item, ItemType, Marking, TextVariant
from elearn.content.items.base import rounded_share
from elearn.content.marking import feedback_of, right_answer

PARTIAL: dict[str, Any] = {"marking": Marking.PARTIAL}
DOCUMENTS = "x NIB | x Daftar bahan | Ijazah | KTP"
PERMITS = [("NIB", "OSS"), ("MD", "BPOM"), ("ML", "bpom"), ("Halal", "BPJPH"), ("", "Bank")]


@pytest.mark.parametrize(
    ("settings", "answer", "points"),
    [
        ({}, (0, 1), 10_000),
        ({}, (1, 0), 10_000),
        ({}, (0,), 0),
        ({}, (0, 1, 2), 0),
        ({}, (), 0),
        ({}, (0, 1, 9), 10_000),  # a place that is not there cannot have been ticked
        ({}, "NIB", 0),
        ({}, ((0, 1),), 0),
        (PARTIAL, (0, 1), 10_000),
        (PARTIAL, (0,), 5_000),
        (PARTIAL, (0, 2), 0),
        (PARTIAL, (0, 1, 2), 5_000),
        (PARTIAL, (2, 3), 0),
        (PARTIAL, (0, 1, 2, 3), 0),
        ({"max_points": 2 * POINT, **PARTIAL}, (1,), 10_000),
        ({"max_points": 1, **PARTIAL}, (1,), 1),  # half a ten-thousandth is rounded up
    ],
)
def test_a_multiple_choice_is_marked_by_its_ticks(
    settings: dict[str, Any], answer: Answer, points: int
) -> None:
    assert choice_item(DOCUMENTS, **settings).mark(answer) == points


@pytest.mark.parametrize("kind", [ItemType.SINGLE, ItemType.TRUE_FALSE])
@pytest.mark.parametrize(("answer", "right"), [((1,), True), ((0,), False), ((), False)])
def test_a_single_choice_is_right_or_wrong(kind: ItemType, answer: Answer, right: bool) -> None:
    item = choice_item("Benar | x Salah", type=kind)
    assert item.is_right(answer) is right
    assert item.mark(answer) == (POINT if right else 0)


def test_a_draft_without_a_right_choice_gives_no_points() -> None:
    assert choice_item("teh | kopi").mark(()) == 0
    assert choice_item("teh | kopi", **PARTIAL).mark((0,)) == 0


def test_an_item_worth_nothing_is_still_right_or_wrong() -> None:
    item = choice_item(DOCUMENTS, max_points=0)
    assert (item.mark((0, 1)), item.is_right((0, 1))) == (0, True)
    assert (item.mark((0,)), item.is_right((0,))) == (0, False)


@pytest.mark.parametrize(
    ("answer", "exact", "partial"),
    [
        ((0, 1, 2), 10_000, 10_000),
        ((0, 2, 1), 0, 3_333),
        ((0, -1, -1), 0, 3_333),
        ((0, 1, -1), 0, 6_667),
        ((2, 0, 1), 0, 0),
        ((0, 1, 2, 3), 10_000, 10_000),
        ((), 0, 0),
        ("012", 0, 0),
    ],
)
def test_an_ordering_is_marked_by_place(answer: Answer, exact: int, partial: int) -> None:
    assert order_item("NIB", "Bahan", "Ajukan").mark(answer) == exact
    assert order_item("NIB", "Bahan", "Ajukan", **PARTIAL).mark(answer) == partial


@pytest.mark.parametrize(
    ("answer", "exact", "partial"),
    [
        (((0, 0), (1, 1), (2, 2), (3, 3)), 10_000, 10_000),
        (((0, 0), (1, 2), (2, 1), (3, 3)), 10_000, 10_000),  # "BPOM" and "bpom" read the same
        (((0, 0), (1, 1), (2, 1), (3, 3)), 10_000, 10_000),
        (((0, 4), (1, 1), (2, 2), (3, 3)), 0, 7_500),
        (((3, 3),), 0, 2_500),
        (((0, 1), (1, 0)), 0, 0),
        (((9, 0), (0, 9), (-1, 0), (4, 4)), 0, 0),
        ((), 0, 0),
        ((0, 1), 0, 0),
    ],
)
def test_a_matching_is_marked_by_pairs(answer: Answer, exact: int, partial: int) -> None:
    assert match_item(*PERMITS).mark(answer) == exact
    assert match_item(*PERMITS, **PARTIAL).mark(answer) == partial


ORGAN = (
    "BPJPH | Badan Penyelenggara > Tepat.",
    "badan {50} > Kurang lengkap.",
    "LPPOM | LPPOM MUI {0} > Bukan.",
)


@pytest.mark.parametrize(
    ("settings", "answer", "points", "feedback"),
    [
        ({}, "BPJPH", 10_000, (0,)),
        ({}, "  bpjph. ", 10_000, (0,)),
        ({}, "badan   penyelenggara?!", 10_000, (0,)),
        ({}, "ＢＰＪＰＨ", 10_000, (0,)),
        ({}, "BP\u200bJ\u2060P\ufeffH", 10_000, (0,)),
        ({}, "badan\u00a0penyelenggara", 10_000, (0,)),
        ({}, "Badan", 5_000, (1,)),
        ({}, "lppom mui", 0, (2,)),
        ({}, "BPOM", 0, ()),
        ({}, "ВPJPH", 0, ()),  # a Cyrillic look-alike is another letter
        ({}, "", 0, ()),
        ({}, "\u200b", 0, ()),
        ({}, (0,), 0, ()),
        ({"exact": True}, "BPJPH", 10_000, (0,)),
        ({"exact": True}, "bpjph", 0, ()),
        ({"exact": True}, "BPJPH.", 0, ()),
        ({"exact": True}, "BP\u200bJPH", 10_000, (0,)),
        ({"exact": True, "typos": 1}, "BPJPh", 10_000, (0,)),
        ({"typos": 1}, "bpjp", 10_000, (0,)),
        ({"typos": 1}, "bpjphh", 10_000, (0,)),
        ({"typos": 1}, "bpjpx", 10_000, (0,)),
        ({"typos": 1}, "bpjhp", 0, ()),  # changed about: two edits
        ({"typos": 2}, "bpjhp", 10_000, (0,)),
        ({"typos": 1}, "bpj", 0, ()),
        ({"typos": 1}, "lppon", 0, (2,)),
        ({"marking": Marking.PARTIAL}, "Badan", 5_000, (1,)),
    ],
)
def test_a_short_text_is_compared_after_normalising(
    settings: dict[str, Any], answer: Answer, points: int, feedback: tuple[int, ...]
) -> None:
    item = text_item(*ORGAN, **settings)
    assert item.mark(answer) == points
    assert feedback_of(item, answer) == feedback


def test_typing_tolerance_is_not_for_answers_of_four_letters() -> None:
    assert text_item("gula", typos=2).mark("gulas") == 0
    assert text_item("gulai", typos=1).mark("gula") == POINT
    assert text_item("PP 39 12", typos=1).mark("PP 39 13") == 0  # digits are no letters


def test_a_foreseen_wrong_answer_stays_wrong_however_near_it_is() -> None:
    item = text_item("kecap", "kecup {0} > Itu ciuman.", typos=1)
    assert (item.mark("kecup"), feedback_of(item, "kecup")) == (0, (1,))
    assert item.mark("kecip") == POINT


def test_a_variant_of_weight_nought_is_a_wrong_one() -> None:
    assert TextVariant("teh", 1).right
    assert not TextVariant("teh", 0).right


@pytest.mark.parametrize(
    ("answer", "points", "feedback"),
    [
        ("5.000", 10_000, ()),
        ("Rp 5.000,-", 10_000, ()),
        ("5 ribu", 10_000, ()),
        ("5000 rupiah", 10_000, ()),
        ("4.900", 5_000, (1,)),
        ("5.100", 5_000, (1,)),
        ("4.899,99", 0, ()),
        ("5.100,01", 0, ()),
        ("5,000", 0, ()),
        ("lima ribu", 0, ()),
        ("", 0, ()),
        ((0,), 0, ()),
    ],
)
def test_of_overlapping_ranges_the_highest_weight_counts(
    answer: Answer, points: int, feedback: tuple[int, ...]
) -> None:
    item = number_item(("5000", "5000", 100), ("4900", "5100", 50), unit="rupiah")
    assert item.mark(answer) == points
    assert feedback_of(item, answer) == feedback


@pytest.mark.parametrize(
    ("answer", "right"),
    [("3,13", True), ("3,15", True), ("3,14", True), ("3,1299", False), ("3,1501", False), ("3,1500", True)],
)
def test_bounds_are_decimals_and_inclusive(answer: str, right: bool) -> None:
    value, tolerance = Decimal("3.14"), Decimal("0.01")
    item = number_item((str(value - tolerance), str(value + tolerance), 100))
    assert item.is_right(answer) is right


def test_an_essay_is_for_a_person_unless_it_is_empty_or_worth_nothing() -> None:
    assert (essay_item().mark("Garam."), essay_item().is_right("Garam.")) == (None, None)
    assert (essay_item().mark(""), essay_item().is_right("")) == (0, False)
    assert (essay_item(max_points=0).mark("Garam."), essay_item(max_points=0).is_right("")) == (0, None)
    assert right_answer(essay_item()) == ""


def test_feedback_is_that_of_what_was_chosen() -> None:
    item = choice_item("x BPJPH > Tepat. | LPPOM > Memeriksa. | BPOM | MUI > Fatwa.")
    assert feedback_of(item, (1, 2)) == (1,)
    assert feedback_of(item, (0, 1, 3)) == (0, 1, 3)
    assert feedback_of(item, ()) == ()
    assert feedback_of(item, (7, -1)) == ()
    assert feedback_of(order_item("a", "b", "c"), (0, 1, 2)) == ()


@pytest.mark.parametrize(
    ("choices", "quiz_shuffles", "settings", "shuffled"),
    [
        ("x a | b", True, {}, True),
        ("x a | b", False, {}, False),
        ("x a | b", False, {"shuffle": True}, True),
        ("x a | b", True, {"shuffle": False}, False),
        ("x Ya | Tidak", True, {"type": ItemType.TRUE_FALSE, "shuffle": True}, False),
        ("a | b | x Semua benar.", True, {"shuffle": True}, False),
        ("a | b | x Semua jawaban di atas benar", True, {}, False),
        ("a | b | Tidak ada yang benar", True, {}, False),
        ("a | b | Semua benar-benar bersih", True, {}, True),
        ("a | b | Tidak ada daging yang benar bersih", True, {}, True),
    ],
)
def test_choices_are_shuffled_where_their_order_means_nothing(
    choices: str, quiz_shuffles: bool, settings: dict[str, Any], shuffled: bool
) -> None:
    assert choice_item(choices, **settings).is_shuffled(quiz_shuffles=quiz_shuffles) is shuffled


@given(items_with_answers())
def test_points_lie_between_nothing_and_the_maximum(case: tuple[Item, Answer]) -> None:
    item, answer = case
    points = item.mark(answer)
    assert points is None or 0 <= points <= item.max_points
    if item.is_right(answer):
        assert points == item.max_points


@given(items_with_answers())
def test_the_right_answer_earns_all_that_can_be_earned(case: tuple[Item, Answer]) -> None:
    item, answer = case
    best = item.mark(right_answer(item))
    if item.type is not ItemType.ESSAY:
        assert best == rounded_share(item.max_points, item.best_share())
        assert best >= (item.mark(answer) or 0)


@given(choice_items(), st.data())
def test_the_order_of_ticks_does_not_matter(item: ChoiceItem, data: st.DataObject) -> None:
    ticks = data.draw(st.permutations(range(len(item.choices))))
    some = tuple(ticks[: data.draw(st.integers(0, len(ticks)))])
    assert item.mark(some) == item.mark(tuple(sorted(some)))


@given(st.integers(0, 10**7), st.integers(0, 60), st.integers(1, 60))
def test_points_are_rounded_half_up(max_points: int, numerator: int, denominator: int) -> None:
    share = min(Fraction(1), Fraction(numerator, denominator))
    exact = Decimal(max_points * share.numerator) / Decimal(share.denominator)
    assert rounded_share(max_points, share) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
