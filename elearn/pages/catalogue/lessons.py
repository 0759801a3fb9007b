"""What a lesson page shows, as plain values: its frame, and where one person stands with it."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.content.compiler import CompiledModule, CompiledTerm, TocEntry, text_of
from elearn.content.documents import CompletionRule
from elearn.pages.catalogue.views import Link, as_day
from elearn.records.reading import LessonState
from elearn.web.courses import Course, Step, weave
from elearn.web.splice import mark
from elearn.web.templating import day, month, percent, safe

#: Letters of the sentence that chats and search engines show.
LONGEST_SUMMARY = 155
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where a fact comes from, and what is known of that: article, site, day."""

    title: str
    url: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LessonPage:
    """What of a lesson page is the same for everybody."""

    course: Course
    step: Step
    compiled: CompiledModule
    before: Link | None
    after: Link | None

    @property
    def checked_on(self) -> date | None:
        return as_day(self.compiled.checked_on)

    @property
    def review_on(self) -> date | None:
        return as_day(self.compiled.review_on)

    @property
    def course_title(self) -> str:
        return self.course.title

    @property
    def course_address(self) -> str:
        return self.course.address

    @property
    def address(self) -> str:
        return self.step.address

    @property
    def key(self) -> str:
        return f"{self.course.slug}/{self.step.module.slug}"

    @property
    def title(self) -> str:
        return self.compiled.title

    @property
    def minutes(self) -> int:
        return self.step.module.minutes

    @property
    def weight(self) -> int:
        return self.compiled.weight

    @property
    def language(self) -> str:
        return self.course.release.language

    @property
    def summary(self) -> str:
        """Return how the lesson begins, for those who have not opened it."""
        found = _PARAGRAPH.search(self.compiled.lesson_html)
        text = text_of(found[1]) if found else ""
        if not text:
            return self.course.release.summary
        return text if len(text) <= LONGEST_SUMMARY else f"{text[:LONGEST_SUMMARY].rpartition(' ')[0]} …"

    @property
    def share_words(self) -> str:
        return f"{self.title} ({self.course_title})"

    @property
    def sections(self) -> list[TocEntry]:
        return [entry for entry in self.compiled.toc if entry.level == 2]

    @property
    def terms(self) -> Sequence[CompiledTerm]:
        return self.compiled.terms

    @property
    def sources(self) -> list[SourceLine]:
        return [
            SourceLine(
                source.title,
                source.url,
                tuple(filter(None, (source.article, _site(source.url), _dated(source.dated)))),
            )
            for source in self.compiled.sources
        ]

    @property
    def has_checklist(self) -> bool:
        return bool(self.compiled.checklist)

    @property
    def has_quiz(self) -> bool:
        return self.step.module.has_quiz

    @property
    def asks_reading(self) -> bool:
        return self.step.module.completion != CompletionRule.QUIZ and not self.step.is_test

    @property
    def asks_quiz(self) -> bool:
        return self.step.module.completion != CompletionRule.READ

    @property
    def place(self) -> str:
        if self.step.number:
            words = _("Modul %(n)s dari %(total)s", n=self.step.number, total=self.course.module_count)
            return str(words)
        return self.title

    @property
    def quiz_words(self) -> str:
        module = self.step.module
        mark = percent(module.pass_mark, "")
        return str(_("%(n)s soal, batas lulus %(mark)s", n=module.question_count, mark=mark))


def lesson_page(course: Course, step: Step, compiled: CompiledModule) -> LessonPage:
    """Return the lesson of *step* with its neighbours."""
    place = course.steps.index(step)
    before = course.steps[place - 1] if place > 0 else None
    after = course.steps[place + 1] if place + 1 < len(course.steps) else None
    return LessonPage(course, step, compiled, _link(before), _link(after))


def _site(url: str) -> str:
    """Return the site an address leads to, as people say it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _dated(written: str) -> str:
    """Return a day as it is said; a year alone stays as the author wrote it."""
    try:
        return day(date.fromisoformat(written))
    except ValueError:
        return written


def _link(step: Step | None) -> Link | None:
    return Link(step.title, step.act_address) if step is not None else None


def lesson_html(lesson: LessonPage, *, member: bool) -> Markup:
    """Return the text of the lesson with a mark after its last checklist, for a member one at every line."""
    html = lesson.compiled.lesson_html
    if not lesson.has_checklist:
        return safe(html)
    last = 0
    for check in lesson.compiled.checklist:
        box = f'value="{check.id}"'
        if member:
            html = html.replace(box, box + mark(check.id), 1)
        last = max(last, html.find(box))
    end = html.find("</ul>", last)
    end = len(html) if end < 0 else end + len("</ul>")
    return safe(html[:end] + mark("checks") + html[end:])


@dataclass(frozen=True, slots=True)
class NavLine:
    """A line of the module list beside a lesson."""

    number: int
    title: str
    address: str
    done: bool
    here: bool


@dataclass(frozen=True, slots=True)
class LessonStanding:
    """What a lesson page says to one person."""

    signed_in: bool
    enrolled: bool
    done: bool = False
    read: bool = False
    done_count: int = 0
    total: int = 0
    locked: str = ""
    open_attempt: bool = False
    next_address: str = ""
    next_title: str = ""
    weave: tuple[str, ...] = ()
    #: Lines of this lesson's checklist that are ticked.
    ticks: tuple[str, ...] = ()


def lesson_standing(lesson: LessonPage, state: LessonState) -> LessonStanding:
    """Say where *state*'s person stands with this lesson."""
    if state.viewer is None:
        return LessonStanding(False, False)
    course, step = lesson.course, lesson.step
    blocking = course.blocking(step, state.completed)
    done = step.module.module_id in state.completed
    following = course.next_step(state.completed, pretest_open=False)
    locked = ""
    if blocking is not None and not done:
        following = blocking
        locked = _("Untuk menandainya, selesaikan dulu “%(title)s”.", title=blocking.title)
    modules = [one for one in course.required if not one.is_test]
    return LessonStanding(
        signed_in=True,
        enrolled=state.enrolment_id is not None,
        done=done,
        read=step.module.module_id in state.read,
        done_count=sum(one.module.module_id in state.completed for one in modules),
        total=len(modules),
        locked=locked,
        open_attempt=state.open_attempt is not None,
        next_address=following.act_address if following else course.address,
        next_title=following.title if following else "",
        weave=weave(course, state.completed, step),
        ticks=tuple(check.id for check in lesson.compiled.checklist if check.id in state.ticks),
    )


def nav_lines(lesson: LessonPage, completed: Set[int]) -> list[NavLine]:
    """Return the module list beside a lesson."""
    return [
        NavLine(
            step.number,
            step.title,
            step.act_address,
            step.module.module_id in completed,
            step.module.module_id == lesson.step.module.module_id,
        )
        for step in lesson.course.steps
    ]


def is_stale(review_on: date | None, today: date) -> bool:
    """Say whether the facts of a lesson should have been looked at again by now."""
    return review_on is not None and review_on < today


def freshness(checked_on: date | None, review_on: date | None, *, stale: bool) -> tuple[str, str]:
    """Return the kind of the freshness line and its words."""
    if stale:
        return "warn", _("Sedang diperiksa ulang. Cek sumber resminya dulu, ya.")
    words = _("Diperiksa per %(month)s. Aturan bisa berubah.", month=month(checked_on))
    if review_on is not None:
        words += " " + _("Pemeriksaan berikutnya %(month)s.", month=month(review_on))
    return "ok", words
