"""The personal checklists of a course as pages show them: every line, and whether it is ticked."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from elearn.records.catalogue.queries import compiled_module
from elearn.web.courses import Course, Step
from elearn.web.templating import safe


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a checklist."""

    id: str
    html: Markup
    ticked: bool

    @property
    def words(self) -> str:
        """The line as plain text."""
        return str(self.html.striptags())


@dataclass(frozen=True, slots=True)
class Checklist:
    """The lines of one lesson."""

    step: Step
    lines: tuple[Line, ...]

    @property
    def ready(self) -> int:
        return sum(line.ticked for line in self.lines)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if not line.ticked]


@dataclass(frozen=True, slots=True)
class Readiness:
    """All checklists of a course."""

    course: Course
    lists: tuple[Checklist, ...]

    @property
    def ready(self) -> int:
        return sum(one.ready for one in self.lists)

    @property
    def total(self) -> int:
        return sum(one.total for one in self.lists)

    @property
    def missing(self) -> list[Line]:
        return [line for one in self.lists for line in one.missing]


def readiness(reader: Any, course: Course, ticks: Set[str]) -> Readiness:
    """Return the checklists of *course* with *ticks*; lessons without one are left out."""
    return Readiness(course, tuple(_lists(reader, course, ticks)))


def _lists(reader: Any, course: Course, ticks: Set[str]) -> Iterable[Checklist]:
    for step in course.modules:
        checklist = compiled_module(reader, step.module.digest).checklist
        if checklist:
            lines = tuple(Line(line.id, safe(line.html), line.id in ticks) for line in checklist)
            yield Checklist(step, lines)
