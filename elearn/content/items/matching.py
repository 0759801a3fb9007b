"""Matching items (`jodohkan`)."""

from __future__ import annotations

from dataclasses import dataclass

from elearn.content.items.base import Answer, Item
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchItem(Item):
    """Pairs: ``lefts[i]`` belongs to ``rights[i]``; rights beyond the lefts are extra wrong ones.

    Two rights may read the same; each of them is then right for either left.
    """

    lefts: tuple[Piece, ...]
    rights: tuple[Piece, ...]
    #: Headings of the two columns.
    heads: tuple[str, str] = ("", "")

    def mark(self, answer: Answer) -> int:
        raise NotImplementedError
