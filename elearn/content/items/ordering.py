"""Ordering items (`urutkan`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import EVERYTHING, NOTHING, Answer, Item, Marking, positions
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem(Item):
    """Steps to be put in order; *steps* stand in the right order."""

    steps: tuple[Piece, ...]

    def share_of(self, answer: Answer) -> Fraction:
        in_place = sum(place == step for place, step in enumerate(positions(answer)[: len(self.steps)]))
        if not in_place:
            return NOTHING
        if self.marking is Marking.PARTIAL:
            return Fraction(in_place, len(self.steps))
        return EVERYTHING if in_place == len(self.steps) else NOTHING

    def right_answer(self) -> tuple[int, ...]:
        return tuple(range(len(self.steps)))
