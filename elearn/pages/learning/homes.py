"""A learner's home: where to go on, what waits, the own courses, the own certificates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from elearn.pages.learning.second_look import quiz_lines, update_lines
from elearn.records import reading
from elearn.records.accounts.queries import Viewer
from elearn.records.catalogue.models import CourseState
from elearn.records.catalogue.queries import release_view
from elearn.records.certificates import queries as certificates
from elearn.records.certificates.due import RENEWAL_OPENS
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.queries import CertificateState
from elearn.records.notices.queries import unseen
from elearn.records.reading import EnrolledCourse
from elearn.web.checklists import readiness
from elearn.web.courses import (
    Course,
    GoOn,
    Step,
    certificate_link,
    course_of,
    minutes_left,
    motif,
    pretest_is_open,
    weave,
    where_to_go_on,
)
from elearn.web.templating import day, desks, hour, local, percent

#: Days a course may lie before the home asks about it.
QUIET = 7


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course on the home page, with what is next in it."""

    course: Course
    state: EnrolledCourse
    go_on: GoOn | None

    @property
    def title(self) -> str:
        return self.course.title

    @property
    def address(self) -> str:
        return self.course.address

    @property
    def language(self) -> str:
        return self.course.release.language

    @property
    def weave(self) -> tuple[str, ...]:
        return weave(self.course, self.state.completed, self.go_on.step if self.go_on is not None else None)

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
    def minutes_left(self) -> int:
        return minutes_left(self.course, self.state.completed)

    @property
    def completed(self) -> bool:
        return self.state.completed_at is not None

    @property
    def put_aside(self) -> bool:
        return self.state.put_aside_at is not None

    @property
    def closed(self) -> bool:
        """Whether nothing can be done in it any more but reading."""
        return self.state.course_state == CourseState.RETIRED

    @property
    def going(self) -> bool:
        """Whether the learner is at it."""
        return not self.put_aside and not self.closed


@dataclass(frozen=True, slots=True)
class NextAct:
    """The one thing to do next."""

    motif: str
    course_title: str
    course_address: str
    language: str
    title: str
    facts: str
    seen: str
    done: int
    total: int
    address: str
    words: str
    #: What may be done instead of the pre-test.
    instead_address: str
    instead_words: str
    #: Where a course that lies may be put aside.
    aside_address: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A line that tells what waits: an icon, a sentence, and where to go."""

    icon: str
    kind: str
    words: str
    address: str
    link_words: str
    #: Where the course may be put aside instead.
    aside_address: str = ""


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate on the home page: one that is there, or one that waits for a press."""

    title: str
    words: str
    address: str
    link_words: str
    language: str


def home_page(session: Any, viewer: Viewer, now: datetime, today: date) -> dict[str, Any]:
    """Return what the home page of *viewer* shows."""
    lines = [
        _course_line(course_of(state.slug, release_view(session, state.release_id)), state)
        for state in reading.home_view(session, viewer, now)
    ]
    going = [line for line in lines if line.going]
    first = next((line for line in going if line.go_on is not None), None)
    held = [one for one in certificates.certificates_of(session, viewer.id) if _holds(one, today)]
    attempts = reading.last_attempts(session, viewer) if going else []
    lists = (readiness(session, line.course, line.state.ticks) for line in going)
    return {
        "go_on": _next_act(first, first.go_on, now)
        if first is not None and first.go_on is not None
        else None,
        "notices": [
            *_answers(session, viewer),
            *_waiting_notices(going),
            *_ending_notices(held, lines, today),
            *_course_notices(going, first, now),
        ],
        "courses": [line for line in lines if not line.put_aside],
        "aside": [line for line in lines if line.put_aside],
        "quizzes": quiz_lines(
            session, attempts, {line.state.enrolment_id or 0: (line.course, line.state) for line in going}
        ),
        "updates": [one for line in going for one in update_lines(session, line.course, line.state)],
        "ready": [one for one in lists if one.total],
        "certificates": [
            *[_waiting(line) for line in lines if _is_waiting(line)],
            *[_issued(one) for one in held],
        ],
        "several": len(going) > 1,
        "desks": desks(viewer),
    }


def _course_line(course: Course, state: EnrolledCourse) -> CourseLine:
    return CourseLine(course, state, where_to_go_on(course, state))


def _next_act(line: CourseLine, found: GoOn, now: datetime) -> NextAct:
    step = found.step
    if step.number:
        facts = _(
            "Modul %(n)s dari %(total)s, kira-kira %(minutes)s menit",
            n=step.number,
            total=line.course.module_count,
            minutes=step.module.minutes,
        )
    else:
        facts = ngettext("%(n)s soal", "%(n)s soal", step.module.question_count, n=step.module.question_count)
    if found.is_open:
        facts = _("Kuis belum dikirim, %(n)s soal", n=step.module.question_count)
    begun = found.begun or line.done > 0
    return NextAct(
        motif=motif(line.course.release.category),
        course_title=line.title,
        course_address=line.address,
        language=line.language,
        title=step.title,
        facts=facts,
        seen=_("Terakhir dibuka %(when)s", when=_when(line.state.last_seen_at, now)) if begun else "",
        done=line.done,
        total=line.total,
        address=found.address,
        words=_go_on_words(found, begun=begun),
        instead_address=found.instead.address if found.instead is not None else "",
        instead_words=_("Lewati, langsung ke modul") if found.instead is not None else "",
        aside_address=f"{line.address}#sisihkan" if _days_quiet(line, now) >= QUIET else "",
    )


def _go_on_words(found: GoOn, *, begun: bool) -> str:
    if found.is_open:
        return str(_("Lanjutkan kuis"))
    if begun:
        return str(_("Lanjutkan belajar"))
    return str(_("Kerjakan pretes") if found.instead is not None else _("Mulai belajar"))


def _days(moment: datetime, now: datetime) -> int:
    """Return how many times it has become day at the office since *moment*."""
    return (local(now).date() - local(moment).date()).days


def _days_quiet(line: CourseLine, now: datetime) -> int:
    seen = line.state.last_seen_at
    return _days(seen, now) if seen is not None and not line.completed else 0


def _when(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, as it is said."""
    if moment is None:
        return "–"
    days = _days(moment, now)
    if days <= 0:
        return str(_("hari ini, %(hour)s", hour=hour(moment)))
    if days == 1:
        return str(_("kemarin, %(hour)s", hour=hour(moment)))
    if days < 60:
        return str(ngettext("%(n)s hari lalu", "%(n)s hari lalu", days, n=days))
    return day(moment)


# --- Notices -----------------------------------------------------------------------------------------


def _answers(session: Any, viewer: Viewer) -> Iterable[Notice]:
    """Tell of what was answered and not read."""
    count = len(unseen(session, viewer.id))
    if count:
        words = _("Ada %(n)s jawaban baru dari pelatih.", n=count)
        yield Notice("chat", "info", words, "/tanya", _("Baca jawaban"))


def _waiting_notices(lines: Iterable[CourseLine]) -> Iterable[Notice]:
    for line in lines:
        if _is_waiting(line):
            address, words = certificate_link(line.course, line.state)
            told = _("Sertifikat “%(title)s” menunggu nama Anda diperiksa.", title=line.title)
            yield Notice("medal", "ok", told, address, words)


def _ending_notices(
    held: Iterable[Certificate], lines: Iterable[CourseLine], today: date
) -> Iterable[Notice]:
    """Tell of certificates whose end is near or past, and where a new period is earned."""
    by_enrolment = {line.state.enrolment_id: line for line in lines}
    newest: dict[int, Certificate] = {}
    for one in held:
        newest.setdefault(one.enrolment_id, one)
    for one in newest.values():
        if one.valid_until is None or one.valid_until - today > RENEWAL_OPENS:
            continue
        line = by_enrolment.get(one.enrolment_id)
        final = line.course.required[-1] if line is not None and not line.closed else None
        address = f"/sertifikat/{one.serial}"
        link = _("Lihat sertifikat")
        if final is not None and final.is_test:
            address, link = final.act_address, _("Perpanjang lewat kuis akhir")
        said = _("Sertifikat “%(title)s” berlaku sampai %(day)s.")
        if one.valid_until < today:
            said = _("Sertifikat “%(title)s” sudah berakhir pada %(day)s.")
        yield Notice(
            "clock", "warn", said % {"title": one.course_title, "day": day(one.valid_until)}, address, link
        )


def _course_notices(lines: Iterable[CourseLine], first: CourseLine | None, now: datetime) -> Iterable[Notice]:
    """Tell of quizzes not handed in, pre-tests still open, and courses that lie."""
    for line in lines:
        for module_id, attempt in line.state.open_attempts.items():
            step = line.course.step(module_id)
            shown = line is first and line.go_on is not None and line.go_on.step is step
            if step is not None and not shown:
                words = _("Kuis “%(title)s” belum dikirim.", title=step.title)
                yield Notice("pen", "warn", words, f"/percobaan/{attempt}", _("Lanjutkan kuis"))
        if line.completed or line.go_on is None:
            continue
        pretest = next(
            (step for step in line.course.steps if step.is_test and not step.module.required), None
        )
        if (
            pretest is not None
            and line.go_on.step is not pretest
            and pretest.module.module_id not in line.state.open_attempts
            and pretest_is_open(line.course, line.state)
        ):
            words = _("Pretes “%(title)s” masih bisa dikerjakan sebelum modul 1 selesai.", title=line.title)
            yield Notice("pen", "info", words, pretest.act_address, _("Kerjakan pretes"))
        quiet = _days_quiet(line, now)
        if quiet >= QUIET and line is not first:
            words = _("“%(title)s” sudah %(n)s hari tidak dibuka.", title=line.title, n=quiet)
            aside = f"{line.address}#sisihkan"
            yield Notice("clock", "info", words, line.go_on.address, _("Lanjutkan"), aside)


# --- Certificates ------------------------------------------------------------------------------------


def _is_waiting(line: CourseLine) -> bool:
    return line.completed and line.course.release.gives_certificate and not line.state.has_certificate


def _waiting(line: CourseLine) -> CertificateLine:
    address, words = certificate_link(line.course, line.state)
    return CertificateLine(line.title, _("Tinggal memeriksa nama Anda."), address, words, line.language)


def _holds(certificate: Certificate, today: date) -> bool:
    return certificates.state_of(certificate, today) in {CertificateState.VALID, CertificateState.EXPIRED}


def _issued(certificate: Certificate) -> CertificateLine:
    words = _("Terbit %(day)s", day=day(certificate.issued_on))
    if certificate.score is not None:
        words += ", " + _("nilai %(score)s", score=percent(certificate.score, ""))
    return CertificateLine(
        certificate.course_title,
        words,
        f"/sertifikat/{certificate.serial}",
        _("Lihat sertifikat"),
        certificate.language,
    )
