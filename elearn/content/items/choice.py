"""Choice items: single, multiple and true/false."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import EVERYTHING, NOTHING, Answer, Item, ItemType, Marking, positions
from elearn.content.pieces import Piece
from elearn.content.spelling import matching_text

#: How a choice speaks about the other ones (in matching_text's spelling); it makes sense in its place only.
_ABOUT_THE_OTHERS = re.compile(
    r"\b(?:semua(?:nya)?|tidak ada)(?: jawaban| pilihan)?(?: di atas)?(?: yang)? (?:benar|betul|salah)\b(?!-)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One offered answer."""

    text: Piece
    right: bool
    feedback: Piece | None = None

    @property
    def is_about_the_others(self) -> bool:
        """Say whether it reads "semua benar" or "tidak ada yang benar", so that its place matters."""
        return _ABOUT_THE_OTHERS.search(matching_text(self.text.text)) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceItem(Item):
    """Boxes to tick; *type* says whether one or several may be ticked.

    *shuffle* is None where the quiz's own setting holds.
    """

    choices: tuple[Choice, ...]
    shuffle: bool | None = None

    def share_of(self, answer: Answer) -> Fraction:
        ticked = {position for position in positions(answer) if 0 <= position < len(self.choices)}
        right = set(self.right_answer())
        if not ticked or not right:
            return NOTHING
        if self.marking is Marking.PARTIAL:
            return max(NOTHING, Fraction(len(ticked & right) - len(ticked - right), len(right)))
        return EVERYTHING if ticked == right else NOTHING

    def right_answer(self) -> tuple[int, ...]:
        return tuple(position for position, choice in enumerate(self.choices) if choice.right)

    def feedback_of(self, answer: Answer) -> tuple[int, ...]:
        """Return the chosen positions that have feedback; what was not chosen stays unsaid."""
        return tuple(
            position
            for position in positions(answer)
            if 0 <= position < len(self.choices) and self.choices[position].feedback is not None
        )

    def is_shuffled(self, *, quiz_shuffles: bool) -> bool:
        """Say whether the choices are shown in another order than they are written.

        Never for true/false, nor where a choice speaks about the others, whatever the settings say.
        """
        if self.type is ItemType.TRUE_FALSE or any(choice.is_about_the_others for choice in self.choices):
            return False
        return quiz_shuffles if self.shuffle is None else self.shuffle
