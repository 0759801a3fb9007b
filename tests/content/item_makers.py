"""Items of all eight kinds for tables and properties: made in code, so that no parser is needed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from elearn.content.items import (
    POINT,
    Choice,
    ChoiceItem,
    EssayItem,
    Item,
    ItemType,
    Marking,
    MatchItem,
    NumberItem,
    NumberRange,
    OrderItem,
    TextItem,
    TextVariant,
)
from elearn.content.pieces import Piece

BARE: dict[str, Any] = {"title": "Soal 1", "prompt": Piece("Mana?"), "line": 10}


def choice_item(choices: str, item_id: str = "q-choice1", **settings: Any) -> ChoiceItem:
    """Make one from `x BPJPH | LPPOM | x BPOM > feedback`."""
    made = []
    for written in choices.split("|"):
        text, _, feedback = written.strip().partition(" > ")
        right = text.startswith("x ")
        made.append(Choice(Piece(text.removeprefix("x ")), right, Piece(feedback) if feedback else None))
    given = {"type": ItemType.MULTIPLE, **BARE, **settings}
    return ChoiceItem(id=item_id, choices=tuple(made), **given)


def text_item(*rows: str, item_id: str = "q-text01", **settings: Any) -> TextItem:
    """Make one from rows `BPJPH | Badan … {50} > feedback`; weight 0 is a wrong answer."""
    made = []
    for row, written in enumerate(rows):
        answers, _, feedback = written.partition(" > ")
        answers, _, weight = answers.partition(" {")
        for answer in answers.split("|"):
            worth = int(weight.rstrip("}")) if weight else 100
            made.append(TextVariant(answer.strip(), worth, Piece(feedback) if feedback else None, row))
    return TextItem(id=item_id, type=ItemType.TEXT, variants=tuple(made), **{**BARE, **settings})


def number_item(*ranges: tuple[str, str, int], item_id: str = "q-number", **settings: Any) -> NumberItem:
    made = tuple(
        NumberRange(
            Decimal(low),
            Decimal(high),
            weight,
            f"{low} – {high}",
            Piece(f"{weight}") if weight < 100 else None,
        )
        for low, high, weight in ranges
    )
    return NumberItem(id=item_id, type=ItemType.NUMBER, ranges=made, **{**BARE, **settings})


def order_item(*steps: str, item_id: str = "q-order1", **settings: Any) -> OrderItem:
    pieces = tuple(Piece(step) for step in steps)
    return OrderItem(id=item_id, type=ItemType.ORDER, steps=pieces, **{**BARE, **settings})


def match_item(*rows: tuple[str, str], item_id: str = "q-match1", **settings: Any) -> MatchItem:
    """Make one from rows (left, right); extra wrong rights have an empty left and stand last."""
    lefts = tuple(Piece(left) for left, _ in rows if left)
    rights = tuple(Piece(right) for _, right in rows)
    return MatchItem(id=item_id, type=ItemType.MATCH, lefts=lefts, rights=rights, **{**BARE, **settings})


def essay_item(item_id: str = "q-essay1", **settings: Any) -> EssayItem:
    return EssayItem(id=item_id, type=ItemType.ESSAY, **{**BARE, **settings})


@dataclass(frozen=True)
class Compiled:
    """What a compiler would give: the source in angle brackets."""

    prompt_html: str = "<p>Mana?</p>"
    choices_html: tuple[str, ...] = ()
    lefts_html: tuple[str, ...] = ()
    rights_html: tuple[str, ...] = ()
    steps_html: tuple[str, ...] = ()
    hint_html: str = "<p>Ingat modul 2.</p>"


def compiled(item: Item) -> Compiled:
    if isinstance(item, ChoiceItem):
        return Compiled(choices_html=tuple(f"<b>{choice.text.text}</b>" for choice in item.choices))
    if isinstance(item, OrderItem):
        return Compiled(steps_html=tuple(f"<b>{step.text}</b>" for step in item.steps))
    if isinstance(item, MatchItem):
        return Compiled(
            lefts_html=tuple(f"<b>{left.text}</b>" for left in item.lefts),
            rights_html=tuple(f"<b>{right.text}</b>" for right in item.rights),
        )
    return Compiled()


SEEDS = st.integers(min_value=0, max_value=2**63 - 1)
POINTS = st.sampled_from([0, 1, 3333, POINT, 2 * POINT, 77_777])
SETTINGS = st.fixed_dictionaries({"max_points": POINTS, "marking": st.sampled_from(Marking)})


@st.composite
def choice_items(draw: st.DrawFn) -> ChoiceItem:
    kind = draw(st.sampled_from([ItemType.SINGLE, ItemType.MULTIPLE, ItemType.TRUE_FALSE]))
    count = 2 if kind is ItemType.TRUE_FALSE else draw(st.integers(2, 9))
    right = draw(st.integers(0, count - 1))
    also = draw(st.booleans()) and kind is ItemType.MULTIPLE
    written = [
        ("x " if place == right or (also and place % 2) else "") + f"pilihan {place}"
        for place in range(count)
    ]
    shuffle = draw(st.sampled_from([None, True, False]))
    return choice_item(" | ".join(written), type=kind, shuffle=shuffle, **draw(SETTINGS))


@st.composite
def order_items(draw: st.DrawFn) -> OrderItem:
    return order_item(*(f"langkah {place}" for place in range(draw(st.integers(3, 8)))), **draw(SETTINGS))


@st.composite
def match_items(draw: st.DrawFn) -> MatchItem:
    count, extra = draw(st.integers(2, 7)), draw(st.integers(0, 3))
    rights = draw(
        st.lists(st.sampled_from(["BPOM", "Bpom", "OSS", "BPJPH", "Bank"]), min_size=count, max_size=count)
    )
    rows = [(f"kiri {place}", right) for place, right in enumerate(rights)]
    return match_item(*rows, *[("", f"lebih {place}") for place in range(extra)], **draw(SETTINGS))


@st.composite
def text_items(draw: st.DrawFn) -> TextItem:
    typos = draw(st.integers(0, 2))
    return text_item(
        "BPJPH | badan", "halal {50} > hampir", "LPPOM {0} > bukan", typos=typos, **draw(SETTINGS)
    )


@st.composite
def number_items(draw: st.DrawFn) -> NumberItem:
    low = draw(st.decimals(-10_000, 10_000, places=4))
    width = draw(st.decimals(0, 100, places=3))
    weight = draw(st.integers(1, 100))
    ranges = [(str(low), str(low + width), weight), (str(low - 1), str(low + width + 1), 1)]
    return number_item(*ranges, unit=draw(st.sampled_from(["", "kg", "juta rupiah", "%"])), **draw(SETTINGS))


ITEMS: st.SearchStrategy[Item] = st.one_of(
    choice_items(),
    order_items(),
    match_items(),
    text_items(),
    number_items(),
    SETTINGS.map(lambda settings: essay_item(**settings)),
)


@st.composite
def items_with_answers(draw: st.DrawFn) -> tuple[Item, Any]:
    """An item and an answer to it, as `read_answer` could have given it."""
    item = draw(ITEMS)
    if isinstance(item, ChoiceItem):
        most = len(item.choices) if item.type is ItemType.MULTIPLE else 1
        return item, tuple(sorted(draw(st.sets(st.integers(0, len(item.choices) - 1), max_size=most))))
    if isinstance(item, OrderItem):
        places = draw(st.permutations(range(len(item.steps))))
        gaps = draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places)))
        given = tuple(-1 if gap else place for gap, place in zip(gaps, places, strict=True))
        return item, given if set(given) != {-1} else ()
    if isinstance(item, MatchItem):
        lefts = draw(st.sets(st.integers(0, len(item.lefts) - 1)))
        return item, tuple((left, draw(st.integers(0, len(item.rights) - 1))) for left in sorted(lefts))
    words = st.sampled_from(["", "BPJPH", "bpjhp", "Halal.", "LPPOM", "3,5", "lima", "Rp 2.000"])
    return item, draw(words)
