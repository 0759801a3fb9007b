"""Number items (`angka`), in decimals, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from elearn.content.items.base import NOTHING, Answer, Item, typed
from elearn.content.numbers import middle, number_to_type, read_number
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True)
class NumberRange:
    """An accepted range, bounds included; *weight* is 1..100 percent.

    *text* is the answer as the author wrote it.
    """

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

    def range_of(self, answer: Answer) -> int | None:
        """Return the position of the range that *answer* is marked by: of those it lies in, the best."""
        value = read_number(typed(answer), unit=self.unit)
        if value is None:
            return None
        matching = [place for place, one in enumerate(self.ranges) if one.low <= value <= one.high]
        return max(matching, key=lambda place: self.ranges[place].weight, default=None)

    def share_of(self, answer: Answer) -> Fraction:
        place = self.range_of(answer)
        return NOTHING if place is None else Fraction(self.ranges[place].weight, 100)

    def right_answer(self) -> str:
        """Return the middle of the best range (of `4.900 – 5.100` it is 5.000), as it could be typed."""
        best = max(self.ranges, key=lambda one: one.weight)
        return number_to_type(middle(best.low, best.high))

    def feedback_of(self, answer: Answer) -> tuple[int, ...]:
        place = self.range_of(answer)
        return () if place is None or self.ranges[place].feedback is None else (place,)

    def best_share(self) -> Fraction:
        return Fraction(max(one.weight for one in self.ranges), 100)
