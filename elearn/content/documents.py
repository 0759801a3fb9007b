"""What a course says, as frozen values: the result of reading a folder or a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from elearn.content.items import Quiz
from elearn.content.pieces import Piece

#: Files of a course that are not modules, and the slugs they go by.
COURSE_FILE = "kursus.md"
PRETEST_FILE = "pretes.md"
POSTTEST_FILE = "postes.md"
GLOSSARY_FILE = "glosarium.md"
PRETEST_SLUG = "pretes"
POSTTEST_SLUG = "postes"


class ModuleKind(StrEnum):
    """What part a text plays in its course."""

    MODULE = "module"
    PRETEST = "pretest"
    POSTTEST = "posttest"


class CompletionRule(StrEnum):
    """What completes a module (`selesai`)."""

    READ = "read"
    QUIZ = "quiz"
    READ_AND_QUIZ = "read and quiz"


class Order(StrEnum):
    """In which order the modules of a course may be completed (`urutan`)."""

    FREE = "free"
    SEQUENTIAL = "sequential"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of `sumber`: where a fact comes from."""

    title: str
    article: str = ""
    url: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a lesson text: *anchor* is unique in the module, without the page's prefix."""

    level: int
    text: str
    anchor: str
    line: int


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of a personal checklist; *text* is its Markdown without box and id comment."""

    id: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ModuleDocument:
    """One text of a course: a module, the pre-test or the post-test.

    *text* is the canonical source, whole, front matter included. *number* is the two-digit
    prefix of the file name as an integer, ``None`` for pre- and post-test. Lines are 1-based
    in *text*.
    """

    slug: str
    kind: ModuleKind
    file_name: str
    number: int | None
    text: str
    title: str
    lesson: Piece
    quiz: Quiz | None = None
    minutes: int | None = None
    objectives: tuple[str, ...] = ()
    required: bool = True
    completion: CompletionRule = CompletionRule.READ
    sources: tuple[Source, ...] = ()
    checked_on: date | None = None
    review_on: date | None = None
    change_note: str = ""
    headings: tuple[Heading, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()
    #: Link definitions of the whole file (``[name]: target``); they hold for every piece of it.
    link_definitions: str = ""


@dataclass(frozen=True, slots=True)
class Glossary:
    """`glosarium.md`: *entries* maps an abbreviation to its meaning, in file order."""

    text: str
    entries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One file of `media/`: *path* is relative to the course (``media/alur.svg``)."""

    path: str
    content: bytes
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class CourseDocument:
    """A whole course as it was understood.

    *pass_mark* is in ten-thousandths (7000 is 70%). *hours* is None where the certificate prints
    none. *valid_months* is None for a certificate without end.
    """

    slug: str
    text: str
    title: str
    summary: str
    body: Piece
    modules: tuple[ModuleDocument, ...] = ()
    pretest: ModuleDocument | None = None
    posttest: ModuleDocument | None = None
    glossary: Glossary | None = None
    media: tuple[MediaFile, ...] = ()
    audience: str = ""
    level: str = ""
    category: str = ""
    language: str = "id"
    hours: Decimal | None = None
    code: str = ""
    objectives: Mapping[str, str] = field(default_factory=dict)
    prerequisites: tuple[str, ...] = ()
    order: Order = Order.FREE
    pass_mark: int = 7000
    certificate: bool = True
    valid_months: int | None = None
    image: str = ""
    trainers: tuple[str, ...] = ()

    def all_modules(self) -> Iterator[ModuleDocument]:
        """Yield pre-test, modules in order and post-test, those that exist."""
        if self.pretest is not None:
            yield self.pretest
        yield from self.modules
        if self.posttest is not None:
            yield self.posttest
