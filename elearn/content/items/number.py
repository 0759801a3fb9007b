"""Number items (`angka`), in decimals, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from elearn.content.items.base import Answer, Item
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True)
class NumberRange:
    """An accepted range, bounds included; *weight* is 1..100 percent. *text* is the answer as the author wrote it."""

    low: Decimal
    high: Decimal
    weight: int
    text: str
    feedback: Piece | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberItem(Item):
    """A number; where ranges overlap the highest weight that matches counts."""

    ranges: tuple[NumberRange, ...]
    unit: str = ""

    def mark(self, answer: Answer) -> int:
        raise NotImplementedError
