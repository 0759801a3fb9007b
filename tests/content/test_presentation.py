"""What a learner sees of a question, and the way of an answer there and back."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from item_makers import (
    ITEMS,
    SEEDS,
    choice_item,
    compiled,
    essay_item,
    items_with_answers,
    match_item,
    number_item,
    order_item,
    text_item,
)

from elearn.content import presentation
from elearn.content.items import Answer, Choice, ChoiceItem, Item, ItemType, MatchItem, OrderItem
from elearn.content.pieces import Piece
from elearn.content.presentation import (
    AnswerShapeError,
    AnswerTooLongError,
    AskedItem,
    answer_from_json,
    answer_to_json,
    empty_answer,
    is_complete,
    is_unclear,
    opaque_ids,
    present,
    read_answer,
    show_answer,
    unclear_hint,
)
from elearn.content.spelling import matching_text

SEED = 4_611_686_018_427_387_905
PERMITS = [("NIB", "OSS"), ("MD", "BPOM"), ("Halal", "BPJPH"), ("", "Bank")]


def shown(item: Item, seed: int = SEED, *, quiz_shuffles: bool = True) -> AskedItem:
    return present(item, compiled(item), seed=seed, quiz_shuffles=quiz_shuffles)


def all_ids(asked: AskedItem) -> list[str]:
    return [one.id for one in (*asked.choices, *asked.left, *asked.right)]


def test_a_page_gets_texts_under_opaque_ids_and_nothing_else() -> None:
    asked = shown(choice_item("x BPJPH > Tepat. | LPPOM | BPOM", type=ItemType.SINGLE))
    assert sorted(choice.html for choice in asked.choices) == ["<b>BPJPH</b>", "<b>BPOM</b>", "<b>LPPOM</b>"]
    assert all(re.fullmatch("[0-9a-f]{8}", choice.id) for choice in asked.choices)
    assert {field.name for field in fields(AskedItem)} == {
        *("id", "type", "prompt_html", "choices", "left", "right", "heads", "unit", "hint_html")
    }
    assert "Tepat" not in repr(asked)
    assert (asked.id, asked.type, asked.prompt_html) == ("q-choice1", ItemType.SINGLE, "<p>Mana?</p>")
    assert asked.hint_html == "<p>Ingat modul 2.</p>"


def test_a_matching_shows_two_columns_and_an_ordering_its_steps() -> None:
    asked = shown(match_item(*PERMITS, heads=("Izin", "Penerbit")))
    assert [left.html for left in asked.left] == ["<b>NIB</b>", "<b>MD</b>", "<b>Halal</b>"]
    assert sorted(right.html for right in asked.right) == [
        "<b>BPJPH</b>",
        "<b>BPOM</b>",
        "<b>Bank</b>",
        "<b>OSS</b>",
    ]
    assert (asked.heads, asked.choices) == (("Izin", "Penerbit"), ())
    steps = shown(order_item("a", "b", "c"))
    assert sorted(step.html for step in steps.choices) == ["<b>a</b>", "<b>b</b>", "<b>c</b>"]
    assert (steps.left, steps.right) == ((), ())


def test_a_number_shows_its_unit_and_no_more() -> None:
    asked = shown(number_item(("5000", "5000", 100), unit="rupiah"))
    assert asked.unit == "rupiah"
    assert "5000" not in repr(asked)
    assert shown(text_item("BPJPH")) == replace(asked, id="q-text01", type=ItemType.TEXT, unit="")


@pytest.mark.parametrize("quiz_shuffles", [True, False])
@pytest.mark.parametrize("shuffle", [True, False, None])
def test_choices_are_shuffled_as_the_settings_say(quiz_shuffles: bool, shuffle: bool | None) -> None:
    item = choice_item("x 0 | 1 | 2 | 3 | 4", shuffle=shuffle)
    orders = {
        tuple(choice.html for choice in shown(item, seed, quiz_shuffles=quiz_shuffles).choices)
        for seed in range(40)
    }
    if (shuffle is None and quiz_shuffles) or shuffle:
        assert len(orders) > 20
    else:
        assert orders == {tuple(f"<b>{number}</b>" for number in range(5))}


def test_true_and_false_stay_where_they_are() -> None:
    item = choice_item("x Benar | Salah", type=ItemType.TRUE_FALSE)
    assert {shown(item, seed).choices[0].html for seed in range(20)} == {"<b>Benar</b>"}


@given(ITEMS, SEEDS)
def test_the_same_seed_shows_the_same(item: Item, seed: int) -> None:
    assert shown(item, seed) == shown(item, seed)


@given(ITEMS, SEEDS)
def test_opaque_ids_are_unique_in_their_item_and_of_one_length(item: Item, seed: int) -> None:
    ids = all_ids(shown(item, seed))
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[0-9a-f]{8}", opaque) for opaque in ids)


def test_two_ids_that_would_be_the_same_become_different(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presentation, "OPAQUE_LENGTH", 1)
    item = choice_item("x a | " + " | ".join("bcdefghijk"))
    ids = opaque_ids(item, seed=SEED)
    assert len(set(ids)) == 11
    assert ids == opaque_ids(item, seed=SEED)


def test_ids_tell_nothing_of_another_attempt_item_or_place() -> None:
    item = choice_item("x a | b | c | d")
    other = replace(item, id="q-choice2")
    drawn = [*opaque_ids(item, seed=SEED), *opaque_ids(item, seed=SEED + 1), *opaque_ids(other, seed=SEED)]
    assert len(set(drawn)) == 12
    ascending = sum(
        opaque_ids(item, seed=seed) == tuple(sorted(opaque_ids(item, seed=seed))) for seed in range(480)
    )
    assert ascending < 60  # one in 24 by chance: 20


@given(ITEMS, SEEDS)
def test_steps_and_right_column_are_never_in_the_order_of_the_key(item: Item, seed: int) -> None:
    asked = shown(item, seed)
    if isinstance(item, OrderItem):
        assert [step.html for step in asked.choices] != [f"<b>{step.text}</b>" for step in item.steps]
        as_shown = [step.id for step in asked.choices]
        assert item.is_right(read_answer(item, as_shown, seed=seed)) is False
    if isinstance(item, MatchItem) and len({matching_text(right.text) for right in item.rights}) > 1:
        rows = zip(asked.left, asked.right, strict=False)
        across = {left.id: right.id for left, right in rows}
        assert item.is_right(read_answer(item, across, seed=seed)) is False


def test_what_reads_all_the_same_is_shown_in_any_order() -> None:
    asked = shown(match_item(("NIB", "OSS"), ("Akun", "oss")))
    assert len(asked.right) == 2


@given(items_with_answers(), SEEDS)
def test_an_answer_comes_back_as_it_went(case: tuple[Item, Answer], seed: int) -> None:
    item, answer = case
    wire = json.loads(json.dumps(show_answer(item, answer, seed=seed)))
    assert read_answer(item, wire, seed=seed) == answer


@given(items_with_answers())
def test_a_stored_answer_comes_back_as_it_was(case: tuple[Item, Answer]) -> None:
    _, answer = case
    assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer


def mirrored(item: Item) -> Item:
    """The same question with another key."""
    if isinstance(item, ChoiceItem):
        choices = tuple(Choice(choice.text, not choice.right, Piece("x")) for choice in item.choices)
        return replace(item, choices=choices)
    if isinstance(item, MatchItem):
        return item
    return replace(item, max_points=item.max_points + 1)


@given(items_with_answers(), SEEDS)
def test_what_is_shown_and_read_does_not_depend_on_what_is_right(
    case: tuple[Item, Answer], seed: int
) -> None:
    item, answer = case
    other = mirrored(item)
    wire = show_answer(item, answer, seed=seed)
    assert show_answer(other, answer, seed=seed) == wire
    assert read_answer(other, wire, seed=seed) == answer
    assert shown(other, seed) == shown(item, seed)
    assert is_complete(other, answer) == is_complete(item, answer)
    assert unclear_hint(other, answer) == unclear_hint(item, answer)


@given(SEEDS)
def test_the_wire_is_as_long_whichever_choice_is_ticked(seed: int) -> None:
    item = choice_item("x a | b | c")
    lengths = {len(json.dumps(show_answer(item, (place,), seed=seed))) for place in range(3)}
    assert len(lengths) == 1


def test_ticks_are_not_listed_in_the_order_of_the_source() -> None:
    item = choice_item("x a | x b | c | d")
    for seed in range(50):
        wire = show_answer(item, (0, 1, 2, 3), seed=seed)
        assert wire == sorted(wire)


def test_an_order_is_an_answer_only_if_it_is_sent() -> None:
    item = order_item("a", "b", "c")
    as_shown = [step.id for step in shown(item).choices]
    assert read_answer(item, [], seed=SEED) == ()
    assert read_answer(item, ["", "", ""], seed=SEED) == ()
    assert sorted(read_answer(item, as_shown, seed=SEED)) == [0, 1, 2]


def test_an_order_may_have_places_left_empty() -> None:
    item = order_item("a", "b", "c")
    a, _, c = opaque_ids(item, seed=SEED)
    assert read_answer(item, [c, "", a], seed=SEED) == (2, -1, 0)
    assert read_answer(item, [c], seed=SEED) == (2, -1, -1)
    assert show_answer(item, (2, -1, 0), seed=SEED) == [c, "", a]
    assert read_answer(item, {a: "3", c: "1"}, seed=SEED) == (2, -1, 0)
    assert read_answer(item, {a: "", c: ""}, seed=SEED) == ()
    assert read_answer(item, {}, seed=SEED) == ()


def test_the_same_number_for_two_steps_is_said_in_a_sentence() -> None:
    item = order_item("a", "b", "c")
    a, b, _ = opaque_ids(item, seed=SEED)
    with pytest.raises(AnswerShapeError, match="Nomor 2 dipilih untuk dua langkah"):
        read_answer(item, {a: "2", b: "2"}, seed=SEED)
    with pytest.raises(AnswerShapeError, match="Ada langkah yang dipilih dua kali"):
        read_answer(item, [a, b, a], seed=SEED)


def test_a_matching_may_be_half_filled() -> None:
    item = match_item(*PERMITS)
    asked = shown(item)
    first, second, _ = (left.id for left in asked.left)
    bank = opaque_ids(item, seed=SEED)[3]
    assert read_answer(item, {second: bank, first: ""}, seed=SEED) == ((1, 3),)
    assert read_answer(item, {second: bank, first: bank}, seed=SEED) == ((0, 3), (1, 3))


def wrong_shapes() -> Iterator[tuple[Item, Any]]:
    single, multiple = choice_item("x a | b", type=ItemType.SINGLE), choice_item("x a | x b | c")
    order, match = order_item("a", "b", "c"), match_item(*PERMITS)
    raw: Any
    item: Item
    left = shown(match).left[0].id
    right = shown(match).right[0].id
    one, two = opaque_ids(single, seed=SEED)
    for item in (single, multiple, order):
        known = opaque_ids(item, seed=SEED)[0]
        for raw in (
            None,
            0,
            True,
            "",
            known,
            [0],
            [None],
            [[known]],
            ["00000000"],
            ["a", "b", "c"],
            [known] * 9,
        ):
            yield item, raw
    for item in (single, multiple):
        yield item, {}
        yield item, [""]
    yield multiple, [opaque_ids(multiple, seed=SEED)[0]] * 2
    yield single, [one, two]
    step = opaque_ids(order, seed=SEED)[0]
    for number in (1, "0", "4", "-1", "x", "1.0", None, ["1"]):
        yield order, {step: number}
    yield order, {"00000000": "1"}
    yield order, {str(number): "" for number in range(4)}
    for raw in (
        None,
        "",
        [],
        [left],
        {left: None},
        {left: "00000000"},
        {right: left},
        {left: [right]},
        {left: 0},
    ):
        yield match, raw
    yield match, {str(number): "" for number in range(4)}
    for item in (text_item("a"), number_item(("1", "1", 100)), essay_item()):
        for raw in (None, 1, True, [], ["a"], {}, b"a", "a\0b", "\ud800"):
            yield item, raw


@pytest.mark.parametrize(("item", "raw"), list(wrong_shapes()))
def test_what_is_no_answer_to_this_item_is_refused_in_one_sentence(item: Item, raw: Any) -> None:
    with pytest.raises(AnswerShapeError) as refused:
        read_answer(item, raw, seed=SEED)
    assert re.fullmatch(r"[A-Z].{20,110}\.", str(refused.value))
    assert not isinstance(refused.value, AnswerTooLongError)


@pytest.mark.parametrize(
    ("item", "limit", "written"),
    [
        (text_item("a"), 500, "500"),
        (number_item(("1", "1", 100)), 500, "500"),
        (essay_item(), 10_000, "10.000"),
    ],
)
def test_what_is_too_long_is_refused_with_the_limit(item: Item, limit: int, written: str) -> None:
    assert read_answer(item, "a" * limit, seed=SEED) == "a" * limit
    with pytest.raises(AnswerTooLongError) as refused:
        read_answer(item, "a" * (limit + 1), seed=SEED)
    assert str(refused.value) == f"Jawaban terlalu panjang. Paling banyak {written} huruf."
    assert refused.value.limit == limit


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (" 5,000 ", " 5,000 "),
        ("satu\r\ndua\r\n", "satu\ndua\n"),
        ("a\u200bb", "a\u200bb"),
        ("👍", "👍"),
        ("   ", ""),
        ("\u200b \n", ""),
        ("", ""),
    ],
)
def test_a_text_is_kept_as_typed(raw: str, kept: str) -> None:
    assert read_answer(essay_item(), raw, seed=SEED) == kept


@pytest.mark.parametrize(
    ("item", "answer", "complete"),
    [
        (choice_item("x a | b"), (), False),
        (choice_item("x a | b"), (1,), True),
        (order_item("a", "b", "c"), (), False),
        (order_item("a", "b", "c"), (0, -1, 2), False),
        (order_item("a", "b", "c"), (2, 1, 0), True),
        (match_item(*PERMITS), ((0, 0), (2, 1)), False),
        (match_item(*PERMITS), ((0, 0), (1, 0), (2, 1)), True),
        (text_item("a"), "", False),
        (text_item("a"), "b", True),
        (essay_item(max_points=0), "", False),
        (essay_item(), "Garam.", True),
    ],
)
def test_what_is_missing_can_be_told_without_the_key(item: Item, answer: Answer, complete: bool) -> None:
    assert is_complete(item, answer) is complete


@given(ITEMS, SEEDS)
def test_the_empty_answer_is_empty_everywhere(item: Item, seed: int) -> None:
    nothing = empty_answer(item)
    assert not nothing
    assert not is_complete(item, nothing)
    assert not is_unclear(item, nothing)
    assert not show_answer(item, nothing, seed=seed)
    assert read_answer(item, show_answer(item, nothing, seed=seed), seed=seed) == nothing


@pytest.mark.parametrize(
    ("answer", "unclear"),
    [("3.5", True), ("5,000", True), ("lima", True), ("3,5", False), ("5 kg", False), ("", False)],
)
def test_an_unclear_number_gets_a_hint(answer: str, unclear: bool) -> None:
    item = number_item(("1", "2", 100), unit="kg")
    assert is_unclear(item, answer) is unclear
    assert bool(unclear_hint(item, answer)) is unclear
    if unclear:
        assert "Tulis seperti 3,5" in unclear_hint(item, answer)


def test_only_numbers_are_ever_unclear() -> None:
    assert not is_unclear(text_item("3,5"), "3.5")
    assert unclear_hint(essay_item(), "3.5") == ""
