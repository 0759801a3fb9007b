"""What the eight kinds of item have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from elearn.content.pieces import Piece

#: One point as it is stored: points are integers, ten-thousandths, so that sums compare exactly.
POINT = 10_000

#: A place of an ordering that the learner left empty; it stands among the positions of the answer.
GAP = -1

#: What a learner gave, by position in the source: positions of the ticked choices (ascending), of
#: the steps in the order given (GAP where a place is still empty), pairs (left, right) by left; or
#: the string as typed. An empty tuple or string is "not answered".
Answer = tuple[int, ...] | tuple[tuple[int, int], ...] | str

NOTHING = Fraction(0)
EVERYTHING = Fraction(1)


class ItemType(StrEnum):
    """The kinds of item, by their names in `soal.json`."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    TEXT = "text"
    NUMBER = "number"
    ORDER = "order"
    MATCH = "match"
    ESSAY = "essay"


class Marking(StrEnum):
    """All or nothing, or a share of the points (`Penilaian`)."""

    EXACT = "exact"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(ABC):
    """One question: what is needed to show it, answer it and mark it.

    *id* is the lasting name from the id comment, empty where the author has none yet.
    *max_points* is in ten-thousandths of a point. *reread* is the target of `Baca lagi`
    (``#anchor`` or ``module#anchor``), empty without one.
    """

    id: str
    type: ItemType
    title: str
    prompt: Piece
    line: int
    max_points: int = POINT
    marking: Marking = Marking.EXACT
    objective: str = ""
    tags: tuple[str, ...] = ()
    group: str = ""
    hint: Piece | None = None
    explanation: Piece | None = None
    reread: str = ""

    @abstractmethod
    def share_of(self, answer: Answer) -> Fraction | None:
        """Return what part of the points *answer* earns, 0 to 1; None where a person has to mark it.

        No answer earns nothing, and so does an answer of another kind of item.
        """

    @abstractmethod
    def right_answer(self) -> Answer:
        """Return an answer that earns all that can be earned; empty where only a person can tell."""

    def mark(self, answer: Answer) -> int | None:
        """Return the points of *answer* in ten-thousandths; None where a person has to mark it."""
        share = self.share_of(answer)
        return None if share is None else rounded_share(self.max_points, share)

    def is_right(self, answer: Answer) -> bool | None:
        """Say whether *answer* earns everything; None where a person has to mark it.

        Asks the share, not the points: an item worth nothing (`Nilai: 0`) is still right or wrong.
        """
        share = self.share_of(answer)
        return None if share is None else share == EVERYTHING

    def feedback_of(self, answer: Answer) -> tuple[int, ...]:  # noqa: ARG002 (for the kinds that have it)
        """Return the positions (of choices, or of answer rows) whose feedback belongs to *answer*."""
        return ()

    def best_share(self) -> Fraction:
        """Return the largest share any answer can earn; below 1 only where every weight is."""
        return EVERYTHING


def rounded_share(max_points: int, share: Fraction) -> int:
    """Return *share* of *max_points*, rounded half up to a whole ten-thousandth."""
    return (2 * max_points * share.numerator + share.denominator) // (2 * share.denominator)


def positions(answer: Answer) -> tuple[int, ...]:
    """Return *answer* as positions; empty if it is something else."""
    return tuple(place for place in answer if isinstance(place, int))


def pairs(answer: Answer) -> tuple[tuple[int, int], ...]:
    """Return *answer* as pairs (left, right); empty if it is something else."""
    return tuple(pair for pair in answer if isinstance(pair, tuple))


def typed(answer: Answer) -> str:
    """Return *answer* as the learner typed it; empty if it is something else."""
    return answer if isinstance(answer, str) else ""
