"""A release as pages and rules read it: frozen values, built once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from elearn.content.compiler import CompiledPage
from elearn.content.documents import CompletionRule, ModuleKind


@dataclass(frozen=True, slots=True)
class ModuleView:
    """One text of a release: pre-test first, post-test last."""

    module_id: int
    slug: str
    kind: ModuleKind
    title: str
    #: 0 where there is no lesson to speak of.
    minutes: int
    required: bool
    completion: CompletionRule
    has_quiz: bool
    revision_id: int
    digest: str
    pass_mark: int
    position: int
    file_name: str
    #: Questions an attempt asks.
    question_count: int
    objectives: tuple[str, ...]
    #: Bytes of the lesson and its pictures.
    weight: int
    #: Days as ``2026-11-23``, empty where the author gave none.
    checked_on: str
    review_on: str
    change_note: str


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A course as it was published; shares are in ten-thousandths."""

    id: int
    course_id: int
    slug: str
    number: int
    published_at: str
    title: str
    summary: str
    audience: str
    level: str
    category: str
    language: str
    hours: Decimal | None
    code: str
    objectives: Mapping[str, str]
    prerequisites: tuple[str, ...]
    sequential: bool
    pass_mark: int
    gives_certificate: bool
    valid_months: int | None
    trainers: tuple[str, ...]
    required_count: int
    page: CompiledPage
    modules: tuple[ModuleView, ...]

    def module(self, slug: str) -> ModuleView | None:
        """Return the text called *slug*."""
        return next((module for module in self.modules if module.slug == slug), None)

    @property
    def lessons(self) -> tuple[ModuleView, ...]:
        """The modules proper, without pre-test and post-test."""
        return tuple(module for module in self.modules if module.kind is ModuleKind.MODULE)

    @property
    def minutes(self) -> int:
        """Minutes of all modules."""
        return sum(module.minutes for module in self.lessons)

    @property
    def weight(self) -> int:
        """Bytes of all lessons with their pictures."""
        return sum(module.weight for module in self.lessons)

    @property
    def checked_on(self) -> str:
        """The oldest day on which a module was checked, empty where one never was."""
        days = [module.checked_on for module in self.lessons]
        return min(days) if days and all(days) else ""
