"""A piece of Markdown cut out of a file, which remembers the line it began at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Markdown *text* that began at *line* (1-based) of its file, indentation of its container removed."""

    text: str
    line: int = 1

    def __bool__(self) -> bool:
        return bool(self.text.strip())
