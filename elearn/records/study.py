"""What a learner does: enrol, mark as read, tick, start a quiz, answer, hand in, take the certificate.

Locks are taken in one order everywhere: the attempt, then the enrolment, then the certificate series.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from elearn.content.documents import ModuleKind
from elearn.content.items import Quiz
from elearn.records.accounts import services as accounts
from elearn.records.accounts.models import User
from elearn.records.accounts.names import clean_name
from elearn.records.attempts import services as attempts
from elearn.records.attempts.answering import Saved, append_answer, find_repeat, locked_attempt
from elearn.records.attempts.answers import GRACE, is_closed, is_overdue
from elearn.records.attempts.errors import AttemptClosedError, QuizNotOpenError
from elearn.records.attempts.models import Attempt, ExtraAttempt, Grade
from elearn.records.attempts.opening import Chances, chances
from elearn.records.audit import services as audit
from elearn.records.audit.models import Way
from elearn.records.catalogue import queries as catalogue
from elearn.records.catalogue.models import (
    Course,
    Module,
)
from elearn.records.certificates.models import Certificate
from elearn.records.certificates.services import (
    CertificateSettings,
    Wait,
    check_letters,
    current_certificate,
    issue_if_due,
    waits_for,
)
from elearn.records.completions.models import CourseCompletion, ModuleCompletion
from elearn.records.completions.places import (
    Place,
    check_may_learn,
    check_order,
    check_quiz_open,
    find_course,
    find_place,
    quiz_at,
)
from elearn.records.enrolments import services as enrolments
from elearn.records.enrolments.models import Enrolment
from elearn.records.enrolments.queries import enrolment_of, find_enrolment
from elearn.records.errors import ElearnError, NotFoundError, RefusedError, _
from elearn.records.settlement import Settlement, settle


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act of a learner brought about."""

    attempt: Attempt | None = None
    grade: Grade | None = None
    completed_module: bool = False
    completed_course: bool = False
    certificate: Certificate | None = None
    certificate_waits_for: Wait | None = None


@dataclass(frozen=True, slots=True)
class QuizView:
    """What stands before a quiz is started: whether it may be, and how often it was."""

    course_slug: str
    course_title: str
    module_slug: str
    kind: str
    title: str
    digest: str
    quiz: Quiz
    chances: Chances
    open_attempt: UUID | None
    #: An open one whose time is over: the next POST closes it.
    overdue_attempt: UUID | None
    last_attempt: UUID | None
    #: Why it cannot be started now; None where it can.
    refusal: ElearnError | None


# --- Enrolling and reading ---------------------------------------------------------------------------


def enrol(session: Session, learner: User, course_slug: str, now: datetime) -> Enrolment:
    """Enrol *learner*, or take up the course again; see `enrolments.services.enrol`."""
    return enrolments.enrol(session, learner, find_course(session, course_slug), now)


def put_aside(session: Session, learner: User, course_slug: str, now: datetime) -> None:
    """Put the course aside; it comes back by itself with the next act in it."""
    enrolments.put_aside(session, enrolment_of(session, learner.id, course_slug), now)


def take_up(session: Session, learner: User, course_slug: str) -> None:
    """Come back to a course that was put aside."""
    enrolments.take_up(session, enrolment_of(session, learner.id, course_slug))


def note_opened(session: Session, learner_id: int, course_slug: str, module_slug: str, now: datetime) -> bool:
    """Note that a module's page was opened by somebody who follows the course; say whether it was.

    Nothing that matters depends on it: it enrols nobody and is no activity of the summary.
    """
    if enrolments.note_opening(session, learner_id, course_slug, module_slug, now):
        return True
    find_place(session, course_slug, module_slug)
    return False


def mark_read(
    session: Session,
    learner: User,
    course_slug: str,
    module_slug: str,
    now: datetime,
    printing: CertificateSettings | None = None,
) -> Outcome:
    """Note that *learner* has read a module ("Tandai sudah dibaca"), and settle what follows.

    Enrols where that is still missing. Refused in a sequential course while a required module before it
    is not complete.
    """
    place = find_place(session, course_slug, module_slug)
    if place.module.kind != ModuleKind.MODULE:
        raise NotFoundError(_("Modul ini tidak ditemukan."))
    enrolment = _enrolment_to_learn(session, learner, place.course, now)
    check_order(session, enrolment.id, place)
    is_new = enrolments.mark_read(
        session, enrolment, module_id=place.module.id, revision_id=place.revision_id, now=now
    )
    settled = settle(session, enrolment, now, printing, active_at=now if is_new else None)
    return _outcome(settled, place.module.id)


def set_ticks(
    session: Session,
    learner: User,
    course_slug: str,
    module_slug: str,
    ticked: set[str],
    now: datetime,
    *,
    seen: set[str] | None = None,
) -> set[str]:
    """Make *ticked* the ticks of the module's personal checklist; lines of other modules stay as they are.

    With *seen*, the lines that were ticked where *ticked* was chosen, only what differs between the two
    is changed: what another tab or phone did meanwhile stays. Returns the lines that are ticked now.
    """
    place = find_place(session, course_slug, module_slug)
    lines = {line.id for line in catalogue.parsed_module(session, place.revision_id).checklist}
    found = find_enrolment(session, learner.id, place.course.id)
    if found is None and not lines & ticked:
        return set()
    changed = lines if seen is None else lines & (ticked ^ seen)
    if changed:
        found = _enrolment_to_learn(session, learner, place.course, now)
        for item_id in sorted(changed):
            enrolments.tick(session, found, item_id, item_id in ticked, now)
    return lines & enrolments.ticks_of(session, found.id) if found is not None else set()


# --- Quizzes -----------------------------------------------------------------------------------------


def quiz_view(
    session: Session, learner_id: int, course_slug: str, module_slug: str, now: datetime
) -> QuizView:
    """Return what the page before a quiz shows; nothing is written."""
    place = find_place(session, course_slug, module_slug)
    quiz = quiz_at(session, place)
    enrolment = find_enrolment(session, learner_id, place.course.id)
    enrolment_id = enrolment.id if enrolment is not None else 0
    found = chances(session, enrolment_id, place.module.id, quiz, place.module.kind)
    taken = session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.module_id == place.module.id)
        .order_by(Attempt.number.desc())
        .limit(2)
    ).all()
    overdue = next((attempt for attempt in taken if is_overdue(attempt, now)), None)
    if overdue is not None:
        found = replace(found, has_open=False, last_ended_at=overdue.deadline)
    refusal: ElearnError | None = None
    try:
        check_may_learn(place.course, enrolled=enrolment is not None)
        check_quiz_open(session, enrolment_id, place, quiz, found, now)
    except ElearnError as error:
        refusal = error
    return QuizView(
        course_slug=place.course.slug,
        course_title=place.course_title,
        module_slug=place.module.slug,
        kind=place.module.kind,
        title=place.title,
        digest=place.digest,
        quiz=quiz,
        chances=found,
        open_attempt=next((row.uuid for row in taken if not is_closed(row, now)), None),
        overdue_attempt=overdue.uuid if overdue is not None else None,
        last_attempt=next((row.uuid for row in taken if row.handed_in_at is not None), None),
        refusal=refusal,
    )


def start_quiz(
    session: Session,
    learner: User,
    course_slug: str,
    module_slug: str,
    now: datetime,
    printing: CertificateSettings | None = None,
) -> Attempt:
    """Start the quiz of a text, or return the attempt that is open.

    An overdue one is closed first, which stays so where another is refused: the error says it, so that the
    caller commits. Refused where the order of the course, the chances, the wait or the time of the pre-test
    do not allow another.
    """
    place = find_place(session, course_slug, module_slug)
    quiz = quiz_at(session, place)
    known = find_enrolment(session, learner.id, place.course.id)
    attempt = _open_attempt(session, known.id, place.module.id, lock=True) if known is not None else None
    if attempt is None:
        return _start(session, learner, place, quiz, now)
    if not is_overdue(attempt, now):
        return attempt
    hand_in(session, attempt, now, printing)
    try:
        return _start(session, learner, place, quiz, now)
    except RefusedError as error:
        opens_at = error.opens_at if isinstance(error, QuizNotOpenError) else None
        raise QuizNotOpenError(error.sentence, opens_at=opens_at, closed_now=True) from error


def _start(session: Session, learner: User, place: Place, quiz: Quiz, now: datetime) -> Attempt:
    enrolment = _enrolment_to_learn(session, learner, place.course, now)
    # Another tab may have started it before the lock was there.
    attempt = _open_attempt(session, enrolment.id, place.module.id)
    if attempt is not None:
        return attempt
    found = chances(session, enrolment.id, place.module.id, quiz, place.module.kind)
    check_quiz_open(session, enrolment.id, place, quiz, found, now)
    attempt = attempts.add_attempt(
        session, enrolment, module_id=place.module.id, revision_id=place.revision_id, quiz=quiz, now=now
    )
    enrolment.last_activity_at = max(enrolment.last_activity_at, now)
    session.flush()
    return attempt


def save_answer(
    session: Session,
    attempt: Attempt,
    *,
    item_id: str,
    event: UUID,
    base: int,
    raw: object,
    form: bool,
    now: datetime,
) -> Saved:
    """Save one answer as an event; the same again gets the same reply, also after closing.

    *attempt* comes from `attempt_of(…, lock=True)`. Refused with AttemptClosedError once the attempt is
    closed; an overdue one is closed by this very act, so commit before telling.
    """
    connection = session.connection()
    repeat, arrival = find_repeat(
        connection, attempt, item_id=item_id, event=event, base=base, raw=raw, form=form
    )
    if repeat is not None:
        return repeat
    if is_closed(attempt, now):
        closed_now = attempt.handed_in_at is None
        if closed_now:
            hand_in(session, attempt, now)
        raise AttemptClosedError(attempt.number, closed_now=closed_now)
    return append_answer(connection, attempt, arrival, now=now)


def answer_quickly(
    connection: Connection,
    learner_id: int,
    uuid: UUID,
    *,
    item_id: str,
    event: UUID,
    base: int,
    raw: object,
    now: datetime,
) -> Saved | None:
    """Save one answer sent as data, by the same rules and with no object of the ORM; the caller commits.

    None where the attempt is overdue: nothing was written, and `save_answer` closes it.
    """
    attempt = locked_attempt(connection, learner_id, uuid)
    repeat, arrival = find_repeat(
        connection, attempt, item_id=item_id, event=event, base=base, raw=raw, form=False
    )
    if repeat is not None:
        return repeat
    if is_overdue(attempt, now):
        return None
    if attempt.handed_in_at is not None:
        raise AttemptClosedError(attempt.number)
    return append_answer(connection, attempt, arrival, now=now)


def hand_in(
    session: Session, attempt: Attempt, now: datetime, printing: CertificateSettings | None = None
) -> Outcome:
    """Hand in *attempt* and settle everything that follows from it.

    The whole story of a quiz, in order: the answers are marked, a pass completes the module, the last
    module completes the course, and a complete course makes the certificate due. Handed in again, the
    grade is the one it was.
    """
    attempt = _locked(session, attempt.id)
    if attempt.handed_in_at is not None:
        return _outcome_again(session, attempt, now, printing)
    grade = attempts.close_attempt(session, attempt, now=now)
    enrolment = enrolments.lock_enrolment(session, attempt.enrolment_id)
    settled = settle(session, enrolment, now, printing, active_at=attempt.handed_in_at)
    return _outcome(settled, attempt.module_id, attempt, grade)


def close_overdue(
    session: Session, now: datetime, limit: int = 100, printing: CertificateSettings | None = None
) -> int:
    """Close attempts whose time is over, at most *limit* of them; return how many.

    Those somebody is just closing are left to that one. Like every act that holds more than one
    enrolment it takes them all in the order of their ids, before anything that comes after them.
    """
    overdue = session.scalars(
        select(Attempt)
        .where(Attempt.handed_in_at.is_(None), Attempt.deadline < now - GRACE)
        .order_by(Attempt.deadline, Attempt.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    session.execute(
        select(Enrolment.id)
        .where(Enrolment.id.in_({attempt.enrolment_id for attempt in overdue}))
        .order_by(Enrolment.id)
        .with_for_update()
    )
    for attempt in overdue:
        hand_in(session, attempt, now, printing)
    return len(overdue)


# --- Certificate -------------------------------------------------------------------------------------


def confirm_and_issue(
    session: Session,
    learner: User,
    enrolment: Enrolment,
    *,
    name: str,
    regency: str,
    printing: CertificateSettings,
    now: datetime,
    missing_letters: Callable[[str], str] = lambda _name: "",
) -> Certificate | None:
    """Confirm name and regency as they will stand in the records, and issue the certificate if it is due.

    *missing_letters* returns the letters of a name that cannot be printed. Pressed twice, it is one
    certificate.
    """
    if enrolment.user_id != learner.id:
        raise NotFoundError(_("Sertifikat ini tidak ditemukan."))
    check_letters(clean_name(name), missing_letters)
    today = now.astimezone(printing.timezone).date()
    accounts.confirm_name(session, learner, name=name, regency=regency, today=today, now=now)
    return issue_if_due(session, enrolment, printing, now)


# --- What staff and trainers do for a learner ---------------------------------------------------------


def mark_essay(
    session: Session,
    attempt: Attempt,
    item_id: str,
    *,
    points: int,
    word: str,
    actor: User,
    way: Way,
    now: datetime,
    printing: CertificateSettings | None = None,
) -> Outcome:
    """Give *points* (ten-thousandths) and a word for an essay, grade again, and settle what follows.

    *attempt* comes from `attempt_to_mark`, which knows whose it is.
    """
    attempt = _locked(session, attempt.id)
    grade = attempts.add_essay_mark(session, attempt, item_id, points=points, word=word, actor=actor, now=now)
    enrolment = enrolments.lock_enrolment(session, attempt.enrolment_id)
    learner_id = enrolment.user_id
    settled = settle(session, enrolment, now, printing)
    audit.record(
        session,
        actor=actor,
        way=way,
        action="essay.mark",
        subject_type="attempt",
        subject_id=attempt.id,
        subject_user_id=learner_id,
        after={"item": item_id, "points": points, "outcome": grade.outcome, "passed": grade.passed},
        now=now,
    )
    return _outcome(settled, attempt.module_id, attempt, grade)


def grant_attempt(
    session: Session,
    enrolment: Enrolment,
    module: Module,
    *,
    reason: str,
    actor: User,
    way: Way,
    now: datetime,
) -> ExtraAttempt:
    """Allow the learner one attempt more at the quiz of *module*, with a reason that is kept."""
    if module.course_id != enrolment.course_id:
        raise NotFoundError(_("Modul ini tidak ditemukan."))
    extra = attempts.add_extra_attempt(session, enrolment, module, reason=reason, actor=actor, now=now)
    audit.record(
        session,
        actor=actor,
        way=way,
        action="attempt.grant",
        subject_type="enrolment",
        subject_id=enrolment.id,
        subject_user_id=enrolment.user_id,
        after={"module": module.slug},
        reason=extra.reason,
        now=now,
    )
    return extra


# --- Below the verbs ---------------------------------------------------------------------------------


def _enrolment_to_learn(session: Session, learner: User, course: Course, now: datetime) -> Enrolment:
    """Return the learner's enrolment, locked, making it where it is missing; a retired course is read-only."""
    enrolment = enrolments.enrol(session, learner, course, now)
    check_may_learn(course, enrolled=True)
    return enrolments.lock_enrolment(session, enrolment.id)


def _open_attempt(
    session: Session, enrolment_id: int, module_id: int, *, lock: bool = False
) -> Attempt | None:
    query = select(Attempt).where(
        Attempt.enrolment_id == enrolment_id,
        Attempt.module_id == module_id,
        Attempt.handed_in_at.is_(None),
    )
    if lock:
        query = query.with_for_update(of=Attempt).execution_options(populate_existing=True)
    return session.scalar(query)


def _locked(session: Session, attempt_id: int) -> Attempt:
    return session.scalars(
        select(Attempt)
        .where(Attempt.id == attempt_id)
        .with_for_update(of=Attempt)
        .execution_options(populate_existing=True)
    ).one()


def _outcome(
    settled: Settlement, module_id: int, attempt: Attempt | None = None, grade: Grade | None = None
) -> Outcome:
    return Outcome(
        attempt=attempt,
        grade=grade,
        completed_module=module_id in settled.completed_modules,
        completed_course=settled.completed_course,
        certificate=settled.certificate,
        certificate_waits_for=settled.certificate_waits_for,
    )


def _outcome_again(
    session: Session, attempt: Attempt, now: datetime, printing: CertificateSettings | None
) -> Outcome:
    """Return what handing in brought about, from the facts it left."""
    completed_at = session.scalar(
        select(ModuleCompletion.completed_at).where(ModuleCompletion.attempt_id == attempt.id)
    )
    course_at = session.scalar(
        select(CourseCompletion.completed_at).where(CourseCompletion.enrolment_id == attempt.enrolment_id)
    )
    return Outcome(
        attempt=attempt,
        grade=attempts.close_attempt(session, attempt, now=now),
        completed_module=completed_at is not None,
        completed_course=course_at is not None and course_at == completed_at,
        certificate=current_certificate(session, attempt.enrolment_id) if course_at is not None else None,
        certificate_waits_for=waits_for(session, attempt.enrolment_id, printing) if printing else None,
    )
