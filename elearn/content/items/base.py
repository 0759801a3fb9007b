"""What the eight kinds of item have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from elearn.content.pieces import Piece

#: One point as it is stored: points are integers, ten-thousandths, so that sums compare exactly.
POINT = 10_000

#: What a learner gave, by position in the source: positions of the ticked choices (ascending), of
#: the steps in the order given, pairs (left, right) by left; or the string as typed.
#: An empty tuple or string is "not answered".
Answer = tuple[int, ...] | tuple[tuple[int, int], ...] | str


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
    def mark(self, answer: Answer) -> int | None:
        """Return the points of *answer* in ten-thousandths; None where a person has to mark it."""

    def is_right(self, answer: Answer) -> bool | None:
        """Say whether *answer* earns everything; None where a person has to mark it."""
        points = self.mark(answer)
        return None if points is None else points == self.max_points
