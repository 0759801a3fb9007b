"""Essay items (`uraian`), marked by a person."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import NOTHING, Answer, Item, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayItem(Item):
    """A free answer; one worth no points never waits for a person, nor does one left empty."""

    def share_of(self, answer: Answer) -> Fraction | None:
        return NOTHING if self.max_points and not typed(answer) else None

    def mark(self, answer: Answer) -> int | None:
        return None if self.max_points and typed(answer) else 0

    def right_answer(self) -> str:
        return ""
