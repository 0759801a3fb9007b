"""The quiz of one text: its settings and its pool of items."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from elearn.content.items.base import Item


class ShowKey(StrEnum):
    """When the right answers and explanations are shown (`Tampilkan kunci`); never before handing in."""

    WITH_RESULT = "with result"
    AFTER_PASSING = "after passing"
    AFTER_LAST_ATTEMPT = "after last attempt"
    NEVER = "never"


class ScoreRule(StrEnum):
    """Which attempt's score counts (`Nilai diambil`)."""

    BEST = "best"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class DrawPart:
    """*count* items from *group*."""

    count: int
    group: str


@dataclass(frozen=True, slots=True)
class Draw:
    """What `Ambil` asks for: *total* items, *parts* of them from groups.

    *total* is None for as many as the parts say, or all where there are none.
    """

    total: int | None = None
    parts: tuple[DrawPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiz:
    """The items of one text and how they are asked. *pass_mark* is in ten-thousandths, effective
    (the course's default already applied); *attempts* None is unlimited."""

    items: tuple[Item, ...]
    title: str = ""
    intro: str = ""
    line: int = 1
    pass_mark: int = 7000
    attempts: int | None = None
    wait: timedelta = timedelta(0)
    time_limit: timedelta | None = None
    draw: Draw = field(default_factory=Draw)
    shuffle_items: bool = True
    shuffle_choices: bool = True
    show_key: ShowKey = ShowKey.AFTER_PASSING
    score_rule: ScoreRule = ScoreRule.BEST

    def item(self, item_id: str) -> Item:
        """Return the item called *item_id*; KeyError where there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)
