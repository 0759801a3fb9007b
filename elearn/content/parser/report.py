"""What is found in one file while it is read: problems, and what points elsewhere in the course."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from elearn.content.problems import Fix, Level, Problem, base_code, problem


@dataclass(slots=True)
class References:
    """What the course as a whole has to confirm: ids, targets and objectives with their lines."""

    ids: list[tuple[str, int]] = field(default_factory=list)
    #: Links inside the course, as written.
    links: list[tuple[str, int]] = field(default_factory=list)
    images: list[tuple[str, int]] = field(default_factory=list)
    rereads: list[tuple[str, int]] = field(default_factory=list)
    #: Objectives that questions name.
    question_objectives: list[tuple[str, int]] = field(default_factory=list)
    #: Objectives that the front matter lists.
    objectives: list[tuple[str, int]] = field(default_factory=list)
    prerequisites: list[tuple[str, int]] = field(default_factory=list)
    #: False where something that never closes hides the rest of the file.
    whole: bool = True


class Report:
    """Collects the problems of one file, and the silent tidying that `--fix` does beside them."""

    def __init__(self, file: str, lines: Sequence[str]) -> None:
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []
        self.tidy: list[Fix] = []
        self.references = References()
        self._excused: dict[int, list[frozenset[str]]] = {}

    def source(self, line: int) -> str:
        """Return *line* as it stands in the file, empty beyond its end."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def add(
        self, line: int, code: str, *, text: str | None = None, fix: Fix | None = None, **values: object
    ) -> None:
        """Note the problem *code* at *line*; the faulty text is the line unless *text* says otherwise."""
        shown = self.source(line).strip() if text is None else text
        self.problems.append(problem(self.file, line, code, text=shown, fix=fix, **values))

    def rewrite(self, line: int, after: str) -> Fix:
        """Return the change of *line* into *after*."""
        return Fix(line, self.source(line), after)

    def tidy_line(self, line: int, after: str) -> None:
        """Note that `--fix` writes *line* as *after*, although nothing is wrong with it."""
        if after != self.source(line):
            self.tidy.append(self.rewrite(line, after))

    def excuse(self, codes: Iterable[str], first: int, last: int) -> None:
        """Let the warnings *codes* of an `abaikan` comment be, from line *first* to *last*."""
        excused = frozenset(codes)
        for line in range(first, last + 1):
            self._excused.setdefault(line, []).append(excused)

    def settled(self) -> list[Problem]:
        """Return the problems without the warnings that a comment excuses, in the order of the lines."""
        kept = [found for found in self.problems if not self._is_excused(found)]
        return sorted(kept, key=lambda found: (found.line, found.code))

    def _is_excused(self, found: Problem) -> bool:
        if found.level is Level.ERROR:
            return False
        excused = self._excused.get(found.line, ())
        return any(found.code in codes or base_code(found.code) in codes for codes in excused)
