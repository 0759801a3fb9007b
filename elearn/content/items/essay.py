"""Essay items (`uraian`), marked by a person."""

from __future__ import annotations

from dataclasses import dataclass

from elearn.content.items.base import Answer, Item


@dataclass(frozen=True, slots=True, kw_only=True)
class EssayItem(Item):
    """A free answer; one worth no points never waits for a person."""

    def mark(self, answer: Answer) -> int | None:
        raise NotImplementedError
