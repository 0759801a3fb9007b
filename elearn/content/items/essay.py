"""Essay items (`uraian`), marked by a person."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import NOTHING, Answer, Item, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayItem(Item):
    """A free answer; one worth no points never waits for a person, nor does one left empty."""

    def share_of(self, answer: Answer) -> Fraction | None:
        return None if typed(answer) else NOTHING

    def mark(self, answer: Answer) -> int | None:
        # Spelt out, because slots and zero-argument super() do not go together in a dataclass.
        return 0 if self.max_points == 0 or self.share_of(answer) is not None else None

    def right_answer(self) -> str:
        return ""
