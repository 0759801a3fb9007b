"""Short text items (`isian`)."""

from __future__ import annotations

from dataclasses import dataclass

from elearn.content.items.base import Answer, Item
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True)
class TextVariant:
    """One accepted or one foreseen wrong answer.

    Variants of one `Jawaban` line share their *weight* (1..100 percent; 0 for `Jawaban salah`)
    and their *feedback*. *row* numbers the `Jawaban` lines of the item from 0.
    """

    text: str
    weight: int
    feedback: Piece | None = None
    row: int = 0

    @property
    def right(self) -> bool:
        return self.weight > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextItem(Item):
    """A short answer, compared after normalising unless *exact*; *typos* edits are forgiven (0..2)."""

    variants: tuple[TextVariant, ...]
    exact: bool = False
    typos: int = 0

    def mark(self, answer: Answer) -> int:
        raise NotImplementedError
