"""What is worth a second look: questions that went wrong, quizzes not passed, modules that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from elearn.records import reading
from elearn.records.attempts.results import Reread, Targets
from elearn.records.catalogue.queries import compiled_module, parsed_module
from elearn.records.reading import EnrolledCourse, LastAttempt
from elearn.web.courses import Course, Step
from elearn.web.templating import percent

#: Quizzes shown at once, and sections to read again of each.
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Section:
    """A place in a lesson, and how many questions lead there."""

    title: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class QuizLine:
    """A quiz whose last attempt left something open."""

    title: str
    course_title: str
    language: str
    words: str
    passed: bool
    result_address: str
    sections: tuple[Section, ...]
    #: Where to try again; empty where there is no need.
    address: str


@dataclass(frozen=True, slots=True)
class UpdateLine:
    """Something new in a course: what changed in a module, or a module that was not there before."""

    title: str
    course_title: str
    language: str
    #: What its author says has changed; empty for a module that is new.
    note: str
    address: str
    #: Where a press says "I have seen it"; empty for a module that is new.
    seen_address: str = ""


def quiz_lines(
    session: Any, attempts: Iterable[LastAttempt], courses: Mapping[int, tuple[Course, EnrolledCourse]]
) -> list[QuizLine]:
    """Return the quizzes to look at again, the latest first; *courses* by enrolment."""
    lines = []
    for attempt in attempts:
        course, state = courses.get(attempt.enrolment_id, (None, None))
        step = course.step(attempt.module_id) if course is not None else None
        if course is None or state is None or step is None or attempt.module_id in state.open_attempts:
            continue
        again = attempt.passed is False and attempt.module_id not in state.completed
        if again or attempt.wrong:
            lines.append(_quiz_line(session, attempt, course, step, again=again))
    return lines


def _quiz_line(session: Any, attempt: LastAttempt, course: Course, step: Step, *, again: bool) -> QuizLine:
    words = _("%(n)s soal belum tepat", n=len(attempt.wrong))
    if again:
        words = _(
            "Belum lulus: nilai %(score)s, batas lulus %(mark)s",
            score=percent(attempt.score, ""),
            mark=percent(attempt.pass_mark, ""),
        )
    return QuizLine(
        title=step.title,
        course_title=course.title,
        language=course.release.language,
        words=words,
        passed=not again,
        result_address=f"/percobaan/{attempt.uuid}/hasil",
        sections=tuple(_sections(session, attempt, course, step)),
        address=f"{step.address}/kuis" if again and step.module.has_quiz else "",
    )


def _sections(session: Any, attempt: LastAttempt, course: Course, step: Step) -> list[Section]:
    """Return where the wrong questions send their reader, in the order of the quiz."""
    quiz = parsed_module(session, attempt.revision_id).quiz
    if quiz is None:
        return []
    targets = Targets(session, course.release.id, step.module.kind, step.module.slug)
    found: Counter[Reread] = Counter()
    for item in quiz.items:
        target = targets.of(item) if item.id in attempt.wrong else None
        if target is not None:
            found[target] += 1
    return [_section(session, course, target, count) for target, count in found.items()]


def _section(session: Any, course: Course, target: Reread, count: int) -> Section:
    address = f"{course.address}/{target.module_slug}"
    module = course.release.module(target.module_slug)
    if not target.anchor or module is None:
        return Section(target.title, address, count)
    toc = compiled_module(session, module.digest).toc
    title = next((entry.text for entry in toc if entry.anchor == target.anchor), target.title)
    return Section(title, f"{address}#{target.anchor}", count)


def update_lines(session: Any, course: Course, state: EnrolledCourse) -> list[UpdateLine]:
    """Return what is new in a course since its learner completed it, or a module of it, and not yet seen."""
    lines = []
    for change in reading.changes(session, course.release, state):
        step = course.step(change.module_id)
        if step is not None and not change.seen:
            seen = "" if step.is_test else f"{step.address}/dibuka"
            lines.append(
                UpdateLine(
                    step.title, course.title, course.release.language, change.note, step.act_address, seen
                )
            )
    if state.completed_at is not None:
        lines.extend(
            UpdateLine(step.title, course.title, course.release.language, "", step.act_address)
            for step in course.required
            if step.module.module_id not in state.completed
        )
    return lines
