"""What a course page says to one person, and on one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from elearn.content.documents import ModuleKind
from elearn.pages.catalogue.views import CoursePage, as_day
from elearn.records.catalogue.models import CourseState as CatalogueState
from elearn.records.reading import Change, WholeCourseState, changes
from elearn.web.checklists import Readiness, readiness
from elearn.web.courses import (
    Course,
    GoOn,
    Step,
    certificate_link,
    minutes_left,
    pretest_is_open,
    weave,
    where_to_go_on,
)
from elearn.web.templating import month, percent


def course_parts(
    reader: Any, course: Course, state: WholeCourseState, today: date
) -> dict[str, tuple[Any, ...]]:
    """Return the personal parts of a course page by mark: the macro that draws one, and what it is given."""
    changed = changes(reader, course.release, state)
    ready = readiness(reader, course, state.ticks) if state.enrolment_id is not None else None
    standing = course_standing(course, state, ready, news=bool(changed))
    page, fresh = CoursePage(course), course_freshness(course, today)
    parts: dict[str, tuple[Any, ...]] = {
        "next": ("course_next", page, standing),
        "modules": ("module_list", module_lines(course, state, today, changed), course.release.language),
        "rules": ("course_rules", rule_lines(course, state)),
        "own": ("course_own", page, standing),
    }
    return parts | ({"fresh": ("fresh", *fresh)} if fresh is not None else {})


def stale_modules(course: Course, today: date) -> frozenset[int]:
    """Return the modules whose facts should have been looked at again by now."""
    return frozenset(
        step.module.module_id
        for step in course.modules
        if step.module.review_on and date.fromisoformat(step.module.review_on) < today
    )


def course_freshness(course: Course, today: date) -> tuple[str, str] | None:
    """Return the kind of the line about how old the facts are, and its words; None where nobody said."""
    stale = stale_modules(course, today)
    if stale:
        words = _("%(n)s modul sedang diperiksa ulang. Cek sumber resminya dulu, ya.", n=len(stale))
        return "warn", words
    checked = as_day(course.release.checked_on)
    if checked is None:
        return None
    return "ok", _("Diperiksa per %(month)s. Aturan bisa berubah.", month=month(checked))


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One thing the certificate asks for; *done* is None where it is only said."""

    words: str
    done: bool | None = None
    facts: str = ""


def rule_lines(course: Course, state: WholeCourseState) -> list[RuleLine]:
    """Say what completes the course, and what of it *state*'s person has done."""
    enrolled = state.enrolment_id is not None
    release = course.release
    lines: list[RuleLine] = []
    modules = [step for step in course.required if not step.is_test]
    done = sum(step.module.module_id in state.completed for step in modules)
    if modules:
        words = _("%(n)s modul wajib selesai", n=len(modules))
        if len(modules) == course.module_count:
            words = _("Semua %(n)s modul selesai", n=len(modules))
        facts = _("%(done)s dari %(total)s", done=done, total=len(modules)) if enrolled else ""
        lines.append(RuleLine(words, done == len(modules) if enrolled else None, facts))
    posttest = course.test(ModuleKind.POSTTEST)
    if posttest is not None:
        words = _("Nilai kuis akhir paling sedikit %(mark)s", mark=percent(posttest.module.pass_mark, ""))
        facts = ""
        if enrolled:
            score = state.posttest_score
            facts = (
                _("belum dikerjakan")
                if score is None
                else _("nilai Anda %(score)s", score=percent(score, ""))
            )
        passed = posttest.module.module_id in state.completed
        lines.append(RuleLine(words, passed if enrolled else None, facts))
    if release.gives_certificate:
        words = _("Nama dan kabupaten atau kota Anda sudah Anda periksa")
        lines.append(RuleLine(words, state.has_certificate if enrolled else None))
    if release.sequential:
        lines.append(RuleLine(_("Modul dikerjakan berurutan; membaca boleh kapan saja")))
    if release.gives_certificate and release.valid_months:
        lines.append(RuleLine(_("Sertifikat berlaku %(n)s bulan", n=release.valid_months)))
    return lines


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A line of the module list on a course page, for one person."""

    number: int
    title: str
    address: str
    facts: str
    #: done, now, locked, new, or nothing.
    state: str
    words: str = ""
    #: What the author says has changed since this person completed it.
    note: str = ""


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """What a course page says to one person."""

    signed_in: bool
    enrolled: bool
    #: Whether anybody may begin to follow it.
    open: bool
    #: Whether nothing can be done in it any more but reading.
    closed: bool
    first_address: str
    done: int = 0
    total: int = 0
    minutes_left: int = 0
    weave: tuple[str, ...] = ()
    completed: bool = False
    news: bool = False
    put_aside_at: datetime | None = None
    certificate_address: str = ""
    certificate_words: str = ""
    next_address: str = ""
    next_words: str = ""
    next_title: str = ""
    instead_address: str = ""
    ready: Readiness | None = None


def course_standing(
    course: Course, state: WholeCourseState, ready: Readiness | None = None, *, news: bool = False
) -> CourseStanding:
    """Say where *state*'s person stands in *course*, and what comes next; *news* where a module changed."""
    first = course.modules[0] if course.modules else course.steps[0]
    closed = state.course_state == CatalogueState.RETIRED
    if state.viewer is None or state.enrolment_id is None:
        return CourseStanding(
            signed_in=state.viewer is not None,
            enrolled=False,
            open=state.course_state == CatalogueState.LISTED,
            closed=closed,
            first_address=first.address,
        )
    found = where_to_go_on(course, state)
    modules = [one for one in course.required if not one.is_test]
    completed = state.completed_at is not None
    left = any(one.module.module_id not in state.completed for one in course.required)
    address, words = certificate_link(course, state) if completed else ("", "")
    return CourseStanding(
        signed_in=True,
        enrolled=True,
        open=True,
        closed=closed,
        first_address=first.address,
        done=sum(one.module.module_id in state.completed for one in modules),
        total=len(modules),
        minutes_left=minutes_left(course, state.completed),
        weave=weave(course, state.completed, found.step if found is not None else None),
        completed=completed,
        news=news or (completed and left),
        put_aside_at=state.put_aside_at,
        certificate_address=address,
        certificate_words=words,
        next_address=found.address if found is not None else "",
        next_words=_next_words(found) if found is not None else "",
        next_title=found.step.title if found is not None else "",
        instead_address=found.instead.address if found is not None and found.instead is not None else "",
        ready=ready,
    )


def _next_words(found: GoOn) -> str:
    if found.is_open:
        return str(_("Lanjutkan kuis"))
    if found.instead is not None:
        return str(_("Kerjakan pretes"))
    return str(_("Lanjutkan belajar") if found.begun else _("Mulai belajar"))


def module_lines(
    course: Course, state: WholeCourseState, today: date, changed: Iterable[Change] = ()
) -> list[ModuleLine]:
    """Return the module list of a course page with what it means for *state*'s person."""
    found = where_to_go_on(course, state) if state.enrolment_id is not None else None
    stale = stale_modules(course, today)
    notes = {one.module_id: one.note for one in changed}
    return [
        _module_line(
            course,
            step,
            state,
            now=found is not None and found.step == step,
            stale=step.module.module_id in stale,
            note=notes.get(step.module.module_id, ""),
        )
        for step in course.steps
    ]


def _module_line(
    course: Course, step: Step, state: WholeCourseState, *, now: bool, stale: bool, note: str
) -> ModuleLine:
    module = step.module
    enrolled = state.enrolment_id is not None
    done = module.module_id in state.completed
    over = module.kind == ModuleKind.PRETEST and enrolled and not pretest_is_open(course, state)
    blocking = course.blocking(step, state.completed) if enrolled and not done else None
    if done or (over and (state.pretest_taken or module.module_id in state.overdue)):
        mark = "done"
    elif blocking is not None:
        mark = "locked"
    elif enrolled and state.completed_at is not None and module.required:
        mark = "new"
    else:
        mark = "now" if now else ""
    state_words = _state_words(step, state, mark, over=over) if enrolled else ""
    words = _step_facts(step, stale=stale)
    if enrolled and not state_words:
        words += ", " + (_("belum dikerjakan") if step.is_test else _("belum dibaca"))
    if blocking is not None:
        words += ". " + _("Terbuka setelah “%(title)s” selesai.", title=blocking.title)
    address = (
        step.address if not step.is_test else (step.act_address if mark != "locked" and not over else "")
    )
    if over and mark == "done":
        address = step.act_address
    return ModuleLine(
        step.number,
        step.title,
        address,
        words,
        mark,
        state_words,
        note,
    )


def _step_facts(step: Step, *, stale: bool) -> str:
    module = step.module
    facts = (
        [_("Modul %(n)s, %(minutes)s menit", n=step.number, minutes=module.minutes)] if step.number else []
    )
    if module.has_quiz:
        facts.append(
            ngettext("kuis %(n)s soal", "kuis %(n)s soal", module.question_count, n=module.question_count)
            if step.number
            else ngettext("%(n)s soal", "%(n)s soal", module.question_count, n=module.question_count)
        )
    if step.number and not module.required:
        facts.append(_("tidak wajib"))
    if module.kind == ModuleKind.PRETEST:
        facts.append(_("untuk melihat kemajuan Anda, tidak menentukan lulus"))
    if stale:
        facts.append(_("sedang diperiksa ulang"))
    return ", ".join(facts)


def _state_words(step: Step, state: WholeCourseState, mark: str, *, over: bool) -> str:
    """Say how far a module has come; the words stand in the tag beside it."""
    module_id = step.module.module_id
    if mark == "done":
        return str(_("Selesai"))
    if mark == "locked":
        return str(_("Terkunci"))
    if mark == "new":
        return str(_("Baru"))
    if module_id in state.open_attempts:
        return str(_("Kuis belum dikirim"))
    if module_id in state.overdue:
        return str(_("Waktu kuis habis"))
    if over:
        return str(_("Dilewati"))
    if module_id in state.read:
        return str(_("Sudah dibaca"))
    if module_id in state.opened_as:
        return str(_("Sedang dibaca"))
    return str(_("Berikutnya")) if mark == "now" else ""
