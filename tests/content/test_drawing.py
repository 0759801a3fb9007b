"""Which questions are asked: totals, groups, unseen ones first."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from item_makers import SEEDS, choice_item, essay_item, text_item

from elearn.content.drawing import can_always_pass, draw
from elearn.content.items import POINT, Draw, DrawPart, Item, Quiz

GROUPS = ["", "harga", "bahan"]


def pool(*groups: str) -> tuple[Item, ...]:
    return tuple(
        choice_item("x a | b", item_id=f"q-{place:06}", group=group) for place, group in enumerate(groups)
    )


def quiz(items: tuple[Item, ...], total: int | None = None, *parts: tuple[int, str], **settings: Any) -> Quiz:
    return Quiz(items, draw=Draw(total, tuple(DrawPart(count, group) for count, group in parts)), **settings)


def groups_of(asked: tuple[str, ...], whole: Quiz) -> list[str]:
    return sorted(whole.item(item_id).group for item_id in asked)


def test_without_ambil_all_are_asked() -> None:
    whole = quiz(pool("", "harga", ""))
    assert sorted(draw(whole, seed=1)) == ["q-000000", "q-000001", "q-000002"]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("total", "parts", "groups"),
    [
        (3, [], None),
        (None, [(2, "harga")], ["harga", "harga"]),
        (3, [(2, "harga"), (1, "bahan")], ["bahan", "harga", "harga"]),
        (5, [(2, "harga"), (1, "bahan")], ["", "", "bahan", "harga", "harga"]),
        (None, [(1, "harga"), (1, "harga")], ["harga", "harga"]),
        (6, [(2, "harga")], ["", "", "bahan", "bahan", "harga", "harga"]),
        # Outside the groups are only two: the rest has to come from within.
        (7, [(2, "harga"), (2, "bahan")], ["", "", "bahan", "bahan", "harga", "harga", "harga"]),
        (9, [(9, "harga")], ["", "", "bahan", "bahan", "harga", "harga", "harga"]),
    ],
)
def test_groups_give_what_is_asked_of_them(
    seed: int, total: int | None, parts: list[tuple[int, str]], groups: list[str] | None
) -> None:
    whole = quiz(pool("harga", "", "bahan", "harga", "", "bahan", "harga"), total, *parts)
    asked = draw(whole, seed=seed)
    assert len(set(asked)) == len(asked)
    if groups is None:
        assert len(asked) == total
    else:
        assert groups_of(asked, whole) == groups


def test_the_order_is_that_of_the_source_where_nothing_is_shuffled() -> None:
    whole = quiz(pool(*[""] * 9), 5, shuffle_items=False)
    draws = {draw(whole, seed=seed) for seed in range(30)}
    assert all(list(asked) == sorted(asked) for asked in draws)
    assert len(draws) > 10


def test_the_order_is_shuffled_otherwise() -> None:
    whole = quiz(pool(*[""] * 6))
    assert len({draw(whole, seed=seed) for seed in range(30)}) > 20


def test_the_draw_of_a_seed_never_changes() -> None:
    whole = quiz(pool("", "harga", "", "harga", "bahan", ""), 4, (1, "harga"))
    assert draw(whole, seed=20261123) == ("q-000004", "q-000000", "q-000003", "q-000005")


@given(st.data(), SEEDS)
def test_a_draw_keeps_to_totals_and_groups_and_prefers_the_unseen(data: st.DataObject, seed: int) -> None:
    items = pool(*data.draw(st.lists(st.sampled_from(GROUPS), min_size=1, max_size=12)))
    groups = [item.group for item in items]
    parts = [
        (data.draw(st.integers(1, max(1, groups.count(name)))), name)
        for name in ("harga", "bahan")
        if name in groups
    ]
    least = sum(count for count, _ in parts)
    total = data.draw(st.none() | st.integers(least, len(items)))
    assume(total != 0)
    seen = data.draw(st.sets(st.sampled_from([item.id for item in items])))
    whole = quiz(items, total, *parts)

    asked = draw(whole, seed=seed, seen=seen)

    assert asked == draw(whole, seed=seed, seen=seen)
    assert len(set(asked)) == len(asked) == (total or least or len(items))
    outside = [item for item in items if item.group not in {name for _, name in parts}]
    for count, name in parts:
        drawn = groups_of(asked, whole).count(name)
        assert drawn >= count
        if total is None or total - least <= len(outside):
            assert drawn == count
    # A seen one is asked only when every unseen one of its group (without parts: of all) is.
    for group in GROUPS:
        of_group = [item.id for item in items if item.group == group or not parts]
        if seen & set(asked) & set(of_group):
            assert set(of_group) - seen <= set(asked)


def test_unseen_ones_come_first_within_their_group() -> None:
    whole = quiz(pool("harga", "harga", "harga", "", "", ""), 4, (2, "harga"))
    seen = {"q-000000", "q-000003", "q-000004"}
    for seed in range(20):
        asked = set(draw(whole, seed=seed, seen=seen))
        assert {"q-000001", "q-000002", "q-000005"} <= asked
        assert "q-000000" not in asked


HALF = text_item("teh {50}", item_id="q-half01")
TWO_FIFTHS = text_item("teh {40}", item_id="q-fifth1", group="harga", max_points=2 * POINT)
FULL = text_item("teh", item_id="q-full01")


@pytest.mark.parametrize(
    ("items", "draw_of", "pass_mark", "possible"),
    [
        ((FULL,), Draw(), 10_000, True),
        ((HALF,), Draw(), 5_000, True),
        ((HALF,), Draw(), 5_001, False),
        ((HALF, FULL), Draw(), 7_500, True),
        ((HALF, FULL), Draw(), 7_501, False),
        ((HALF, FULL), Draw(1), 7_500, False),
        ((TWO_FIFTHS, FULL, FULL), Draw(2), 6_000, True),
        ((TWO_FIFTHS, FULL, FULL), Draw(2), 6_001, False),
        ((TWO_FIFTHS, HALF, FULL), Draw(2, (DrawPart(1, "harga"),)), 4_334, False),
        ((TWO_FIFTHS, HALF, FULL), Draw(2, (DrawPart(1, "harga"),)), 4_333, True),
        ((essay_item(),), Draw(), 10_000, True),
        ((essay_item(max_points=0),), Draw(), 10_000, True),
    ],
)
def test_the_worst_draw_must_be_able_to_pass(
    items: tuple[Item, ...], draw_of: Draw, pass_mark: int, possible: bool
) -> None:
    assert can_always_pass(Quiz(items, draw=draw_of, pass_mark=pass_mark)) is possible
