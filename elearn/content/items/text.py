"""Short text items (`isian`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from elearn.content.items.base import NOTHING, Answer, Item, typed
from elearn.content.pieces import Piece
from elearn.content.spelling import exact_text, letter_count, matching_text, within_edits

#: Typing tolerance is for answers of at least so many letters; in a shorter one an edit makes another word.
LEAST_LETTERS_FOR_TYPOS = 5


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

    def variant_of(self, answer: Answer) -> TextVariant | None:
        """Return the variant that *answer* is marked by.

        One that reads the same comes first, right or wrong, so that a foreseen wrong answer stays wrong
        however near it is to a right one (K58 warns). Then those within the typing tolerance, right
        ones before wrong ones; of several, the one worth most.
        """
        given = self.comparable(typed(answer))
        if not given:
            return None
        same = [variant for variant in self.variants if self.comparable(variant.text) == given]
        near = same or [variant for variant in self.variants if self._is_near(variant, given)]
        return max(near, key=lambda variant: variant.weight, default=None)

    def comparable(self, text: str) -> str:
        """Return *text* in the form in which this item compares."""
        return exact_text(text) if self.exact else matching_text(text)

    def _is_near(self, variant: TextVariant, given: str) -> bool:
        expected = self.comparable(variant.text)
        if self.typos == 0 or letter_count(expected) < LEAST_LETTERS_FOR_TYPOS:
            return False
        return within_edits(expected, given, self.typos)

    def share_of(self, answer: Answer) -> Fraction:
        variant = self.variant_of(answer)
        return NOTHING if variant is None else Fraction(variant.weight, 100)

    def right_answer(self) -> str:
        return max(self.variants, key=lambda variant: variant.weight).text

    def feedback_of(self, answer: Answer) -> tuple[int, ...]:
        variant = self.variant_of(answer)
        return () if variant is None or variant.feedback is None else (variant.row,)

    def best_share(self) -> Fraction:
        return Fraction(max(variant.weight for variant in self.variants), 100)
