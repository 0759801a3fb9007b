"""Documents into what pages show: HTML, contents, checklist, passages to be found; made once, at publication."""

from __future__ import annotations

import hashlib
import html
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from pathlib import PurePosixPath

from elearn.content import markup
from elearn.content.compiled import (
    CompiledCheck,
    CompiledItem,
    CompiledKey,
    CompiledModule,
    CompiledPage,
    CompiledSource,
    CompiledTerm,
    Passage,
    TocEntry,
    canonical_json,
)
from elearn.content.documents import (
    COURSE_FILE,
    POSTTEST_FILE,
    PRETEST_FILE,
    CourseDocument,
    MediaFile,
    ModuleDocument,
    ModuleKind,
)
from elearn.content.items import ChoiceItem, Item, MatchItem, NumberItem, OrderItem, TextItem
from elearn.content.media import dimensions
from elearn.content.pieces import Piece
from elearn.content.svg import svg_size
from elearn.content.words import words_in

__all__ = [
    "COMPILER_VERSION",
    "CompiledCheck",
    "CompiledItem",
    "CompiledKey",
    "CompiledModule",
    "CompiledPage",
    "CompiledSource",
    "CompiledTerm",
    "CourseContext",
    "MediaUse",
    "Passage",
    "TocEntry",
    "compile_course_page",
    "compile_module",
    "glossary_used",
    "media_used",
    "page_digest",
    "passages_of",
    "revision_digest",
    "text_of",
]

#: Raised whenever the same text compiles to something else; stored HTML is made again then.
COMPILER_VERSION = 4

#: Reading speed from which minutes are counted where the author gave none.
WORDS_PER_MINUTE = 180

#: Letters of a passage at most; an index holds no word list of any length, and nobody reads further.
PASSAGE_LENGTH = 4000

_HEADING = re.compile(r"<h[2-6]\b[^>]*?\bid=\"([^\"]*)\"[^>]*>")
_CANONICAL_FORM = "elearn-revision-1"
_PAGE_FORM = "elearn-page-1"


@dataclass(frozen=True, slots=True)
class MediaUse:
    """What a page needs to know of a file of `media/`; *width* and *height* are 0 where unknown."""

    digest: str
    size: int = 0
    width: int = 0
    height: int = 0

    @classmethod
    def of(cls, file: MediaFile) -> MediaUse:
        """Look at *file*."""
        size = svg_size(file.content) if file.path.lower().endswith(".svg") else dimensions(file.content)
        width, height = size or (0, 0)
        return cls(file.digest, len(file.content), width, height)


@dataclass(frozen=True, slots=True)
class CourseContext:
    """The course around a text: slugs of modules by file name, media by path, the glossary."""

    course_slug: str
    module_slugs: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, MediaUse] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, course: CourseDocument) -> CourseContext:
        """Return the context that *course* is for its own texts."""
        return cls(
            course_slug=course.slug,
            module_slugs={module.file_name: module.slug for module in course.modules},
            media={file.path: MediaUse.of(file) for file in course.media},
            glossary=dict(course.glossary.entries) if course.glossary is not None else {},
        )

    def media_address(self, path: str) -> str | None:
        """Return the address of a file of `media/`; None where the course has no such file."""
        use = self.media.get(path)
        if use is None:
            return None
        return f"/media/{use.digest}{PurePosixPath(path).suffix.lower()}"


def compile_module(module: ModuleDocument, course: CourseContext) -> CompiledModule:
    """Render everything of *module*; raise MarkupLimitError with file and line where it passes a limit."""
    lesson = _Renderer(module.file_name, module.link_definitions, course, anchors_on_page=True)
    lesson_html = lesson.render(
        module.lesson, glossary=glossary_used(module, course.glossary), checklist=True
    )
    quiz = _Renderer(
        module.file_name, module.link_definitions, course, lesson_address=_lesson_address(module, course)
    )
    asked = module.quiz.items if module.quiz is not None else ()
    text = text_of(lesson_html)
    words = len(words_in(text))
    return CompiledModule(
        title=module.title,
        minutes=module.minutes or max(1, math.ceil(words / WORDS_PER_MINUTE)),
        lesson_html=lesson_html,
        toc=tuple(
            TocEntry(heading.level, heading.text, markup.ANCHOR_PREFIX + heading.anchor)
            for heading in module.headings
        ),
        checklist=tuple(
            CompiledCheck(check.id, lesson.render(Piece(check.text, check.line), inline=True))
            for check in module.checklist
        ),
        sources=tuple(
            CompiledSource(
                source.title,
                source.article,
                source.url if markup.is_external(source.url) else "",
                source.dated,
            )
            for source in module.sources
        ),
        terms=tuple(
            CompiledTerm(word, meaning, anchor, f"{anchor}.1" if f' id="{anchor}.1"' in lesson_html else "")
            for (word, meaning), anchor in lesson.terms.items()
        ),
        checked_on=module.checked_on.isoformat() if module.checked_on else "",
        review_on=module.review_on.isoformat() if module.review_on else "",
        quiz_intro_html=quiz.render(Piece(module.quiz.intro, module.quiz.line))
        if module.quiz is not None
        else "",
        items={item.id: _compile_item(item, quiz) for item in asked},
        keys={item.id: _compile_key(item, quiz) for item in asked},
        passages=passages_of(lesson_html),
        weight=len(lesson_html.encode()) + sum(course.media[path].size for path in lesson.pictures),
        word_count=words,
    )


def compile_course_page(course: CourseDocument, context: CourseContext | None = None) -> CompiledPage:
    """Render the course page of *course*; *context* is that of the course itself unless given."""
    context = context or CourseContext.of(course)
    page = _Renderer(COURSE_FILE, "", context, anchors_on_page=True)
    body_html = page.render(course.body, glossary=markup.abbreviations_in(course.body.text, context.glossary))
    text = text_of(body_html)
    return CompiledPage(
        title=course.title,
        summary=course.summary,
        body_html=body_html,
        image=context.media_address(course.image) or "",
        passages=passages_of(body_html),
        weight=len(body_html.encode()) + sum(context.media[path].size for path in page.pictures),
        word_count=len(words_in(text)),
    )


def revision_digest(
    module: ModuleDocument,
    *,
    pass_mark: int,
    glossary_used: Mapping[str, str],
    media_digests: Mapping[str, str],
    place: str = "",
) -> str:
    """Return the SHA-256 that names a revision: of everything that decides what is shown or graded.

    The canonical form "elearn-revision-1" is UTF-8 JSON with sorted keys, no spaces and letters
    outside ASCII as they are, of an object with

    - ``form``: "elearn-revision-1";
    - ``text``: the canonical source, whole;
    - ``pass_mark``: the effective one in ten-thousandths; null without a quiz;
    - ``glossary``: the entries of the course's glossary that the lesson uses;
    - ``media``: SHA-256 of the files that the text uses, by path; a path without a file is left out;
    - ``place``: the slugs of course and module, ``dapur-halal/bahan``, which links in it begin with: the
      same text in another course is shown with other addresses. Left out where it is not given.
    """
    return _digest(
        {
            **({"place": place} if place else {}),
            "form": _CANONICAL_FORM,
            "text": module.text,
            "pass_mark": pass_mark if module.quiz is not None else None,
            "glossary": dict(glossary_used),
            "media": {path: media_digests[path] for path in media_used(module) if path in media_digests},
        }
    )


def page_digest(course: CourseDocument, context: CourseContext | None = None) -> str:
    """Return the SHA-256 that names a course page, over the form "elearn-page-1".

    It is made as in :func:`revision_digest`; its object has ``form``, ``text``, ``glossary``, ``media`` and
    ``place``, the slug of the course.
    """
    context = context or CourseContext.of(course)
    paths = [*_media_paths(COURSE_FILE, [course.body], ""), course.image]
    return _digest(
        {
            "form": _PAGE_FORM,
            "place": context.course_slug,
            "text": course.text,
            "glossary": markup.abbreviations_in(course.body.text, context.glossary),
            "media": {path: context.media[path].digest for path in paths if path in context.media},
        }
    )


def glossary_used(module: ModuleDocument, glossary: Mapping[str, str]) -> dict[str, str]:
    """Return the entries of *glossary* whose abbreviation stands in the lesson as a word.

    A quiz is left out: an abbreviation explained there could answer the question.
    """
    return markup.abbreviations_in(module.lesson.text, glossary)


def media_used(module: ModuleDocument) -> tuple[str, ...]:
    """Return the paths in `media/` that *module* shows or links to, in the order they first stand."""
    return tuple(dict.fromkeys(_media_paths(module.file_name, _pieces(module), module.link_definitions)))


def text_of(safe_html: str) -> str:
    """Return what *safe_html* says, without its marks: for searching and counting words."""
    reader = _TextReader()
    reader.feed(safe_html)
    reader.close()
    return " ".join("".join(reader.parts).split())


def passages_of(safe_html: str) -> tuple[Passage, ...]:
    """Cut *safe_html* at its headings into what each says; a long one is several, with the same heading."""
    first, *rest = _HEADING.split(safe_html)
    found = [("", "", text_of(first))]
    for anchor, piece in zip(rest[::2], rest[1::2], strict=True):
        heading, _end, body = piece.partition("</h")
        found.append((anchor, text_of(heading), text_of(body.partition(">")[2])))
    return tuple(
        Passage(anchor, heading, text)
        for anchor, heading, body in found
        for text in _in_lengths(body) or ([""] if heading else [])
    )


def _in_lengths(text: str) -> list[str]:
    return textwrap.wrap(text, PASSAGE_LENGTH, break_on_hyphens=False)


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"a", "abbr", "b", "code", "del", "em", "strong", "sup"}:
            self.parts.append(" ")
        self.parts.extend(value or "" for name, value in attrs if name == "alt")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class _Renderer:
    """Renders pieces of one file; *pictures* are the paths that were shown."""

    def __init__(
        self,
        file_name: str,
        link_definitions: str,
        course: CourseContext,
        *,
        anchors_on_page: bool = False,
        lesson_address: str = "",
    ) -> None:
        self.file_name = file_name
        self.link_definitions = link_definitions
        self.course = course
        self.anchors_on_page = anchors_on_page
        self.lesson_address = lesson_address
        self.pictures: set[str] = set()
        #: Abbreviations that were met, with their meaning, and under which id the page explains them.
        self.terms: dict[tuple[str, str], str] = {}

    def render(
        self,
        piece: Piece | None,
        *,
        anchor_prefix: str = "",
        inline: bool = False,
        checklist: bool = False,
        glossary: Mapping[str, str] | None = None,
    ) -> str:
        """Return the HTML of *piece*, "" for none."""
        if not piece:
            return ""
        try:
            return markup.render(
                piece.text,
                glossary=glossary or {},
                link_definitions=self.link_definitions,
                link=self.address,
                picture_size=self.picture_size,
                anchor_prefix=anchor_prefix,
                # Abbreviations of a lesson are explained at its end; a page has one lesson.
                term=self.term if checklist else None,
                inline=inline,
                checklist=checklist,
            )
        except markup.MarkupLimitError as error:
            raise error.moved(piece.line - 1, self.file_name) from None

    def picture_size(self, path: str) -> tuple[int, int] | None:
        """Return width and height of the picture at *path*; asked for every picture that is shown."""
        path = path.partition("#")[0]
        use = self.course.media[path]
        self.pictures.add(path)
        return (use.width, use.height) if use.width and use.height else None

    def term(self, word: str, meaning: str) -> str:
        """Return the id of the explanation of *word*; no heading has one with a full stop."""
        return self.terms.setdefault((word, meaning), f"{markup.ANCHOR_PREFIX}istilah.{len(self.terms) + 1}")

    def address(self, written: str) -> str | None:
        """Return where an own address of the course leads on the site."""
        target, hash_mark, fragment = written.partition("#")
        anchor = f"#{markup.ANCHOR_PREFIX}{fragment}" if hash_mark and fragment else ""
        if not target:
            return (anchor if self.anchors_on_page else self.lesson_address + anchor) or None
        if target.startswith("media/"):
            return self.course.media_address(target)
        page = f"/kursus/{self.course.course_slug}"
        if target == COURSE_FILE:
            return page + anchor
        if target in {PRETEST_FILE, POSTTEST_FILE}:
            return f"{page}/{target.removesuffix('.md')}/kuis"
        slug = self.course.module_slugs.get(target)
        return f"{page}/{slug}{anchor}" if slug else None


def _lesson_address(module: ModuleDocument, course: CourseContext) -> str:
    page = f"/kursus/{course.course_slug}"
    return f"{page}/{module.slug}" if module.kind is ModuleKind.MODULE else page


def _compile_item(item: Item, quiz: _Renderer) -> CompiledItem:
    def lines(letter: str, pieces: Iterable[Piece]) -> tuple[str, ...]:
        return tuple(
            quiz.render(piece, anchor_prefix=f"{item.id}-{letter}{number}-", inline=True)
            for number, piece in enumerate(pieces)
        )

    return CompiledItem(
        prompt_html=quiz.render(item.prompt, anchor_prefix=f"{item.id}-"),
        choices_html=lines("c", [choice.text for choice in item.choices])
        if isinstance(item, ChoiceItem)
        else (),
        lefts_html=lines("l", item.lefts) if isinstance(item, MatchItem) else (),
        rights_html=lines("r", item.rights) if isinstance(item, MatchItem) else (),
        steps_html=lines("s", item.steps) if isinstance(item, OrderItem) else (),
        hint_html=quiz.render(item.hint, anchor_prefix=f"{item.id}-h-"),
    )


def _compile_key(item: Item, quiz: _Renderer) -> CompiledKey:
    feedback: list[Piece | None] = []
    if isinstance(item, ChoiceItem):
        feedback = [choice.feedback for choice in item.choices]
    elif isinstance(item, NumberItem):
        feedback = [accepted.feedback for accepted in item.ranges]
    elif isinstance(item, TextItem):
        rows = {variant.row: variant.feedback for variant in item.variants}
        feedback = [rows.get(row) for row in range(max(rows, default=-1) + 1)]
    return CompiledKey(
        feedback_html=tuple(
            quiz.render(piece, anchor_prefix=f"{item.id}-u{number}-") for number, piece in enumerate(feedback)
        ),
        explanation_html=quiz.render(item.explanation, anchor_prefix=f"{item.id}-p-"),
        answer_html=markup.sanitise(_answer_html(item, quiz)),
    )


def _answer_html(item: Item, quiz: _Renderer) -> str:
    numbers = count()

    def line(piece: Piece) -> str:
        return quiz.render(piece, anchor_prefix=f"{item.id}-k{next(numbers)}-", inline=True)

    if isinstance(item, ChoiceItem):
        right = [line(choice.text) for choice in item.choices if choice.right]
        return right[0] if len(right) == 1 else _list("ul", right)
    if isinstance(item, TextItem):
        best = max((variant.weight for variant in item.variants), default=0)
        return _list("ul", [html.escape(variant.text) for variant in item.variants if variant.weight == best])
    if isinstance(item, NumberItem):
        best = max((accepted.weight for accepted in item.ranges), default=0)
        unit = f" {html.escape(item.unit)}" if item.unit else ""
        return _list("ul", [html.escape(each.text) + unit for each in item.ranges if each.weight == best])
    if isinstance(item, OrderItem):
        return _list("ol", map(line, item.steps))
    if isinstance(item, MatchItem):
        pairs = zip(item.lefts, item.rights, strict=False)
        return _list("ul", (f"{line(left)} → {line(right)}" for left, right in pairs))
    return ""


def _list(tag: str, lines: Iterable[str]) -> str:
    items = [f"<li>{line}</li>" for line in lines]
    return f"<{tag}>{''.join(items)}</{tag}>" if items else ""


def _pieces(module: ModuleDocument) -> Iterator[Piece]:
    """Yield every piece of *module* that is rendered."""
    yield module.lesson
    if module.quiz is None:
        return
    yield Piece(module.quiz.intro, module.quiz.line)
    for item in module.quiz.items:
        found: list[Piece | None] = [item.prompt, item.hint, item.explanation]
        if isinstance(item, ChoiceItem):
            found += [piece for choice in item.choices for piece in (choice.text, choice.feedback)]
        elif isinstance(item, TextItem):
            found += [variant.feedback for variant in item.variants]
        elif isinstance(item, NumberItem):
            found += [accepted.feedback for accepted in item.ranges]
        elif isinstance(item, MatchItem):
            found += [*item.lefts, *item.rights]
        elif isinstance(item, OrderItem):
            found += item.steps
        yield from (piece for piece in found if piece)


def _media_paths(file_name: str, pieces: Iterable[Piece], link_definitions: str) -> Iterator[str]:
    for piece in pieces:
        try:
            addresses = markup.own_addresses(piece.text, link_definitions)
        except markup.MarkupLimitError as error:
            raise error.moved(piece.line - 1, file_name) from None
        for address in addresses:
            if address.startswith("media/"):
                yield address.partition("#")[0]


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
