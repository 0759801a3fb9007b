"""A course as pages walk through it: its steps in order, what comes next, what must come before."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from elearn.content.documents import ModuleKind
from elearn.records.catalogue.views import ModuleView, ReleaseView

#: The motif of a course's cloth, by its topic; lozenge where nothing fits.
MOTIFS = {"bpom": "b", "spp-irt": "b", "pemasaran": "c", "pemasaran-digital": "c", "digital": "c"}
#: Topics as they are said.
TOPICS: Mapping[str, Any] = {
    "halal": _l("Halal"),
    "bpom": _l("BPOM"),
    "spp-irt": _l("P-IRT"),
    "pemasaran-digital": _l("Pemasaran digital"),
}


class Standing(Protocol):
    """What of a person's standing in a course decides what comes next."""

    @property
    def completed(self) -> Set[int]: ...
    @property
    def pretest_taken(self) -> bool: ...
    @property
    def overdue(self) -> Set[int]: ...
    @property
    def has_certificate(self) -> bool: ...


class WholeStanding(Standing, Protocol):
    """The same with what was begun, which decides where one goes on."""

    @property
    def read(self) -> Set[int]: ...
    @property
    def open_attempts(self) -> Mapping[int, UUID]: ...
    @property
    def last_opened(self) -> int | None: ...


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

    def step(self, module_id: int) -> Step | None:
        """Return the step of a module, None where the release has it no more."""
        return next((step for step in self.steps if step.module.module_id == module_id), None)

    @property
    def required(self) -> list[Step]:
        return [step for step in self.steps if step.module.required]

    def test(self, kind: ModuleKind) -> Step | None:
        """Return the pre-test or the post-test, where there is one."""
        return next((step for step in self.steps if step.module.kind == kind), None)

    def blocking(self, step: Step, completed: Set[int]) -> Step | None:
        """Return the step that must be complete before *step* can be marked or tried, if any."""
        if not self.release.sequential or step.module.kind == ModuleKind.PRETEST:
            return None
        for other in self.steps:
            if other.module.module_id == step.module.module_id:
                return None
            if other.module.required and other.module.module_id not in completed:
                return other
        return None

    def next_step(self, completed: Set[int], *, pretest_open: bool) -> Step | None:
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
    return str(TOPICS.get(category, category.replace("-", " ").capitalize()))


def weave(course: Course, completed: Set[int], here: Step | None) -> tuple[str, ...]:
    """Return a lozenge for every module: done, being done, or still to come."""
    return tuple(
        "d" if step.module.module_id in completed else "h" if step == here else "" for step in course.modules
    )


def pretest_is_open(course: Course, state: Standing) -> bool:
    """Say whether the pre-test can still be taken: not taken yet, and the first module not complete."""
    pretest = course.test(ModuleKind.PRETEST)
    if state.pretest_taken or (pretest is not None and pretest.module.module_id in state.overdue):
        return False
    return not course.modules or course.modules[0].module.module_id not in state.completed


@dataclass(frozen=True, slots=True)
class GoOn:
    """Where one goes on in a course."""

    step: Step
    address: str
    #: Whether it is a quiz that was begun and not handed in.
    is_open: bool = False
    #: Whether anything was begun in the course at all.
    begun: bool = True
    #: Where one goes instead of the pre-test, which is never forced.
    instead: Step | None = None


def where_to_go_on(course: Course, state: WholeStanding) -> GoOn | None:
    """Return where *state*'s person left off: an open quiz, the lesson opened last, else what comes next."""
    for step in course.steps:
        attempt = state.open_attempts.get(step.module.module_id)
        if attempt is not None:
            return GoOn(step, f"/percobaan/{attempt}", is_open=True)
    left = course.step(state.last_opened) if state.last_opened is not None else None
    if left is not None and not left.is_test and left.module.module_id not in state.completed:
        return GoOn(left, left.address)
    begun = bool(state.read or state.completed or state.pretest_taken or left)
    ahead = course.next_step(state.completed, pretest_open=False)
    following = course.next_step(state.completed, pretest_open=not begun and pretest_is_open(course, state))
    if following is None:
        return None
    return GoOn(
        following, following.act_address, begun=begun, instead=ahead if ahead is not following else None
    )


def minutes_left(course: Course, completed: Set[int]) -> int:
    """Return how many minutes of reading are left of what is required."""
    return sum(step.module.minutes for step in course.required if step.module.module_id not in completed)


def certificate_link(course: Course, state: Standing) -> tuple[str, str]:
    """Return where a completed course's certificate is, or where it is asked for."""
    if not course.release.gives_certificate:
        return "", ""
    if state.has_certificate:
        return "/sertifikat", _("Lihat sertifikat")
    return f"/belajar/{course.slug}/sertifikat", _("Terbitkan sertifikat")
