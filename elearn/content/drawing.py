"""Which questions of a pool are asked, and in what order."""

from __future__ import annotations

from collections.abc import Container, Iterable

from elearn.content.chance import Chance
from elearn.content.items import Item, Quiz
from elearn.content.items.base import rounded_share
from elearn.content.marking import WHOLE_SCORE


def draw(quiz: Quiz, *, seed: int, seen: Container[str] = ()) -> tuple[str, ...]:
    """Return the ids of the items to ask, in their order; the same for the same *seed* and *seen*.

    `2 dari harga` means two of the whole are from that group; what the total asks beyond is taken from
    items outside the named groups, and from those groups only where the others do not suffice. Items that
    are not in *seen* come first. A pool too small for what is asked (K92) is asked whole.
    """
    chance = Chance(seed, "draw")
    pool = chance.shuffled(range(len(quiz.items)))
    pool.sort(key=lambda position: quiz.items[position].id in seen)  # stable: chance decides among equals
    taken = _take(quiz, pool)
    order = Chance(seed, "order").shuffled(sorted(taken)) if quiz.shuffle_items else sorted(taken)
    return tuple(quiz.items[position].id for position in order)


def can_always_pass(quiz: Quiz) -> bool:
    """Say whether the best reachable points of every draw reach the pass mark (K93).

    What a draw lacks is a sum over its items, so the draw that lacks most is the one that takes the items
    that lack most first.
    """
    lacks = [_spare(item, quiz.pass_mark) for item in quiz.items]
    worst = sorted(range(len(quiz.items)), key=lambda position: lacks[position])
    return sum(lacks[position] for position in _take(quiz, worst)) >= 0


def _spare(item: Item, pass_mark: int) -> int:
    """Return by how much the best answer to *item* exceeds the pass mark; negative where it stays below."""
    return rounded_share(item.max_points, item.best_share()) * WHOLE_SCORE - pass_mark * item.max_points


def _take(quiz: Quiz, pool: Iterable[int]) -> list[int]:
    """Take from *pool* (positions, best first) what `Ambil` asks for."""
    rest = list(pool)
    taken: list[int] = []
    for part in quiz.draw.parts:
        chosen = [position for position in rest if quiz.items[position].group == part.group][: part.count]
        taken += chosen
        rest = [position for position in rest if position not in chosen]
    total = quiz.draw.total
    if total is None:
        return taken if quiz.draw.parts else rest
    named = {part.group for part in quiz.draw.parts}
    rest.sort(key=lambda position: quiz.items[position].group in named)
    return taken + rest[: max(0, total - len(taken))]
