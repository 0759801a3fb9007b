"""A question as it is shown and an answer as it travels: opaque ids outside, positions inside.

A page sees only what `present` gives: texts in the order drawn for this attempt, under ids that tell nothing
about the place in the source (authors like to write the right choice first). What comes back is turned into
positions by `read_answer`. Nothing here but the shuffling away from the key looks at what is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from elearn.content.chance import Chance, digest
from elearn.content.items import GAP, Answer, ChoiceItem, Item, ItemType, MatchItem, NumberItem, OrderItem
from elearn.content.items.base import pairs, positions, typed
from elearn.content.numbers import UNCLEAR_NUMBER, read_number
from elearn.content.pieces import Piece
from elearn.content.problems import Phrase, phrase
from elearn.content.spelling import matching_text, without_unseen

#: The longest answers that are taken, in characters.
LONGEST_ESSAY = 10_000
LONGEST_ANSWER = 500

#: Length of an opaque id, in hexadecimal digits.
OPAQUE_LENGTH = 8

#: An answer on its way: list of opaque ids, string as typed, or left id → right id.
WireAnswer = list[str] | str | dict[str, str]

#: An answer as JSON for the database: positions, pairs of positions, or the string.
StoredAnswer = list[int] | list[list[int]] | str

_NOT_OF_THIS_ITEM = phrase("Jawaban ini tidak cocok dengan soalnya. Muat ulang halaman, lalu jawab lagi.")


class AnswerShapeError(ValueError):
    """What came is no answer to this item, whatever is right; *sentence* is for the learner."""

    def __init__(self, sentence: Phrase) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class AnswerTooLongError(AnswerShapeError):
    """What was typed is longer than is kept."""

    def __init__(self, limit: int) -> None:
        written = f"{limit:,}".replace(",", ".")
        super().__init__(phrase("Jawaban terlalu panjang. Paling banyak {limit} huruf.", limit=written))
        self.limit = limit


class AskedContent(Protocol):
    """What is shown of an item, compiled: HTML by source position (`CompiledItem` is one)."""

    @property
    def prompt_html(self) -> str: ...
    @property
    def choices_html(self) -> Sequence[str]: ...
    @property
    def lefts_html(self) -> Sequence[str]: ...
    @property
    def rights_html(self) -> Sequence[str]: ...
    @property
    def steps_html(self) -> Sequence[str]: ...
    @property
    def hint_html(self) -> str: ...


class Shown(NamedTuple):
    """One choice, step or cell: its opaque id and its text."""

    id: str
    html: str


@dataclass(frozen=True, slots=True)
class AskedItem:
    """A question as a page may show it, without key, weight and feedback.

    *choices* are those of a choice item or the steps of an ordering; *left* and *right* the columns of a
    matching, with *heads* above them; all in the order in which they are shown.
    """

    id: str
    type: ItemType
    prompt_html: str
    choices: tuple[Shown, ...] = ()
    left: tuple[Shown, ...] = ()
    right: tuple[Shown, ...] = ()
    heads: tuple[str, str] = ("", "")
    unit: str = ""
    hint_html: str = ""


def present(item: Item, compiled: AskedContent, *, seed: int, quiz_shuffles: bool) -> AskedItem:
    """Return *item* as the attempt with *seed* shows it, the same whenever it is asked."""
    choices: tuple[Shown, ...] = ()
    left: tuple[Shown, ...] = ()
    right: tuple[Shown, ...] = ()
    if isinstance(item, ChoiceItem):
        order = list(range(len(item.choices)))
        if item.is_shuffled(quiz_shuffles=quiz_shuffles):
            order = Chance(seed, "choices", item.id).shuffled(order)
        choices = _shown(order, opaque_ids(item, seed=seed), compiled.choices_html)
    elif isinstance(item, OrderItem):
        order = _away_from_key(item.steps, len(item.steps), Chance(seed, "steps", item.id))
        choices = _shown(order, opaque_ids(item, seed=seed), compiled.steps_html)
    elif isinstance(item, MatchItem):
        order = _away_from_key(item.rights, len(item.lefts), Chance(seed, "rights", item.id))
        left = _shown(range(len(item.lefts)), _left_ids(item, seed), compiled.lefts_html)
        right = _shown(order, opaque_ids(item, seed=seed), compiled.rights_html)
    return AskedItem(
        id=item.id,
        type=item.type,
        prompt_html=compiled.prompt_html,
        choices=choices,
        left=left,
        right=right,
        heads=item.heads if isinstance(item, MatchItem) else ("", ""),
        unit=item.unit if isinstance(item, NumberItem) else "",
        hint_html=compiled.hint_html,
    )


def _shown(order: Sequence[int], ids: Sequence[str], html: Sequence[str]) -> tuple[Shown, ...]:
    return tuple(Shown(ids[position], html[position]) for position in order)


def _away_from_key(pieces: Sequence[Piece], key_length: int, chance: Chance) -> list[int]:
    """Return the positions of *pieces* in a drawn order whose beginning does not read like the key.

    The key is the first *key_length* pieces as they are written. An order that reads like it is drawn
    again; it can only stand where no other order reads differently.
    """
    texts = [matching_text(piece.text) for piece in pieces]
    order = chance.shuffled(range(len(pieces)))
    if len(set(texts)) > 1:
        while [texts[position] for position in order[:key_length]] == texts[:key_length]:
            order = chance.shuffled(range(len(pieces)))
    return order


def opaque_ids(item: Item, *, seed: int) -> tuple[str, ...]:
    """Return the opaque ids of *item*'s choices, steps or right cells, by source position."""
    if isinstance(item, ChoiceItem):
        return _opaque(item, "choice", len(item.choices), seed)
    if isinstance(item, OrderItem):
        return _opaque(item, "step", len(item.steps), seed)
    if isinstance(item, MatchItem):
        return _opaque(item, "right", len(item.rights), seed)
    return ()


def _left_ids(item: MatchItem, seed: int) -> tuple[str, ...]:
    return _opaque(item, "left", len(item.lefts), seed)


def _opaque(item: Item, kind: str, count: int, seed: int) -> tuple[str, ...]:
    """Derive *count* different ids: the seed keys a digest of item, kind, position and try."""
    ids: list[str] = []
    for position in range(count):
        tries = 0
        while (candidate := _candidate(seed, kind, item.id, position, tries)) in ids:
            tries += 1
        ids.append(candidate)
    return tuple(ids)


def _candidate(seed: int, kind: str, item_id: str, position: int, tries: int) -> str:
    return digest(seed, "id", kind, item_id, str(position), str(tries)).hex()[:OPAQUE_LENGTH]


def read_answer(item: Item, raw: object, *, seed: int) -> Answer:
    """Turn *raw*, as it came from a browser, into positions or the string as typed.

    An empty list, object or string clears the answer. An ordering is the list of ids in the order given,
    "" where a place is still empty; what the browser did not touch it does not send, so the order that was
    shown first is an answer only if it is sent. Forms that ask "which number has this step?" send id →
    number instead. AnswerShapeError where it is no answer to this item, AnswerTooLongError where it is
    longer than is kept; neither depends on what is right.
    """
    if isinstance(item, ChoiceItem):
        return _read_choices(item, raw, seed)
    if isinstance(item, OrderItem):
        return _read_order(item, _places_from_numbers(item, raw), seed)
    if isinstance(item, MatchItem):
        return _read_pairs(item, raw, seed)
    return _read_text(raw, LONGEST_ESSAY if item.type is ItemType.ESSAY else LONGEST_ANSWER)


def _read_choices(item: ChoiceItem, raw: object, seed: int) -> Answer:
    ticked = [_index(value, opaque_ids(item, seed=seed)) for value in _list(raw, len(item.choices))]
    if len(set(ticked)) < len(ticked):
        raise AnswerShapeError(_NOT_OF_THIS_ITEM)
    if item.type is not ItemType.MULTIPLE and len(ticked) > 1:
        raise AnswerShapeError(phrase("Soal ini hanya punya satu jawaban. Pilih satu saja."))
    return tuple(sorted(ticked))


def _read_order(item: OrderItem, raw: object, seed: int) -> Answer:
    ids = opaque_ids(item, seed=seed)
    places = [GAP if value == "" else _index(value, ids) for value in _list(raw, len(ids))]
    steps = [step for step in places if step != GAP]
    if len(set(steps)) < len(steps):
        raise AnswerShapeError(phrase("Ada langkah yang dipilih dua kali. Pilih tiap langkah sekali saja."))
    return tuple(places + [GAP] * (len(ids) - len(places))) if steps else ()


def _places_from_numbers(item: OrderItem, raw: object) -> object:
    """Turn step id → number into the list of step ids by number; leave anything else as it is."""
    if not isinstance(raw, dict):
        return raw
    places: list[object] = [""] * len(item.steps)
    numbers = [str(number) for number in range(1, len(places) + 1)]
    for step_id, number in _dict(raw, len(places)).items():
        if number == "":
            continue
        place = _index(number, numbers)
        if places[place]:
            raise AnswerShapeError(
                phrase(
                    "Nomor {number} dipilih untuk dua langkah. Beri tiap langkah nomor yang berbeda.",
                    number=number,
                )
            )
        places[place] = step_id
    return places


def _read_pairs(item: MatchItem, raw: object, seed: int) -> Answer:
    lefts, rights = _left_ids(item, seed), opaque_ids(item, seed=seed)
    given = {
        _index(left, lefts): _index(right, rights)
        for left, right in _dict(raw, len(lefts)).items()
        if right != ""
    }
    return tuple(sorted(given.items()))


def _read_text(raw: object, longest: int) -> str:
    if not isinstance(raw, str):
        raise AnswerShapeError(_NOT_OF_THIS_ITEM)
    # A form sends CRLF where a script sends LF for the same answer.
    text = raw.replace("\r\n", "\n")
    if len(text) > longest:
        raise AnswerTooLongError(longest)
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        raise AnswerShapeError(
            phrase("Jawaban berisi tanda yang tidak bisa disimpan. Ketik ulang jawabannya.")
        )
    return text if without_unseen(text).strip() else ""


def _list(raw: object, longest: int) -> list[object]:
    if not isinstance(raw, list | tuple) or len(raw) > longest:
        raise AnswerShapeError(_NOT_OF_THIS_ITEM)
    return list(raw)


def _dict(raw: object, longest: int) -> Mapping[object, object]:
    if not isinstance(raw, dict) or len(raw) > longest:
        raise AnswerShapeError(_NOT_OF_THIS_ITEM)
    return raw


def _index(value: object, ids: Sequence[str]) -> int:
    if not isinstance(value, str) or value not in ids:
        raise AnswerShapeError(_NOT_OF_THIS_ITEM)
    return ids.index(value)


def show_answer(item: Item, answer: Answer, *, seed: int) -> WireAnswer:
    """Return *answer* as it travels; what `read_answer` makes of it is *answer* again.

    Ticked choices are listed by their opaque ids, because in the order of the source they would tell it.
    """
    ids = opaque_ids(item, seed=seed)
    if isinstance(item, ChoiceItem):
        return sorted(ids[position] for position in positions(answer))
    if isinstance(item, OrderItem):
        return ["" if step == GAP else ids[step] for step in positions(answer)]
    if isinstance(item, MatchItem):
        lefts = _left_ids(item, seed)
        return {lefts[left]: ids[right] for left, right in pairs(answer)}
    return typed(answer)


def answer_to_json(answer: Answer) -> StoredAnswer:
    """Return *answer* as JSON values for the database. Never for a learner: positions tell the source."""
    if isinstance(answer, str):
        return answer
    return [list(pair) for pair in pairs(answer)] or list(positions(answer))


def answer_from_json(stored: StoredAnswer) -> Answer:
    """Return the answer that `answer_to_json` stored."""
    if isinstance(stored, str):
        return stored
    given = tuple((place[0], place[1]) for place in stored if isinstance(place, list))
    return given or tuple(place for place in stored if isinstance(place, int))


def empty_answer(item: Item) -> Answer:
    """Return "not answered" as *item* has it."""
    return () if isinstance(item, ChoiceItem | OrderItem | MatchItem) else ""


def is_complete(item: Item, answer: Answer) -> bool:
    """Say whether nothing of *answer* is missing: every step has its place, every left cell its partner."""
    if isinstance(item, OrderItem):
        return bool(answer) and GAP not in answer
    if isinstance(item, MatchItem):
        return len(pairs(answer)) == len(item.lefts)
    return bool(answer)


def is_unclear(item: Item, answer: Answer) -> bool:
    """Say whether *answer* is a number that cannot be read. The key is not looked at."""
    return (
        isinstance(item, NumberItem) and bool(answer) and read_number(typed(answer), unit=item.unit) is None
    )


def unclear_hint(item: Item, answer: Answer) -> str:
    """Return what to tell the learner about an unclear *answer*; empty where it is clear."""
    return UNCLEAR_NUMBER if is_unclear(item, answer) else ""
