"""A learner's home: where to go on, the own courses, the own certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from elearn.records import reading
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue.queries import release_view
from elearn.records.certificates import queries as certificates
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.queries import CertificateState
from elearn.records.reading import EnrolledCourse
from elearn.web.courses import Course, Step, certificate_link, course_of, motif, pretest_is_open, weave
from elearn.web.templating import day, desks, percent


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course on the home page, with what is next in it."""

    course: Course
    state: EnrolledCourse

    @property
    def title(self) -> str:
        return self.course.title

    @property
    def address(self) -> str:
        return self.course.address

    @property
    def motif(self) -> str:
        return motif(self.course.release.category)

    @property
    def step(self) -> Step | None:
        """What to do next; a quiz that is open comes first."""
        open_now = (one for one in self.course.steps if one.module.module_id in self.state.open_attempts)
        found = next(open_now, None)
        if found is not None:
            return found
        pretest_open = pretest_is_open(self.course, self.state)
        return self.course.next_step(self.state.completed, pretest_open=pretest_open)

    @property
    def weave(self) -> tuple[str, ...]:
        return weave(self.course, self.state.completed, self.step)

    @property
    def _modules(self) -> list[Step]:
        return [step for step in self.course.required if not step.is_test]

    @property
    def done(self) -> int:
        return sum(step.module.module_id in self.state.completed for step in self._modules)

    @property
    def total(self) -> int:
        return len(self._modules)

    @property
    def completed(self) -> bool:
        return self.state.completed_at is not None

    @property
    def put_aside(self) -> bool:
        return self.state.put_aside_at is not None


@dataclass(frozen=True, slots=True)
class GoOn:
    """The one thing to do next."""

    motif: str
    course_title: str
    title: str
    facts: str
    done: int
    total: int
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate on the home page: one that is there, or one that waits for a press."""

    title: str
    words: str
    address: str
    link_words: str


def home_page(session: Any, viewer: Viewer, now: datetime, today: date) -> dict[str, Any]:
    """Return what the home page of *viewer* shows."""
    lines = [
        CourseLine(course_of(state.slug, release_view(session, state.release_id)), state)
        for state in reading.home_view(session, viewer, now)
    ]
    return {
        "go_on": _go_on(lines),
        "courses": lines,
        "certificates": [
            *[_waiting(line) for line in lines if line.completed and _is_waiting(line)],
            *[_issued(one) for one in certificates.certificates_of(session, viewer.id) if _holds(one, today)],
        ],
        "desks": desks(viewer),
    }


def _go_on(lines: list[CourseLine]) -> GoOn | None:
    """Return what comes next in the course that was learnt last and has something left."""
    for line in lines:
        step = line.step
        if step is not None and not line.put_aside:
            return _next_act(line, step)
    return None


def _next_act(line: CourseLine, step: Step) -> GoOn:
    if step.number:
        facts = _(
            "Modul %(n)s dari %(total)s, kira-kira %(minutes)s menit",
            n=step.number,
            total=line.course.module_count,
            minutes=step.module.minutes,
        )
    else:
        facts = _("%(n)s soal", n=step.module.question_count)
    is_open = step.module.module_id in line.state.open_attempts
    begun = is_open or line.done or line.state.read or line.state.pretest_taken
    return GoOn(
        motif=line.motif,
        course_title=line.title,
        title=step.title,
        facts=str(facts),
        done=line.done,
        total=line.total,
        address=f"{step.address}/kuis" if is_open else step.act_address,
        words=str(
            _("Lanjutkan kuis") if is_open else _("Lanjutkan belajar") if begun else _("Mulai belajar")
        ),
    )


def _is_waiting(line: CourseLine) -> bool:
    return line.course.release.gives_certificate and not line.state.has_certificate


def _waiting(line: CourseLine) -> CertificateLine:
    address, words = certificate_link(line.course, line.state)
    return CertificateLine(line.title, str(_("Tinggal memeriksa nama Anda.")), address, words)


def _holds(certificate: Certificate, today: date) -> bool:
    return certificates.state_of(certificate, today) in {CertificateState.VALID, CertificateState.EXPIRED}


def _issued(certificate: Certificate) -> CertificateLine:
    words = _("Terbit %(day)s", day=day(certificate.issued_on))
    if certificate.score is not None:
        words += ", " + _("nilai %(score)s", score=percent(certificate.score, ""))
    return CertificateLine(
        certificate.course_title, words, f"/sertifikat/{certificate.serial}", _("Lihat sertifikat")
    )
