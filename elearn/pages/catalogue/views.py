"""What the public pages show, as plain values: the fixed frame of a page, and one person's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.content.documents import ModuleKind
from elearn.records.catalogue.queries import LiveCourse
from elearn.records.reading import CourseState
from elearn.web.courses import Course, Step, certificate_link, motif, pretest_is_open, topic, weave
from elearn.web.templating import percent, safe


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
    )


def as_day(text: str) -> date | None:
    """Return the day a compiled text names, None where it names none."""
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What of a course page is the same for everybody."""

    course: Course
    prerequisites: tuple[Link, ...]

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
        return list(self.course.release.objectives.values())

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

    @property
    def rules(self) -> list[str]:
        """Say what completes the course, in the words of the page."""
        modules = [step for step in self.course.required if not step.is_test]
        words: list[str] = []
        if len(modules) == self.module_count:
            words.append(_("Semua %(n)s modul selesai", n=len(modules)))
        elif modules:
            words.append(_("%(n)s modul wajib selesai", n=len(modules)))
        posttest = self.course.test(ModuleKind.POSTTEST)
        if posttest is not None:
            mark = percent(posttest.module.pass_mark, "")
            words.append(_("Nilai kuis akhir paling sedikit %(mark)s", mark=mark))
        if self.course.release.sequential:
            words.append(_("Modul dikerjakan berurutan; membaca boleh kapan saja"))
        if self.certificate and self.course.release.valid_months:
            words.append(_("Sertifikat berlaku %(n)s bulan", n=self.course.release.valid_months))
        return words


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A line of the module list on a course page, for one person."""

    number: int
    title: str
    address: str
    facts: str
    state: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """What a course page says to one person."""

    signed_in: bool
    enrolled: bool
    open: bool
    first_address: str
    done: int = 0
    total: int = 0
    minutes_left: int = 0
    weave: tuple[str, ...] = ()
    completed: bool = False
    news: bool = False
    begun: bool = False
    certificate_address: str = ""
    certificate_words: str = ""
    next_address: str = ""
    next_title: str = ""


def course_standing(course: Course, state: CourseState) -> CourseStanding:
    """Say where *state*'s person stands in *course*, and what comes next."""
    first = course.modules[0] if course.modules else course.steps[0]
    if state.viewer is None or state.enrolment_id is None:
        listed = state.course_state == "listed"
        return CourseStanding(state.viewer is not None, False, listed, first.address)
    step = course.next_step(state.completed, pretest_open=pretest_is_open(course, state))
    modules = [one for one in course.required if not one.is_test]
    done = [one for one in modules if one.module.module_id in state.completed]
    left = [one for one in course.required if one.module.module_id not in state.completed]
    completed = state.completed_at is not None
    address, words = certificate_link(course, state) if completed else ("", "")
    return CourseStanding(
        signed_in=True,
        enrolled=True,
        open=True,
        first_address=first.address,
        done=len(done),
        total=len(modules),
        minutes_left=sum(one.module.minutes for one in left),
        weave=weave(course, state.completed, step),
        completed=completed,
        news=completed and bool(left),
        begun=bool(state.read) or bool(done) or state.pretest_taken,
        certificate_address=address,
        certificate_words=words,
        next_address=step.act_address if step else "",
        next_title=step.title if step else "",
    )


def module_lines(course: Course, state: CourseState) -> list[ModuleLine]:
    """Return the module list of a course page with what it means for *state*'s person."""
    enrolled = state.enrolment_id is not None
    step_now = (
        course.next_step(state.completed, pretest_open=pretest_is_open(course, state)) if enrolled else None
    )
    return [_module_line(course, step, state, step_now) for step in course.steps]


def _module_line(course: Course, step: Step, state: CourseState, step_now: Step | None) -> ModuleLine:
    module = step.module
    done = module.module_id in state.completed
    if module.kind == ModuleKind.PRETEST and state.pretest_taken:
        done = True
    enrolled = state.enrolment_id is not None
    blocking = course.blocking(step, state.completed) if enrolled and not done else None
    if done:
        mark = "done"
    elif blocking is not None:
        mark = "locked"
    elif enrolled and state.completed_at is not None and module.required:
        mark = "new"
    else:
        mark = "now" if step == step_now else ""
    facts = (
        [_("Modul %(n)s, %(minutes)s menit", n=step.number, minutes=module.minutes)] if step.number else []
    )
    if module.has_quiz:
        facts.append(
            _("kuis %(n)s soal", n=module.question_count)
            if step.number
            else _("%(n)s soal", n=module.question_count)
        )
    if step.number and not module.required:
        facts.append(_("tidak wajib"))
    if module.kind == ModuleKind.PRETEST:
        facts.append(_("untuk melihat kemajuan Anda, tidak menentukan lulus"))
    words = ", ".join(facts)
    if blocking is not None:
        words += ". " + _("Terbuka setelah “%(title)s” selesai.", title=blocking.title)
    read = enrolled and module.module_id in state.read and mark == "now"
    address = step.address if not step.is_test else (step.act_address if mark != "locked" else "")
    return ModuleLine(step.number, step.title, address, words, mark, _("Sedang dikerjakan") if read else "")
