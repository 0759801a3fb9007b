"""What the public pages show, as plain values: the fixed frame of a page, and one person's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.records.catalogue.queries import LiveCourse, compiled_module
from elearn.web.courses import (
    Course,
    motif,
    topic,
)
from elearn.web.templating import safe


@dataclass(frozen=True, slots=True)
class Link:
    """A title that leads somewhere."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course in the catalogue."""

    slug: str
    title: str
    summary: str
    category: str
    minutes: int
    module_count: int
    weight: int
    language: str

    @property
    def address(self) -> str:
        return f"/kursus/{self.slug}"

    @property
    def motif(self) -> str:
        return motif(self.category)

    @property
    def topic(self) -> str:
        return topic(self.category)


def course_card(course: LiveCourse) -> CourseCard:
    """Return a course as the catalogue shows it."""
    release = course.release
    return CourseCard(
        slug=course.slug,
        title=release.title,
        summary=release.summary,
        category=release.category,
        minutes=release.minutes,
        module_count=len(release.lessons),
        weight=release.weight,
        language=release.language,
    )


def as_day(text: str) -> date | None:
    """Return the day a compiled text names, None where it names none."""
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where facts of a course come from, and in which of its modules they stand."""

    title: str
    url: str
    facts: str


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What of a course page is the same for everybody."""

    course: Course
    prerequisites: tuple[Link, ...] = ()
    sources: tuple[SourceLine, ...] = ()

    @property
    def weight(self) -> int:
        return self.course.release.weight + self.course.release.page.weight

    @property
    def checked_on(self) -> date | None:
        return as_day(self.course.release.checked_on)

    @property
    def title(self) -> str:
        return self.course.title

    @property
    def address(self) -> str:
        return self.course.address

    @property
    def language(self) -> str:
        return self.course.release.language

    @property
    def summary(self) -> str:
        return self.course.release.summary

    @property
    def audience(self) -> str:
        return self.course.release.audience

    @property
    def minutes(self) -> int:
        return self.course.minutes

    @property
    def module_count(self) -> int:
        return self.course.module_count

    @property
    def body_html(self) -> Markup:
        return safe(self.course.release.page.body_html)

    @property
    def objectives(self) -> list[str]:
        """What one can do afterwards; the heading already says "Anda bisa"."""
        told = (text.removeprefix("Anda bisa ") for text in self.course.release.objectives.values())
        return [text[:1].upper() + text[1:] for text in told]

    @property
    def certificate(self) -> bool:
        return self.course.release.gives_certificate

    @property
    def trainers(self) -> Sequence[str]:
        return self.course.release.trainers

    @property
    def release_number(self) -> int:
        return self.course.release.number

    @property
    def published_at(self) -> datetime:
        return datetime.fromisoformat(self.course.release.published_at)


def sources_of(reader: Any, course: Course) -> tuple[SourceLine, ...]:
    """Return the sources of all modules, each once, with where it is used."""
    found: dict[tuple[str, str], tuple[list[str], list[int]]] = {}
    for step in course.modules:
        for source in compiled_module(reader, step.module.digest).sources:
            articles, modules = found.setdefault((source.title, source.url), ([], []))
            if source.article and source.article not in articles:
                articles.append(source.article)
            if step.number not in modules:
                modules.append(step.number)
    return tuple(
        SourceLine(title, url, "; ".join([*articles, _("modul %(list)s", list=", ".join(map(str, modules)))]))
        for (title, url), (articles, modules) in found.items()
    )
