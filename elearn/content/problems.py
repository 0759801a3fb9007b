"""What an author should mend: where it is, what is wrong, what to do; and the table of codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """E blocks publishing, W warns."""

    ERROR = "E"
    WARNING = "W"


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe change of one line: *after* may hold several lines, or be empty to drop the line."""

    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. *file* is the name inside the course (``01-mengapa-halal.md``), *line* is 1-based.

    *message* is one Indonesian sentence that says what is wrong and what to do; *text* is the faulty text.
    """

    file: str
    line: int
    code: str
    level: Level
    message: str
    text: str = ""
    fix: Fix | None = None
