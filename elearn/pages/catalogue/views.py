"""What the public pages show, as plain values: the fixed frame of a page, and one person's part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from markupsafe import Markup

from elearn.content.compiler import CompiledModule
from elearn.content.documents import CompletionRule, ModuleKind
from elearn.records.catalogue.queries import ModuleView, ReleaseView
from elearn.records.reading import CourseState, LessonState
from elearn.web.templating import month, percent, safe

#: The motif of a course's cloth, by its topic; lozenge where nothing fits.
MOTIFS = {"bpom": "b", "spp-irt": "b", "pemasaran": "c", "pemasaran-digital": "c", "digital": "c"}
#: Topics as they are said.
TOPICS = {"halal": "Halal", "bpom": "BPOM", "spp-irt": "P-IRT", "pemasaran-digital": "Pemasaran digital"}


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


@dataclass(frozen=True, slots=True)
class Step:
    """One text of a release as a learner meets it: pre-test, module or post-test."""

    module: ModuleView
    address: str
    #: 1, 2, 3 … among the modules; 0 for the tests.
    number: int

    @property
    def title(self) -> str:
        return self.module.title

    @property
    def is_test(self) -> bool:
        return self.module.kind != ModuleKind.MODULE

    @property
    def act_address(self) -> str:
        """Where one goes to do it: a test has its quiz, a module its lesson."""
        return f"{self.address}/kuis" if self.is_test else self.address


@dataclass(frozen=True, slots=True)
class Course:
    """The frame of a course page, and what its lessons need of it."""

    slug: str
    release: ReleaseView
    steps: tuple[Step, ...]

    @property
    def address(self) -> str:
        return f"/kursus/{self.slug}"

    @property
    def title(self) -> str:
        return self.release.title

    @property
    def modules(self) -> list[Step]:
        return [step for step in self.steps if not step.is_test]

    @property
    def module_count(self) -> int:
        return len(self.modules)

    @property
    def minutes(self) -> int:
        return sum(step.module.minutes for step in self.steps)

    @property
    def required(self) -> list[Step]:
        return [step for step in self.steps if step.module.required]

    def test(self, kind: ModuleKind) -> Step | None:
        """Return the pre-test or the post-test, where there is one."""
        return next((step for step in self.steps if step.module.kind == kind), None)

    def blocking(self, step: Step, completed: frozenset[int] | set[int]) -> Step | None:
        """Return the step that must be complete before *step* can be marked or tried, if any."""
        if not self.release.sequential or step.module.kind == ModuleKind.PRETEST:
            return None
        for other in self.steps:
            if other.module.module_id == step.module.module_id:
                return None
            if other.module.required and other.module.module_id not in completed:
                return other
        return None

    def next_step(self, completed: frozenset[int] | set[int], *, pretest_open: bool) -> Step | None:
        """Return what to do now: the pre-test while it is open, then whatever required is not complete."""
        pretest = self.test(ModuleKind.PRETEST)
        if pretest is not None and pretest_open:
            return pretest
        return next((step for step in self.required if step.module.module_id not in completed), None)


def course_of(slug: str, release: ReleaseView) -> Course:
    """Return *release* as the pages walk through it."""
    steps: list[Step] = []
    number = 0
    for module in release.modules:
        number += module.kind == ModuleKind.MODULE
        own = number if module.kind == ModuleKind.MODULE else 0
        steps.append(Step(module, f"/kursus/{slug}/{module.slug}", own))
    return Course(slug, release, tuple(steps))


def motif(category: str) -> str:
    """Return the class of the cloth that stands for a topic."""
    return MOTIFS.get(category, "")


def topic(category: str) -> str:
    """Return a topic as it is said."""
    return TOPICS.get(category, category.replace("-", " ").capitalize())


@dataclass(frozen=True, slots=True)
class CoursePage:
    """What of a course page is the same for everybody."""

    course: Course
    checked_on: date | None
    prerequisites: tuple[tuple[str, str], ...]
    weight: int

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
    def published_at(self) -> object:
        return self.course.release.published_at

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


def pretest_is_open(course: Course, state: CourseState | LessonState) -> bool:
    """Say whether the pre-test can still be taken: not taken yet, and no module complete."""
    return state.pretest_score is None and not any(
        step.module.module_id in state.completed for step in course.modules
    )


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
        begun=bool(state.read) or bool(done) or state.pretest_score is not None,
        certificate_address=address,
        certificate_words=words,
        next_address=step.act_address if step else "",
        next_title=step.title if step else "",
    )


def certificate_link(course: Course, state: CourseState) -> tuple[str, str]:
    """Return where a completed course's certificate is, or where it is asked for."""
    if not course.release.gives_certificate:
        return "", ""
    if state.has_certificate:
        return "/sertifikat", _("Lihat sertifikat")
    return f"/belajar/{course.slug}/sertifikat", _("Terbitkan sertifikat")


def weave(course: Course, completed: frozenset[int] | set[int], here: Step | None) -> tuple[str, ...]:
    """Return a lozenge for every module: done, being done, or still to come."""
    return tuple(
        "d" if step.module.module_id in completed else "h" if step == here else "" for step in course.modules
    )


def module_lines(course: Course, state: CourseState) -> list[ModuleLine]:
    """Return the module list of a course page with what it means for *state*'s person."""
    enrolled = state.enrolment_id is not None
    step_now = course.next_step(state.completed, pretest_open=pretest_is_open(course, state)) if enrolled else None
    return [_module_line(course, step, state, step_now) for step in course.steps]


def _module_line(course: Course, step: Step, state: CourseState, step_now: Step | None) -> ModuleLine:
    module = step.module
    done = module.module_id in state.completed
    if module.kind == ModuleKind.PRETEST and state.pretest_score is not None:
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
    facts = [_("Modul %(n)s, %(minutes)s menit", n=step.number, minutes=module.minutes)] if step.number else []
    if module.has_quiz:
        facts.append(_("kuis %(n)s soal", n=module.question_count) if step.number else _("%(n)s soal", n=module.question_count))
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


@dataclass(frozen=True, slots=True)
class LessonPage:
    """What of a lesson page is the same for everybody."""

    course: Course
    step: Step
    compiled: CompiledModule
    html: Markup
    before: Link | None
    after: Link | None
    checked_on: date | None
    review_on: date | None

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
    def toc(self) -> object:
        return self.compiled.toc

    @property
    def sources(self) -> object:
        return self.compiled.sources

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
            return _("Modul %(n)s dari %(total)s", n=self.step.number, total=self.course.module_count)
        return self.title

    @property
    def quiz_words(self) -> str:
        module = self.step.module
        return _("%(n)s soal, batas lulus %(mark)s", n=module.question_count, mark=percent(module.pass_mark, ""))


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
        next_title=following.title if following else _("Ke halaman kursus"),
        weave=weave(course, state.completed, step),
    )


def nav_lines(lesson: LessonPage, completed: frozenset[int] | set[int]) -> list[NavLine]:
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


def freshness(checked_on: date | None, review_on: date | None, today: date) -> tuple[str, str]:
    """Return the kind of the freshness line and its words."""
    if review_on is not None and review_on < today:
        return "warn", _("Sedang diperiksa ulang. Cek sumber resminya dulu, ya.")
    words = _("Diperiksa per %(month)s. Aturan bisa berubah.", month=month(checked_on))
    if review_on is not None:
        words += " " + _("Pemeriksaan berikutnya %(month)s.", month=month(review_on))
    return "ok", words
