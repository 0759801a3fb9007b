"""Ordering items (`urutkan`)."""

from __future__ import annotations

from dataclasses import dataclass

from elearn.content.items.base import Answer, Item
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderItem(Item):
    """Steps to be put in order; *steps* stand in the right order."""

    steps: tuple[Piece, ...]

    def mark(self, answer: Answer) -> int:
        raise NotImplementedError
