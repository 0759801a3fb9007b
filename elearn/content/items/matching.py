"""Matching items (`jodohkan`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import EVERYTHING, NOTHING, Answer, Item, Marking, pairs
from elearn.content.pieces import Piece
from elearn.content.spelling import matching_text


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchItem(Item):
    """Pairs: ``lefts[i]`` belongs to ``rights[i]``; rights beyond the lefts are extra wrong ones.

    Two rights may read the same; each of them is then right for either left.
    """

    lefts: tuple[Piece, ...]
    rights: tuple[Piece, ...]
    #: Headings of the two columns.
    heads: tuple[str, str] = ("", "")

    def share_of(self, answer: Answer) -> Fraction:
        given = dict(pairs(answer))
        right_pairs = sum(self.is_pair(left, right) for left, right in given.items())
        if not right_pairs:
            return NOTHING
        if self.marking is Marking.PARTIAL:
            return Fraction(right_pairs, len(self.lefts))
        return EVERYTHING if right_pairs == len(self.lefts) else NOTHING

    def is_pair(self, left: int, right: int) -> bool:
        """Say whether *right* reads like the partner of *left*."""
        if not (0 <= left < len(self.lefts) and 0 <= right < len(self.rights)):
            return False
        return matching_text(self.rights[left].text) == matching_text(self.rights[right].text)

    def right_answer(self) -> tuple[tuple[int, int], ...]:
        return tuple((left, left) for left in range(len(self.lefts)))
