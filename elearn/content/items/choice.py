"""Choice items: single, multiple and true/false."""

from __future__ import annotations

from dataclasses import dataclass

from elearn.content.items.base import Answer, Item
from elearn.content.pieces import Piece


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer."""

    text: Piece
    right: bool
    feedback: Piece | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceItem(Item):
    """Boxes to tick; *type* says whether one or several may be ticked. *shuffle* is None for the quiz's default."""

    choices: tuple[Choice, ...]
    shuffle: bool = True

    def mark(self, answer: Answer) -> int:
        raise NotImplementedError
